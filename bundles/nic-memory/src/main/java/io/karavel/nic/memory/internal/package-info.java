/**
 * Virtual cables between two devices in one JVM.
 *
 * <p>Each configuration of {@code io.karavel.nic.memory} makes a {@code MemoryCable} with two
 * {@code CableDirection}s and registers a module factory per end. A {@code MemoryDevice} is one end
 * on its lane: what it sends goes through {@code Outgoing} (impairment, ring), what arrives comes
 * out of {@code Incoming} (ring, frames held back, one timer). Between them is a {@link
 * io.karavel.nic.FrameRing}, the only thing both lanes touch.
 *
 * <p>When a device is replaced, its rings are handed over by reference, so that what is on its way
 * stays on its way, whichever end and version leaves first.
 */
package io.karavel.nic.memory.internal;
