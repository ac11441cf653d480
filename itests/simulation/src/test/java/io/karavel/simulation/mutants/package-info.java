/**
 * Mutants of the TCP core: what the packet scripts kill, the simulation must kill too. {@link
 * io.karavel.simulation.mutants.MutantsTest} is the command.
 */
package io.karavel.simulation.mutants;
