package io.karavel.simulation.rfc9293;

/**
 * The window that is offered: RFC 9293 §3.8.6.2.2, RFC 7323 §2.2 to §2.4, with what
 * docs/bundles/tcp.md keeps in hand; and how the buffer behind it grows with what is read in a
 * round trip.
 */
final class BufferModel {
  private static final long MOST_FIELD = 65_535;
  private static final long LEAST_ROUND_TRIP_NANOS = 100_000L;
  private static final long MILLI = 1_000_000L;

  private final End e;

  /** Bytes; 0 while it is not known. */
  long capacity;

  /** While the window follows a buffer that has grown: the most that is offered; else 0. */
  private long growing;

  /** The round trip as the receiver sees it; 0 before it is measured. */
  long roundTripNanos;

  private long windowEnd;
  private long windowNanos;
  private long tunedNanos;
  private long tunedRead;

  BufferModel(End e) {
    this.e = e;
  }

  void onOpened() {
    int initial = (int) e.settings.number("receiveBufferInitial");
    capacity = e.settings.option("receiveBufferBytes", initial);
  }

  private long inHand() {
    return e.receiveShift == 0 ? 0 : capacity / 8;
  }

  private long room() {
    return capacity - (e.inputShut ? 0 : e.unread());
  }

  private long clamp() {
    return e.settings.option("windowClampBytes", Integer.MAX_VALUE);
  }

  private long limited(long bytes) {
    long most = Math.min(bytes, clamp());
    most = growing > 0 ? Math.min(most, growing) : most;
    return Math.min(most, MOST_FIELD << e.receiveShift);
  }

  /** What could be offered now. */
  private long free() {
    return Math.max(0, limited(room() - inHand()));
  }

  /** What can ever be offered. */
  private long most() {
    return limited(capacity - inHand());
  }

  private long step() {
    return Math.max(1, Math.min(e.fullSegment, most() / 2));
  }

  /** The window field of a segment that goes now. */
  long field() {
    long offered = e.offeredWindow();
    long free = free();
    long window = free - offered >= step() ? free : offered;
    long unit = 1L << e.receiveShift;
    long field = window / unit;
    if (field * unit < window && (field + 1) * unit <= Math.min(room(), free + inHand())) {
      field++;
    }
    return Math.min(field, MOST_FIELD);
  }

  /** Whether a field may be told that is rounded up to what was offered before. */
  boolean mayRoundUp(long field) {
    long unit = 1L << e.receiveShift;
    return field * unit <= room() && field * unit - e.offeredWindow() < unit;
  }

  /** Whether so much was read that the peer is to be told. */
  boolean isUpdateDue() {
    long offered = e.offeredWindow();
    return !e.inputEnded && !e.inputShut && free() >= Math.max(2 * offered, offered + step());
  }

  /** Data has come in order; RCV.NXT is behind it. */
  void onData(Seg s, long arrived, long now) {
    measure(s, now);
    tune(now);
    if (growing > 0) {
      long grown = growing + 2 * arrived;
      growing = 0;
      growing = grown < most() ? grown : 0;
    }
  }

  private void measure(Seg s, long now) {
    if (e.timestamps && s.timestamps && s.tsEcr != 0) {
      int millis = e.lastTsVal + (int) (now / MILLI - e.lastTsNanos / MILLI) - s.tsEcr;
      if (s.dataLength >= e.fullSegment && millis >= 0) {
        long sample = Math.max(1, millis) * MILLI;
        roundTripNanos += roundTripNanos == 0 ? sample : (sample - roundTripNanos) / 8;
      }
      return;
    }
    if (windowNanos != 0) {
      if (e.rcvNxt < windowEnd) {
        return;
      }
      long sample = Math.max(1, now - windowNanos);
      roundTripNanos = roundTripNanos == 0 ? sample : Math.min(roundTripNanos, sample);
    }
    windowEnd = e.rcvNxt + Math.max(1, e.offeredWindow());
    windowNanos = now;
  }

  private void tune(long now) {
    long measured = roundTripNanos > 0 ? roundTripNanos : e.model.rtt.smoothed;
    long roundTrip = Math.max(LEAST_ROUND_TRIP_NANOS, measured);
    if (now - tunedNanos < roundTrip) {
      return;
    }
    boolean inOne = now - tunedNanos < 2 * roundTrip;
    long taken = e.read - tunedRead;
    tunedNanos = now;
    tunedRead = e.read;
    long limit = e.settings.number("receiveBufferMax");
    if (inOne
        && capacity > 0 // else it is not known
        && taken > capacity / 2
        && capacity < limit
        && !e.settings.hasOption("receiveBufferBytes")) {
      growing = most();
      capacity = Math.min(limit, Math.max(2 * taken, 2 * capacity));
    }
  }
}
