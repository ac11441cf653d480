/**
 * The seams of the IP module: below it devices, above it transports, beside it the shell.
 *
 * <p>Up: the engine polls a device and gives each frame, marked with its interface index, to {@link
 * io.karavel.ip.spi.IpModule#onFrame}; IP gives datagrams to the {@link
 * io.karavel.ip.spi.TransportProtocol} in the slot of the protocol number. Down: a transport gives
 * a buffer with addresses and protocol set to {@link io.karavel.ip.spi.IpOutput#send}. When a slot
 * on the way is empty, the one who would call parks the buffer in that slot.
 */
@Export
@Version("0.1.0")
package io.karavel.ip.spi;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
