/**
 * Losing chosen messages of one connection: {@link
 * io.karavel.diagnostics.internal.laboratory.SevenMessages} tells which message a segment is,
 * {@link io.karavel.diagnostics.internal.laboratory.LossTap} loses it, {@link
 * io.karavel.diagnostics.internal.laboratory.Timetable} predicts what follows, {@link
 * io.karavel.diagnostics.internal.laboratory.Experiment} shows both side by side.
 */
package io.karavel.diagnostics.internal.laboratory;
