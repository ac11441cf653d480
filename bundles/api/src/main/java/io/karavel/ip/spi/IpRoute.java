package io.karavel.ip.spi;

/**
 * What a transport needs to know of the way to a destination.
 *
 * @param interfaceName the interface it leaves by; "lo" for our own addresses
 * @param sourceIpv4 the source address to use
 * @param mtu largest IP packet in bytes on the first hop
 * @param checksumOffload whether partial checksums may be handed down (always true: IP completes
 *     them when the device cannot)
 * @param segmentationBytes largest super-segment, as an IP packet in bytes, worth handing down; 0
 *     if the device has no segmentation and IP would have to cut in software
 * @param onLink whether the destination is a neighbour, not behind a gateway
 */
public record IpRoute(
    String interfaceName,
    int sourceIpv4,
    int mtu,
    boolean checksumOffload,
    int segmentationBytes,
    boolean onLink) {}
