/**
 * The engine: where the appliance's parts meet. This package is its thin OSGi side; {@link
 * io.karavel.engine.internal.stack} knows stacks and who gets what, {@link
 * io.karavel.engine.internal.lane} is one lane with its slots.
 *
 * <p>{@link io.karavel.engine.internal.EngineComponent} holds the registry of stacks and registers
 * the lasting services; {@link io.karavel.engine.internal.EngineSettingsComponent} brings it the
 * settings; {@link io.karavel.engine.internal.ModuleTracker} follows the module factories; {@link
 * io.karavel.engine.internal.InterfaceComponent} is one configured interface.
 */
package io.karavel.engine.internal;
