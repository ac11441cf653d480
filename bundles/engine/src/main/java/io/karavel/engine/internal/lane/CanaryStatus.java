package io.karavel.engine.internal.lane;

/**
 * A canary that runs in a slot.
 *
 * @param atWork the factory of the module that has the listeners
 * @param newcomer the factory of the module that has some connections
 * @param comparison how the two do
 */
public record CanaryStatus(
    ModuleSource atWork, ModuleSource newcomer, CanaryFigures.Comparison comparison) {}
