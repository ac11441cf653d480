package io.karavel.testkit.script;

import io.karavel.testkit.IcmpName;
import io.karavel.testkit.PacketFormat;
import io.karavel.testkit.SegmentOption;
import io.karavel.testkit.WirePacket;
import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Compares a packet that a stack sent with what a script expects. Flags (PSH only if written;
 * {@code R} is a reset with or without an acknowledgment, {@code R.} one with it), sequence number
 * and length are always compared, and so are checksums and the payload with what was written;
 * window, acknowledgment, urgent pointer, options and IP fields only if the script writes them.
 */
final class SegmentMatcher {
  private final List<String> differences = new ArrayList<>();
  private final SegmentPattern pattern;
  private final WirePacket packet;
  private final Flow flow;

  private SegmentMatcher(SegmentPattern pattern, WirePacket packet, Flow flow) {
    this.pattern = pattern;
    this.packet = packet;
    this.flow = flow;
  }

  /** What differs, one line each; empty if nothing does. */
  static List<String> differences(SegmentPattern pattern, WirePacket packet, Flow flow) {
    SegmentMatcher matcher = new SegmentMatcher(pattern, packet, flow);
    if (!packet.checksumsAreValid()) {
      matcher.differences.add("checksum: wrong");
    }
    if (pattern.icmp() != null) {
      matcher.compareIcmp();
    } else if (packet.isTcp()) {
      matcher.compareTcp();
    } else {
      matcher.differences.add("a TCP segment was expected");
    }
    if (packet.isIpv4()) {
      matcher.compareIp();
    }
    return matcher.differences;
  }

  private void compare(String what, Object expected, Object sent) {
    if (expected != null && !Objects.equals(expected, sent)) {
      differences.add(what + ": " + expected + " expected, " + sent + " sent");
    }
  }

  private void compareIp() {
    SegmentPattern.IpFields fields = pattern.ip();
    compare("ttl", fields.timeToLive(), packet.timeToLive());
    compare("tos", fields.trafficClass(), packet.trafficClass());
    compare("ecn", fields.ecn(), packet.trafficClass() & 3);
    compare("df", fields.dontFragment(), packet.dontFragment());
  }

  private void compareIcmp() {
    if (!packet.isIcmp()) {
      differences.add("an ICMP message was expected");
      return;
    }
    IcmpName name = pattern.icmp().name();
    compare("icmp type", name.type(), packet.icmpType());
    compare("icmp code", name.code(), packet.icmpCode());
    if (pattern.icmp().mtu() != 0) {
      compare("mtu", pattern.icmp().mtu(), packet.icmpNextHopMtu());
    }
  }

  private void compareTcp() {
    int flags = packet.flags();
    int ignored = TcpHeader.PSH;
    if ((pattern.flags() & (TcpHeader.RST | TcpHeader.ACK)) == TcpHeader.RST) {
      ignored |= TcpHeader.ACK;
    }
    compare("flags", PacketFormat.flags(pattern.flags()), PacketFormat.flags(flags & ~ignored));
    if (pattern.push() && (flags & TcpHeader.PSH) == 0) {
      differences.add("flags: P expected");
    }
    PacketFormat.Relative relative = flow.relative();
    long sequence = (packet.sequenceNumber() - relative.sequence()) & 0xffff_ffffL;
    compare("sequence number", pattern.sequence(), sequence);
    compare("length", pattern.length(), packet.payloadLength());
    if (packet.has(TcpHeader.ACK)) {
      compare(
          "ack",
          pattern.acknowledgment(),
          (packet.acknowledgmentNumber() - relative.acknowledgment()) & 0xffff_ffffL);
    }
    compare("win", pattern.window(), packet.window());
    compare("urg", pattern.urgent(), packet.urgentPointer());
    if (pattern.options() != null) {
      compareOptions(PacketFormat.relative(packet.options(), relative));
    }
    String wrongPayload = flow.wrongPayload(packet);
    if (wrongPayload != null) {
      differences.add(wrongPayload);
    }
  }

  /** Padding counts only if the script writes padding; order counts in any case. */
  private void compareOptions(List<SegmentOption> sent) {
    boolean padding = pattern.options().stream().anyMatch(SegmentOption::isPadding);
    List<SegmentOption> rest = new ArrayList<>(sent);
    if (!padding) {
      rest.removeIf(SegmentOption::isPadding);
    }
    int at = 0;
    for (SegmentOption expected : pattern.options()) {
      int found = at;
      while (found < rest.size() && !accepts(expected, rest.get(found))) {
        found++;
      }
      if (found == rest.size() || found > at && !pattern.moreOptions()) {
        String there = at < rest.size() ? rest.get(at).toString() : "none";
        differences.add("options: " + expected + " expected, " + there + " sent");
        return;
      }
      at = found + 1;
    }
    if (at < rest.size() && !pattern.moreOptions()) {
      differences.add("options: " + rest.get(at) + " was not expected");
    }
  }

  private static boolean accepts(SegmentOption expected, SegmentOption sent) {
    if (expected.kind() != sent.kind()) {
      return false;
    }
    if (SegmentOption.ANY.equals(expected.hex())) {
      return !sent.hex().isEmpty();
    }
    if (expected.hex() != null) {
      return expected.hex().isEmpty() && expected.kind() != TcpOptionParser.FAST_OPEN
          || expected.hex().equals(sent.hex());
    }
    if (expected.values().isEmpty()) {
      return true;
    }
    if (expected.values().size() != sent.values().size()) {
      return false;
    }
    for (int i = 0; i < expected.values().size(); i++) {
      Long wanted = expected.values().get(i);
      if (wanted != null && !wanted.equals(sent.values().get(i))) {
        return false;
      }
    }
    return true;
  }
}
