package io.karavel.simulation.rfc9293;

/** Round trip and timeout: RFC 6298 §2. Nanoseconds. */
final class RoundTrip {
  long smoothed;
  long variation;
  long least;

  /** RTO before there is a measurement. */
  long initial;

  boolean isMeasured() {
    return smoothed > 0;
  }

  void measure(long nanos) {
    least = least == 0 ? Math.max(1, nanos) : Math.max(1, Math.min(least, nanos));
    if (smoothed == 0) {
      smoothed = Math.max(1, nanos);
      variation = nanos / 2;
      return;
    }
    variation += (Math.abs(smoothed - nanos) - variation) / 4;
    smoothed = Math.max(1, smoothed + (nanos - smoothed) / 8);
  }

  /** RTO, not backed off; a quarter of rtoMin stands for the clock's granularity G. */
  long timeout(End e) {
    long least = e.settings.millis("rtoMinMillis");
    long most = e.settings.millis("rtoMaxMillis");
    long base =
        isMeasured() ? Math.max(least, smoothed + Math.max(least / 4, 4 * variation)) : initial;
    return Math.min(base, most);
  }
}
