/**
 * A bad wire at any interface: {@link io.karavel.diagnostics.internal.impairment.ImpairmentTap}
 * holds frames back or loses them as {@link io.karavel.nic.Impairment} decides.
 */
package io.karavel.diagnostics.internal.impairment;
