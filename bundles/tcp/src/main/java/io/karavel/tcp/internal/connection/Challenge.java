package io.karavel.tcp.internal.connection;

/** The limits on answers to segments that should not have come (RFC 5961 §7). */
final class Challenge {
  private static final long SECOND_NANOS = 1_000_000_000L;

  private Challenge() {}

  /** Owes a challenge ACK unless {@code challengeAckPerSecond} is used up. */
  static void owe(ControlBlock c, long nowNanos) {
    if (c.challengesInWindow == 0 || nowNanos - c.challengeWindowNanos >= SECOND_NANOS) {
      c.challengeWindowNanos = nowNanos;
      c.challengesInWindow = 0;
    }
    if (c.challengesInWindow >= c.settings().challengeAckPerSecond()) {
      c.counters().ackSkipped.increment();
      return;
    }
    c.challengesInWindow++;
    c.counters().challengeAck.increment();
    c.owe(ControlBlock.OWE_ACK | ControlBlock.OWE_CHALLENGE);
  }

  /**
   * Owes the acknowledgement that answers an unacceptable segment. Data is always answered, since
   * it cannot be part of an endless exchange of acknowledgements.
   */
  static void answerUnacceptable(ControlBlock c, Segment s, long nowNanos) {
    if (s.payloadLength == 0) {
      boolean tooSoon =
          c.invalidAnswered
              && nowNanos - c.invalidAnswerNanos < c.settings().invalidRateLimitNanos();
      if (tooSoon && !s.fin()) {
        c.counters().ackSkipped.increment();
        return;
      }
      c.invalidAnswered = true;
      c.invalidAnswerNanos = nowNanos;
    }
    c.owe(ControlBlock.OWE_ACK);
  }
}
