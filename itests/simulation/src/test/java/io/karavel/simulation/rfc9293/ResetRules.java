package io.karavel.simulation.rfc9293;

/** A RST that an end sends of its own accord. */
final class ResetRules {
  private ResetRules() {}

  /** RFC 9293 §3.10.5: at SND.NXT, as far as the peer's window lets it be accepted. */
  static void check(End e, Seg s, long now) {
    long seq = e.ours(s.rawSeq);
    boolean kept = e.edge <= e.nxt || e.probing || e.outstanding() == 1;
    // the window may have shrunk since
    boolean atEdge = seq == Math.max(1, e.una) + e.window;
    boolean within = seq == e.nxt || seq >= e.una && seq <= e.nxt && (kept || atEdge);
    // what waited for a module has gone just before it
    boolean waited = e.host.isLenient(now) && seq >= e.nxt && seq <= e.writtenEnd() + 1;
    if (!within && !waited) {
      e.fail("RST", "it is at " + seq + ", SND.NXT is " + e.nxt);
    }
    if (!s.ack() || e.theirs(s.rawAck) != e.rcvNxt) {
      e.fail("RST", "it must acknowledge " + e.rcvNxt);
    }
    if (s.dataLength > 0 || s.syn() || s.fin()) {
      e.fail("RST", "it carries something else");
    }
    if (s.timestamps) {
      OptionRules.check(e, s, now);
    }
  }
}
