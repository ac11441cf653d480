/**
 * Following one connection: {@link io.karavel.diagnostics.internal.trace.ConnectionWatch} records
 * its segments and states, {@link io.karavel.diagnostics.internal.trace.SequenceDiagram} draws
 * them.
 */
package io.karavel.diagnostics.internal.trace;
