package io.karavel.simulation.rfc9293;

/** RFC 9438, its slow starts as RFC 9406 has them. Windows are in bytes, times in seconds. */
final class CubicModel extends WindowModel {
  private static final double C = 0.4;
  private static final double BETA = 0.7;

  /** §4.3. */
  private static final double ALPHA = 3 * (1 - BETA) / (1 + BETA);

  /** L of RFC 9406 §4.2. */
  private static final long MOST_SEGMENTS = 8;

  private static final long CSS_GROWTH_DIVISOR = 4;
  private static final double SECOND = 1e9;

  private record Curve(
      double most, double prior, double k, double reno, long epoch, long pausedAt, boolean runs) {}

  private static final long NOT_PAUSED = Long.MIN_VALUE;
  private static final Curve NONE = new Curve(0, 0, 0, 0, 0, NOT_PAUSED, false);

  private final SlowStartModel first = new SlowStartModel();
  private Curve curve = NONE;
  private Curve curveBefore = NONE;

  /** What the window has beyond whole bytes. */
  private double fraction;

  @Override
  double decrease() {
    return BETA;
  }

  @Override
  void onAcknowledged(
      long bytes, long sample, boolean limited, long pipe, long segment, RoundTrip rtt, long now) {
    long left = bytes;
    if (window < threshold) {
      left = slowStart(bytes, sample, limited, pipe, segment);
    }
    if (left > 0 && window >= threshold) {
      avoid(left, limited, segment, rtt, now);
    }
  }

  private long slowStart(long bytes, long sample, boolean limited, long pipe, long segment) {
    boolean isFirst = threshold == INFINITE;
    boolean over = isFirst && first.onAcknowledged(bytes, sample, pipe);
    long counted = Math.min(bytes, MOST_SEGMENTS * segment);
    if (isFirst && first.conservative) {
      counted /= CSS_GROWTH_DIVISOR;
    }
    long growth = limited ? Math.min(counted, threshold - window) : 0;
    window += growth;
    if (over) {
      threshold = window;
      return 0;
    }
    return counted - growth;
  }

  private void avoid(long bytes, boolean limited, long segment, RoundTrip rtt, long now) {
    if (!limited) {
      if (curve.runs && curve.pausedAt == NOT_PAUSED) {
        pause(now);
      }
      return;
    }
    double exact = window + fraction;
    if (!curve.runs) {
      begin(exact, segment, now);
    } else if (curve.pausedAt != NOT_PAUSED) {
      long epoch = curve.epoch + now - curve.pausedAt;
      curve = new Curve(curve.most, curve.prior, curve.k, curve.reno, epoch, NOT_PAUSED, true);
    }
    double alpha = curve.reno < curve.prior ? ALPHA : 1;
    double reno = curve.reno + alpha * segment * bytes / exact;
    curve = new Curve(curve.most, curve.prior, curve.k, reno, curve.epoch, curve.pausedAt, true);
    double grown;
    if (at(now - curve.epoch, segment) < reno) {
      grown = Math.max(exact, reno);
    } else {
      double target = Math.min(1.5 * exact, at(now - curve.epoch + rtt.smoothed, segment));
      grown = exact + bytes * (Math.max(exact, target) - exact) / exact;
    }
    window = (long) grown;
    fraction = Math.min(1, grown - window);
  }

  private void begin(double exact, long segment, long now) {
    boolean below = curve.most > exact;
    double k = below ? Math.cbrt((curve.most - exact) / (C * segment)) : 0;
    double most = below ? curve.most : exact;
    curve = new Curve(most, curve.prior, k, exact, now, NOT_PAUSED, true);
  }

  /** W_cubic(t), §4.2. */
  private double at(long nanos, long segment) {
    double t = nanos / SECOND - curve.k;
    return C * segment * t * t * t + curve.most;
  }

  private void pause(long at) {
    curve = new Curve(curve.most, curve.prior, curve.k, curve.reno, curve.epoch, at, curve.runs);
  }

  private void end(double most, double prior) {
    curve = new Curve(most, prior, curve.k, curve.reno, curve.epoch, NOT_PAUSED, false);
  }

  @Override
  void onLoss(long flight, long segment) {
    double before = window;
    super.onLoss(flight, segment);
    fraction = 0;
    end(before < curve.most ? before * (1 + BETA) / 2 : before, before); // §4.7
  }

  @Override
  void onRecovered(long segment) {
    super.onRecovered(segment);
    fraction = 0;
  }

  @Override
  void onTimeout(long flight, boolean repeated, long segment) {
    double before = window;
    super.onTimeout(flight, repeated, segment);
    fraction = 0;
    if (!repeated) {
      end(0, before); // §4.8
    }
  }

  @Override
  void onIdle(long idle, long restart, long now) {
    if (window > restart) {
      window = restart;
      fraction = 0;
      curve =
          new Curve(curve.most, curve.prior, curve.k, curve.reno, curve.epoch, NOT_PAUSED, false);
    } else if (curve.runs && curve.pausedAt == NOT_PAUSED) {
      pause(now - idle);
    }
  }

  @Override
  void onSegment(long segment) {
    super.onSegment(segment);
    curve = new Curve(curve.most, curve.prior, curve.k, curve.reno, curve.epoch, NOT_PAUSED, false);
  }

  @Override
  boolean onSpurious() {
    boolean was = super.onSpurious();
    if (was) {
      fraction = 0;
      curve = curveBefore;
    }
    return was;
  }

  @Override
  void remember() {
    super.remember();
    curveBefore = curve;
  }
}
