/**
 * Seeded runs of whole stacks: {@link io.karavel.simulation.run.Simulation} is one of them. What
 * happens in it depends on its seed alone.
 */
package io.karavel.simulation.run;
