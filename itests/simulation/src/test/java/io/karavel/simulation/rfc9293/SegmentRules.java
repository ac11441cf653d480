package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;

/** A segment that is sent, without RST: flags (RFC 9293 §3.1), then everything else. */
final class SegmentRules {
  private SegmentRules() {}

  static void onSent(End e, Seg s, int segmentSize, long now) {
    if (s.reserved != 0) {
      e.fail("flags", "a reserved bit is set");
    }
    if (s.syn()) {
      if (s.has(Seg.URG)) {
        e.fail("flags", "nothing of a SYN is urgent");
      }
      OpeningRules.onSent(e, s, now);
      return;
    }
    if (!s.ack()) {
      e.fail("ACK", "every segment of an open connection has it");
    }
    if (e.state == State.SYN_SENT) {
      e.fail("SYN-SENT", "nothing but SYN and RST is sent");
    }
    e.model.expire(now);
    if (!s.dontFragment && !e.mayFragment && e.model.followed) {
      e.fail("DF (RFC 1191 §3)", "nobody has said that its packets are too large for the way");
    }
    OptionRules.check(e, s, now);
    int length = s.dataLength + (s.fin() ? 1 : 0);
    if (!e.host.isLenient(now)) {
      UrgentRules.onSent(e, s, e.ours(s.rawSeq), segmentSize);
      EcnRules.onSent(e, s, e.ours(s.rawSeq));
    }
    SenderRules.onSent(e, s, segmentSize, now);
    ReceiverRules.onSent(e, s, length == 0, now);
  }
}
