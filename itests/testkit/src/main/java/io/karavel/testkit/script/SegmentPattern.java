package io.karavel.testkit.script;

import io.karavel.testkit.SegmentOption;
import java.util.List;

/**
 * A packet as a script writes it, to be sent or to be compared with. Numbers are relative; null is
 * what was not written.
 *
 * @param text the notation it was read from
 * @param ip fields of the IP header that were written
 * @param icmp the ICMP message, or null for a TCP segment
 * @param flags TCP flags without PSH
 * @param push whether PSH was written
 * @param sequence first sequence number
 * @param length bytes of payload
 * @param acknowledgment acknowledgment number
 * @param window window field as it stands on the wire
 * @param urgent urgent pointer
 * @param options the options; null if none were written, empty for {@code <>}
 * @param moreOptions whether others may be there too: {@code ...} among them
 */
public record SegmentPattern(
    String text,
    IpFields ip,
    IcmpPart icmp,
    int flags,
    boolean push,
    long sequence,
    int length,
    Long acknowledgment,
    Integer window,
    Integer urgent,
    List<SegmentOption> options,
    boolean moreOptions) {

  /**
   * Fields of the IP header.
   *
   * @param timeToLive TTL
   * @param trafficClass the whole byte of DSCP and ECN
   * @param ecn its ECN bits alone
   * @param dontFragment the DF bit
   * @param reserved the reserved bits of the TCP header
   * @param badTcpChecksum whether the TCP checksum is to be wrong
   * @param badIpChecksum whether the IP checksum is to be wrong
   */
  public record IpFields(
      Integer timeToLive,
      Integer trafficClass,
      Integer ecn,
      Boolean dontFragment,
      int reserved,
      boolean badTcpChecksum,
      boolean badIpChecksum) {
    static final IpFields NONE = new IpFields(null, null, null, null, 0, false, false);
  }

  /**
   * An ICMP message about a segment that the stack sent.
   *
   * @param name the message
   * @param mtu next-hop MTU in bytes; 0 if none was written
   * @param quotedSequence first sequence number of the segment quoted; null if none is
   * @param quotedLength bytes of its payload
   */
  public record IcmpPart(
      io.karavel.testkit.IcmpName name, int mtu, Long quotedSequence, int quotedLength) {}

  @Override
  public String toString() {
    return text;
  }
}
