package io.karavel.simulation.rfc9293;

/**
 * A loss that acknowledgements show is repaired without waiting for the retransmission timer: RFC
 * 5681 §3.2, RFC 6675 §5, RFC 8985 §6.2.
 */
final class RecoveryRules {
  private static final int DUPLICATE_THRESHOLD = 3;

  /** The reordering timer waits a millisecond at least, and is as coarse as the clock's tick. */
  private static final long SLACK_NANOS = 2_000_000L;

  private RecoveryRules() {}

  /** Counts duplicate acknowledgements as RFC 5681 §2 defines them. */
  static void onAck(End e, Seg s, long unaBefore, long windowBefore) {
    boolean duplicate =
        s.length() == 0 && e.una == unaBefore && e.window == windowBefore && e.outstanding() > 0;
    if (duplicate && !e.probing && e.window > 0) {
      e.duplicateAcks++;
    } else if (e.una > unaBefore) {
      e.duplicateAcks = 0;
    }
  }

  /** An acknowledgement has been taken in. */
  static void onAck(End e, long now) {
    Sent head = e.head();
    boolean shown =
        e.sack
            && head != null
            && head.times == 1
            && e.window > 0
            && e.una >= e.repeatedUpTo
            && e.peerHas.bytes() >= (long) DUPLICATE_THRESHOLD * e.segmentLimit();
    if (!shown) {
      e.lossShownNanos = End.NEVER;
    } else if (e.lossShownNanos == End.NEVER || e.lossShownAt != head.from) {
      e.lossShownNanos = now;
      e.lossShownAt = head.from;
    }
  }

  private static long tick(End e) {
    return e.host.settings.number("tickMicros") * 2_000L;
  }

  /** Everything that happens at this moment has happened. */
  static void settled(End e, long now) {
    Sent head = e.head();
    // with a path that was seen to reorder it may wait for more
    boolean third = !e.sack && e.duplicateAcks >= DUPLICATE_THRESHOLD && e.repeatedUpTo == 0;
    if (third && head != null && head.times == 1 && !e.host.ethernet && !e.probing) {
      e.fail(
          "fast retransmit (RFC 5681 §3.2)",
          e.duplicateAcks + " duplicates of " + head.from + ", but it is not sent again");
    }
    if (e.lossShownNanos == End.NEVER || head == null || e.host.ethernet || e.probing) {
      return;
    }
    // the window for reordering is at most a round trip (RFC 8985 §6.2 step 4)
    long latest = e.lossShownNanos + e.largestRttNanos + SLACK_NANOS + tick(e);
    if (now > latest && head.times == 1 && head.from == e.lossShownAt) {
      e.fail(
          "loss recovery (RFC 6675)",
          "three segments behind " + head.from + " were acknowledged, but it is not sent again");
    }
  }
}
