/** Seeded simulations of whole stacks, watched by an independent checker. */
package io.karavel.simulation;
