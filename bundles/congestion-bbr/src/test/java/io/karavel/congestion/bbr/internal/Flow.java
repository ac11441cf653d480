package io.karavel.congestion.bbr.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.CongestionView;
import io.karavel.tcp.RateSample;

/**
 * A flow and what its connection would say: hand-made samples, by default one acknowledgement for
 * each round trip of 100 ms over a path of 1 MB/s, whose product is 100 segments of 1000 bytes.
 */
final class Flow implements CongestionView, RateSample {
  static final int SEGMENT = 1000;
  static final int INITIAL = 10 * SEGMENT;
  static final long MILLI = 1_000_000L;
  static final long SECOND = 1000 * MILLI;
  static final long RATE = 1_000_000;
  static final int PRODUCT = 100_000;

  /** What is paced of a bandwidth (BBR.PacingMarginPercent). */
  static final double MARGIN = 0.99;

  long nowNanos = 7200 * SECOND;
  long rttNanos = 100 * MILLI;
  long knownRttNanos;
  int inFlightBytes = 150_000;
  int transmitInFlightBytes;
  boolean limited;
  boolean windowLimited;
  final Bbr bbr;

  /** Hears the same. */
  Bbr twin;

  private long totalDelivered;
  private long roundBegin;
  private long priorDelivered;
  private long rate;
  private int newlyDelivered;
  private int newlyLost;
  private long lost;
  private long totalLost;

  Flow() {
    bbr = new Bbr(this, INITIAL, Integer.MAX_VALUE);
  }

  Flow(long knownRttNanos, int windowBytes, int thresholdBytes) {
    this.knownRttNanos = knownRttNanos;
    bbr = new Bbr(this, windowBytes, thresholdBytes);
  }

  // ---- what happens ----

  /** A round trip at this rate: all that it delivers is acknowledged at its end. */
  void round(long bytesPerSecond) {
    nowNanos += rttNanos;
    acknowledge(bytesPerSecond, (int) (bytesPerSecond * rttNanos / SECOND), totalDelivered);
    roundBegin = totalDelivered;
  }

  void rounds(int count, long bytesPerSecond) {
    for (int i = 0; i < count; i++) {
      round(bytesPerSecond);
    }
  }

  /** An acknowledgement in the middle of a round. */
  void within(long bytesPerSecond, long nanos) {
    nowNanos += nanos;
    acknowledge(bytesPerSecond, SEGMENT, roundBegin - 1);
  }

  /** A round trip whose acknowledgement gives no rate: it came too soon after another. */
  void roundWithoutRate() {
    nowNanos += rttNanos;
    acknowledge(0, 10 * SEGMENT, totalDelivered);
    roundBegin = totalDelivered;
  }

  /** A round trip of which each segment is acknowledged by itself, evenly. */
  void evenRound(long bytesPerSecond) {
    int segments = (int) (bytesPerSecond * rttNanos / SECOND / SEGMENT);
    for (int i = 1; i < segments; i++) {
      within(bytesPerSecond, rttNanos / segments);
    }
    nowNanos += rttNanos / segments;
    acknowledge(bytesPerSecond, SEGMENT, totalDelivered);
    roundBegin = totalDelivered;
  }

  private void acknowledge(long bytesPerSecond, int bytes, long prior) {
    rate = bytesPerSecond;
    newlyDelivered = bytes;
    priorDelivered = prior;
    totalDelivered += bytes;
    bbr.onRateSample(this, nowNanos);
    if (twin != null) {
      twin.onRateSample(this, nowNanos);
    }
    newlyLost = 0;
    lost = 0;
  }

  /** So many segments of the flight are found to be lost, with the next acknowledgement. */
  void lose(int segments) {
    for (int i = 0; i < segments; i++) {
      newlyLost += SEGMENT;
      totalLost += SEGMENT;
      lost += SEGMENT;
      bbr.onSegmentLost(SEGMENT, transmitInFlightBytes(), lost, limited, nowNanos);
      if (twin != null) {
        twin.onSegmentLost(SEGMENT, transmitInFlightBytes(), lost, limited, nowNanos);
      }
    }
  }

  // ---- ways to a state ----

  /** Startup until it has ended: three rounds that bring nothing more. */
  Flow drain() {
    round(RATE / 4);
    round(RATE / 2);
    rounds(4, RATE);
    return in(BbrState.DRAIN);
  }

  Flow cruise() {
    drain();
    inFlightBytes = 90_000;
    round(RATE);
    return in(BbrState.CRUISE);
  }

  Flow refill() {
    cruise();
    await(BbrState.REFILL, RATE);
    return this;
  }

  Flow up() {
    refill().round(RATE);
    return in(BbrState.UP);
  }

  /** Rounds at this rate until it is in the state; how many. */
  int await(BbrState state, long bytesPerSecond) {
    int count = 0;
    while (bbr.state() != state) {
      round(bytesPerSecond);
      assertThat(++count).as("rounds until %s, now %s", state, bbr.state()).isLessThan(100);
    }
    return count;
  }

  Flow in(BbrState state) {
    assertThat(bbr.state()).isEqualTo(state);
    return this;
  }

  /** What is paced at this gain of this bandwidth. */
  static long paced(double gain, long bytesPerSecond) {
    return (long) (gain * bytesPerSecond * MARGIN);
  }

  // ---- what the connection says ----

  @Override
  public int segmentBytes() {
    return SEGMENT;
  }

  @Override
  public int inFlightBytes() {
    return inFlightBytes;
  }

  @Override
  public long smoothedRttNanos() {
    return knownRttNanos;
  }

  @Override
  public long minimumRttNanos() {
    return knownRttNanos;
  }

  @Override
  public boolean isCongestionWindowLimited() {
    return windowLimited;
  }

  @Override
  public long totalDeliveredBytes() {
    return totalDelivered;
  }

  @Override
  public long priorDeliveredBytes() {
    return priorDelivered;
  }

  @Override
  public long deliveredBytes() {
    return totalDelivered - priorDelivered;
  }

  @Override
  public long intervalNanos() {
    return rate == 0 ? 0 : rttNanos;
  }

  @Override
  public long bytesPerSecond() {
    return rate;
  }

  @Override
  public long rttNanos() {
    return rttNanos;
  }

  @Override
  public int newlyDeliveredBytes() {
    return newlyDelivered;
  }

  @Override
  public int newlyLostBytes() {
    return newlyLost;
  }

  @Override
  public long totalLostBytes() {
    return totalLost;
  }

  @Override
  public long lostBytes() {
    return lost;
  }

  @Override
  public int transmitInFlightBytes() {
    return transmitInFlightBytes == 0 ? inFlightBytes : transmitInFlightBytes;
  }

  @Override
  public boolean isApplicationLimited() {
    return limited;
  }

  @Override
  public boolean isCongestionEchoed() {
    return false;
  }
}
