package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.Sent;

/**
 * A loss that acknowledgements show is repaired without waiting for the retransmission timer: RFC
 * 5681 §3.2, RFC 6675 §5, RFC 8985 §6.2.
 */
final class RecoveryRules {
  private static final int DUPLICATE_THRESHOLD = 3;

  /** Timers may be as coarse as the largest tick of a run, and its delayed acknowledgements. */
  private static final long SLACK_NANOS = 200_000_000L;

  private RecoveryRules() {}

  /** An acknowledgement has been taken in. */
  static void onAck(End e, long now) {
    Sent head = e.head();
    boolean shown =
        e.sack
            && head != null
            && head.times == 1
            && e.window > 0
            && e.peerHas.bytes() >= (long) DUPLICATE_THRESHOLD * e.segmentLimit();
    if (!shown) {
      e.lossShownNanos = End.NEVER;
    } else if (e.lossShownNanos == End.NEVER || e.lossShownAt != head.from) {
      e.lossShownNanos = now;
      e.lossShownAt = head.from;
    }
  }

  /** Everything that happens at this moment has happened. */
  static void settled(End e, long now) {
    Sent head = e.head();
    if (e.lossShownNanos == End.NEVER || head == null || e.host.ethernet || e.probing) {
      return;
    }
    // the window for reordering is at most a round trip (RFC 8985 §6.2 step 4)
    long latest = e.lossShownNanos + e.largestRttNanos + SLACK_NANOS;
    if (now > latest && head.times == 1 && head.from == e.lossShownAt) {
      e.fail(
          "loss recovery (RFC 6675)",
          "three segments behind " + head.from + " were acknowledged, but it is not sent again");
    }
  }
}
