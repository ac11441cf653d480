package io.karavel.simulation.rfc9293;

/** When the first slow start ends before there is a loss: HyStart++, RFC 9406 §4.2 and §4.3. */
final class SlowStartModel {
  private static final long MIN_RTT_THRESH = 4_000_000L;
  private static final long MAX_RTT_THRESH = 16_000_000L;
  private static final int MIN_RTT_DIVISOR = 8;
  private static final int N_RTT_SAMPLE = 8;
  private static final int CSS_ROUNDS = 5;
  private static final long INFINITE = Long.MAX_VALUE;

  private boolean inRound;

  /** Bytes until the window that was out when the round began is acknowledged. */
  private long roundLeft;

  private long lastRoundMinRtt = INFINITE;
  private long currentRoundMinRtt = INFINITE;
  private int rttSampleCount;
  private long cssBaselineMinRtt = INFINITE;
  private int cssRounds;

  /** Conservative slow start. */
  boolean conservative;

  /** Takes an acknowledgement; whether congestion avoidance begins. */
  boolean onAcknowledged(long bytes, long sample, long pipe) {
    if (!inRound) {
      inRound = true;
      roundLeft = pipe + bytes;
    }
    if (sample > 0) {
      currentRoundMinRtt = Math.min(currentRoundMinRtt, sample);
      rttSampleCount++;
    }
    if (rttSampleCount >= N_RTT_SAMPLE) {
      compare();
    }
    roundLeft -= bytes;
    if (roundLeft > 0) {
      return false;
    }
    lastRoundMinRtt = currentRoundMinRtt;
    currentRoundMinRtt = INFINITE;
    rttSampleCount = 0;
    roundLeft = pipe;
    inRound = pipe > 0;
    return conservative && ++cssRounds >= CSS_ROUNDS;
  }

  private void compare() {
    if (conservative) {
      if (currentRoundMinRtt < cssBaselineMinRtt) {
        conservative = false;
        cssBaselineMinRtt = INFINITE;
      }
      return;
    }
    if (lastRoundMinRtt == INFINITE || currentRoundMinRtt == INFINITE) {
      return;
    }
    long fraction = lastRoundMinRtt / MIN_RTT_DIVISOR;
    long threshold = Math.max(MIN_RTT_THRESH, Math.min(fraction, MAX_RTT_THRESH));
    if (currentRoundMinRtt >= lastRoundMinRtt + threshold) {
      cssBaselineMinRtt = currentRoundMinRtt;
      conservative = true;
      cssRounds = 0;
    }
  }
}
