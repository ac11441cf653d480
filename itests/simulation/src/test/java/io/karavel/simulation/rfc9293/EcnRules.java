package io.karavel.simulation.rfc9293;

/**
 * Explicit congestion notification: RFC 3168 §6.1; what asks for it and grants it, and the marks.
 */
final class EcnRules {
  private static final int ECT_0 = 2;
  private static final int CE = 3;

  private EcnRules() {}

  private static int mark(Seg s) {
    return s.trafficClass & CE;
  }

  /** Whether a SYN to a listener asks for it, and is granted it. */
  static boolean isGranted(Settings settings, Seg syn) {
    return !settings.word("ecn").equals("off") && syn.has(Seg.ECE | Seg.CWR) && mark(syn) == 0;
  }

  /** A SYN or SYN-ACK is sent: §6.1.1, and §6.1.1.1 for one that is sent again. */
  static void onSyn(End e, Seg s, boolean answers) {
    boolean echo = s.has(Seg.ECE);
    boolean reduced = s.has(Seg.CWR);
    if (mark(s) != 0) {
      e.fail("ECN", "a SYN is no ECN-capable packet (RFC 3168 §6.1.1)");
    }
    if (e.host.ethernet && !answers) {
      e.ecn |= echo && reduced; // one may have been lost where nobody saw it
      return;
    }
    if (!answers && e.synsSent == 0) {
      e.ecn = e.settings.word("ecn").equals("active");
    }
    boolean wanted = e.ecn && (answers || !e.synRetransmitted);
    if (echo != wanted || reduced != (wanted && !answers)) {
      e.fail("ECN setup (RFC 3168 §6.1.1)", "ECE " + echo + ", CWR " + reduced);
    }
  }

  /** The peer's SYN or SYN-ACK has come to one who has sent a SYN. */
  static void agree(End e, Seg s) {
    boolean both = s.has(Seg.ECE | Seg.CWR);
    e.ecn &= s.ack() ? s.has(Seg.ECE) && !both : both;
  }

  /** Text of use has come: §6.1.3. */
  static void onText(End e, Seg s) {
    if (!e.ecn || s.dataLength == 0) {
      return;
    }
    if (s.has(Seg.CWR)) {
      e.ecnEchoing = false;
      e.acksAllowed++;
    }
    if (mark(s) == CE) {
      e.ecnEchoing = true;
    }
  }

  /** An acknowledgement has come that is not old: §6.1.2. */
  static void onAck(End e, Seg s, long unaBefore, long flightBefore) {
    if (!e.model.followed && unaBefore <= e.repeatedUpTo && e.una > e.repeatedUpTo) {
      e.reducedAllowed = true; // a loss probe may have repaired a loss (RFC 8985 §7.4)
    }
    if (!e.ecn || !s.has(Seg.ECE) || flightBefore == 0) {
      return;
    }
    e.reducedAllowed = true;
    boolean recovers = unaBefore < e.repeatedUpTo || e.peerHas.count() > 0 || e.probing;
    if (!recovers && e.una > e.reducedAt) {
      e.reducedOwed = true;
      e.reducedAt = e.nxt;
    }
  }

  /** Something is sent again: the window may be reduced for it. */
  static void onRepeated(End e) {
    e.repeatedUpTo = e.nxt;
    e.repeatedSince = true;
    e.reducedAllowed = true;
    e.reducedOwed = false;
  }

  /** A segment of an open connection is sent; SND.NXT is still before it if it is new. */
  static void onSent(End e, Seg s, long seq) {
    boolean probe = seq + s.dataLength > Math.min(e.edge, e.una + e.window);
    boolean fresh = s.dataLength > 0 && seq >= e.nxt && !probe;
    int wanted = e.ecn && fresh ? ECT_0 : 0;
    if (mark(s) != wanted) {
      e.fail(
          "ECN codepoint (RFC 3168 §6.1.4 to §6.1.6)",
          mark(s) + " instead of " + wanted + (fresh ? " on new data" : " on what is none"));
    }
    if (s.has(Seg.ECE) != e.ecnEchoing && e.state != End.State.TIME_WAIT) {
      e.fail(
          "ECN echo (RFC 3168 §6.1.3)",
          e.ecnEchoing ? "a mark was received, and no CWR since" : "no mark is to be echoed");
    }
    if (s.has(Seg.CWR)) {
      if (!e.ecn || !fresh || !e.reducedAllowed) {
        e.fail("ECN CWR (RFC 3168 §6.1.2)", "no window was reduced, or it is no new data");
      }
      e.reducedAllowed = false;
      e.reducedOwed = false;
      // the window was reduced for all before: marks of it ask for no more (once per window)
      e.reducedAt = Math.max(e.reducedAt, seq);
    } else if (fresh && e.reducedOwed && !e.probing && e.una <= e.reducedAt) {
      e.fail("ECN CWR (RFC 3168 §6.1.2)", "the peer told of a mark, and this is the next new data");
    }
  }
}
