/**
 * Changes the configuration as a whole. {@link
 * io.karavel.control.internal.configuration.Transactions} makes a change of several keys happen or
 * not happen, with a {@link io.karavel.control.internal.configuration.Journal} that outlives a
 * crash; {@link io.karavel.control.internal.configuration.ConfigurationsComponent} is the service.
 */
package io.karavel.control.internal.configuration;
