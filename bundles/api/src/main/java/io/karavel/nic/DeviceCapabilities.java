package io.karavel.nic;

/**
 * What a device can do by itself. IP and TCP do in software what is missing.
 *
 * @param bareIp whether it carries bare IP packets (TUN) rather than Ethernet frames
 * @param mtu largest IP packet in bytes that it carries unsegmented
 * @param transmitChecksum whether it takes packets with a {@linkplain
 *     io.karavel.packet.PacketBuffer#CHECKSUM_PARTIAL partial} checksum
 * @param segmentationBytes largest TCP super-segment it takes, as an IP packet in bytes; 0 if none
 * @param needsPolling whether it has neither a readiness descriptor nor wakes the lane by itself
 */
public record DeviceCapabilities(
    boolean bareIp,
    int mtu,
    boolean transmitChecksum,
    int segmentationBytes,
    boolean needsPolling) {
  /** A plain device with an MTU. */
  public static DeviceCapabilities plain(boolean bareIp, int mtu) {
    return new DeviceCapabilities(bareIp, mtu, false, 0, false);
  }
}
