/**
 * Replaces a module by another version of it while connections run. {@link
 * io.karavel.control.internal.modules.ModulesComponent} is the service, {@link
 * io.karavel.control.internal.modules.ModuleSwap} one swap from beginning to end; what concerns
 * Karaf's features service is in {@link io.karavel.control.internal.modules.FeatureCommit} and
 * {@link io.karavel.control.internal.modules.FeatureComparison}.
 */
package io.karavel.control.internal.modules;
