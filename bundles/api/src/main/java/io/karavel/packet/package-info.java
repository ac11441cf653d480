/**
 * Packet buffers: where frames live on their way through the stack.
 *
 * <p>A {@link io.karavel.packet.PacketBuffer} is direct memory with headroom, so that each layer
 * prepends its header in place, plus external slices that lend it payload straight from a send
 * ring. It is reference-counted and comes from the {@link io.karavel.packet.PacketPool} of one
 * lane; only that lane's thread touches either. Offload metadata travels with the buffer, modelled
 * on the virtio-net header: a checksum to be completed, a segmentation type and size.
 *
 * <p>Rules: whoever is handed a buffer as an argument of an {@code on…}, {@code send} or {@code
 * transmit} method owns it and must release it or pass it on, exactly once. To keep a buffer and
 * pass it on, {@link io.karavel.packet.PacketBuffer#retain()} it first. What stays in a field or a
 * collection beyond the call is marked by {@link io.karavel.packet.PacketBuffer#keep()}, which
 * {@link io.karavel.packet.PacketQueue} does by itself: when a call has thrown, the lane takes back
 * what is in no queue and not marked.
 */
@Export
@Version("0.1.0")
package io.karavel.packet;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
