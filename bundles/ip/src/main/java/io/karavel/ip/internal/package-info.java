/**
 * The IP module: Ethernet, neighbours (ARP), IPv4, ICMP, fragments and routes of one lane.
 *
 * <p>Where to begin: {@link io.karavel.ip.internal.Ipv4Layer} is the module and shows how the
 * concerns hang together. Up: {@code EthernetInput} → {@code Ipv4Input} (→ {@code Reassembly}) →
 * transport or {@code IcmpInput}. Down: {@code Ipv4Output} (→ {@code Fragmenter}) → {@code
 * NeighbourCache} → {@code EthernetOutput} → {@code DeviceOutput} (→ {@code Segmenter}, {@code
 * ChecksumCompletion}) → device. Beside: {@code Interfaces} and {@code LocalAddress} with {@code
 * AddressConflicts} (RFC 5227), {@code Routes}, {@code Pings}, and {@code Administration} for the
 * shell. {@code IpHandover} is the form of the kept state.
 *
 * <p>Rules: everything runs on the lane's thread. Nothing is sent up from inside a send: packets to
 * ourselves wait in {@code LoopbackQueue}, errors about our own packets in {@code LocalErrors},
 * until the end of the burst. Settings are asked for at each use, so that they change live. A
 * packet is either given on, kept, or dropped with one {@link io.karavel.engine.DropReason}.
 */
package io.karavel.ip.internal;
