/**
 * Addresses as values: IP addresses, prefixes, endpoints and MAC addresses.
 *
 * <p>These objects serve the edges (configuration, shell, sockets). The hot path carries an IPv4
 * address as an {@code int} and a MAC address as a {@code long}; {@link
 * io.karavel.address.IpAddress#ipv4Bits()} and {@link io.karavel.address.MacAddress#bits()} lead
 * from one world to the other. Everything here is immutable and free of clocks, threads and I/O.
 */
@Export
@Version("0.1.0")
package io.karavel.address;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
