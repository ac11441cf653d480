package io.karavel.simulation.rfc9293;

/** RFC 5681 §3.1 with bytes counted: a segment for each window that is acknowledged. */
final class RenoModel extends WindowModel {
  private long acknowledged;

  @Override
  double decrease() {
    return 0.5;
  }

  @Override
  void onAcknowledged(
      long bytes, long sample, boolean limited, long pipe, long segment, RoundTrip rtt, long now) {
    if (!limited) {
      return;
    }
    long slow = Math.max(0, Math.min(bytes, threshold - window));
    window += slow;
    if (bytes == slow) {
      return;
    }
    acknowledged += bytes - slow;
    if (acknowledged >= window) {
      acknowledged -= window;
      window += segment;
      acknowledged = Math.min(acknowledged, window);
    }
  }

  @Override
  void onLoss(long flight, long segment) {
    super.onLoss(flight, segment);
    acknowledged = 0;
  }

  @Override
  void onRecovered(long segment) {
    super.onRecovered(segment);
    acknowledged = 0;
  }

  @Override
  void onTimeout(long flight, boolean repeated, long segment) {
    super.onTimeout(flight, repeated, segment);
    acknowledged = 0;
  }
}
