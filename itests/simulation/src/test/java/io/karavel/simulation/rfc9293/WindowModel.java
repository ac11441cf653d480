package io.karavel.simulation.rfc9293;

/** Congestion window and slow start threshold, in bytes, as an algorithm moves them. */
abstract class WindowModel {
  static final long INFINITE = Integer.MAX_VALUE;

  long window;
  long threshold = INFINITE;

  /**
   * What there was before the last loss; the window is 0 if it was taken back or there was none.
   */
  private long windowBefore;

  private long thresholdBefore;

  /** The one of a name; null if it is not known. */
  static WindowModel of(String name, long window) {
    WindowModel made =
        switch (name) {
          case "newreno" -> new RenoModel();
          case "cubic" -> new CubicModel();
          default -> null;
        };
    if (made != null) {
      made.window = window;
    }
    return made;
  }

  /** What of the flight is left after a loss. */
  abstract double decrease();

  /**
   * New data was acknowledged outside a recovery.
   *
   * @param sample a round trip; 0 if it gave none
   * @param limited whether the window was what held the sender back (RFC 7661, RFC 9438 §5.8)
   */
  abstract void onAcknowledged(
      long bytes, long sample, boolean limited, long pipe, long segment, RoundTrip rtt, long now);

  /** A loss, or a mark (RFC 5681 §3.2, RFC 3168 §6.1.2). */
  void onLoss(long flight, long segment) {
    remember();
    threshold = reduced(flight, segment);
    window = threshold;
  }

  /** The end of a recovery: RFC 6582 §3.2 step 3. */
  void onRecovered(long segment) {
    window = Math.max(threshold, segment);
  }

  /** RFC 5681 §3.1: one segment; the threshold at the first timeout only. */
  void onTimeout(long flight, boolean repeated, long segment) {
    if (!repeated) {
      remember();
      threshold = reduced(flight, segment);
    }
    window = segment;
  }

  /** RFC 5681 §4.1. */
  void onIdle(long idle, long restart, long now) {
    window = Math.min(window, restart);
  }

  /** What was reduced for nothing is given back (RFC 4015); whether there was anything. */
  boolean onSpurious() {
    if (windowBefore == 0) {
      return false;
    }
    window = Math.max(window, windowBefore);
    threshold = Math.max(threshold, thresholdBefore);
    windowBefore = 0;
    return true;
  }

  /** Segments have another size. */
  void onSegment(long segment) {
    window = Math.max(window, segment);
  }

  /** Another algorithm goes on with window and threshold; null if it is not known. */
  WindowModel changedTo(String name) {
    WindowModel made = of(name, window);
    if (made != null) {
      made.threshold = threshold;
    }
    return made;
  }

  void remember() {
    windowBefore = window;
    thresholdBefore = threshold;
  }

  /** Equation 4 of RFC 5681: of FlightSize, less what limited transmit has added. */
  private long reduced(long flight, long segment) {
    return Math.max((long) (Math.min(flight, window) * decrease()), 2 * segment);
  }
}
