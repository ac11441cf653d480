package io.karavel.simulation.rfc9293;

/** ICMP about segments that were sent: RFC 5927, RFC 1191, RFC 1122 §4.2.3.9. */
final class IcmpRules {
  private static final int UNREACHABLE = 3;
  private static final int FRAGMENTATION_NEEDED = 4;
  private static final int SMALLEST_MTU = 68;

  private IcmpRules() {}

  static void on(Host host, Seg s) {
    int at = s.quotedTcp();
    if (s.icmpType() != UNREACHABLE || at < 0) {
      return;
    }
    Tuple tuple =
        new Tuple(s.quotedAddress(false), s.u16(at), s.quotedAddress(true), s.u16(at + 2));
    End e = host.ends.get(tuple);
    if (e == null) {
      return;
    }
    long seq = e.ours(s.i32(at + 4));
    boolean inFlight = e.una <= seq && seq < e.nxt;
    e.touches++;
    if (!inFlight) {
      return;
    }
    if (s.icmpCode() == FRAGMENTATION_NEEDED) {
      int mtu = Math.max(SMALLEST_MTU, s.icmpMtu());
      e.pathMtu = Math.min(e.pathMtu, mtu);
    } else {
      e.softError = "unreachable";
    }
  }
}
