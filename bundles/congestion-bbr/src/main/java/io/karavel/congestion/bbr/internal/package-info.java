/**
 * BBR version 3, as draft-ietf-ccwg-bbr-05 describes it, with the undo and the slope of revision
 * 06, against which it is tested; where it differs {@code docs/bundles/congestion-bbr.md} says so.
 * {@link io.karavel.congestion.bbr.internal.PathModel} estimates what the path delivers and how
 * long it is, {@link io.karavel.congestion.bbr.internal.Bbr} walks through the states and sets rate
 * and window. Lane's thread; no clock and no randomness but what is given.
 */
package io.karavel.congestion.bbr.internal;
