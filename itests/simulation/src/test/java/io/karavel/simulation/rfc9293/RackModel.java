package io.karavel.simulation.rfc9293;

/** What RACK knows of a path: RFC 8985 §5.2 and §6.2, steps 1 to 4. */
final class RackModel {
  private static final int DUPLICATE_THRESHOLD = 3;

  /** RACK.reo_wnd_persist. */
  private static final int PERSIST_RECOVERIES = 16;

  private static final int LARGEST_MULTIPLIER = 256;

  boolean known;
  long sentNanos;
  long end;
  long rttNanos;

  private long forward = -1;
  private boolean reordering;
  private int reorderingSegments = DUPLICATE_THRESHOLD;
  private int multiplier = 1;
  private int persist;
  private long roundEnd = -1;

  /** The end of what the acknowledgement in hand delivers though it was sent only once; or -1. */
  long originalEnd = -1;

  private long nowNanos;
  private long leastRttNanos;
  private Seg answer;
  private boolean echoes;
  private long segment;
  private long mostReordering;

  /** An acknowledgement is about to be taken in. */
  void begin(End e, Seg s, long leastRtt, long now) {
    nowNanos = now;
    leastRttNanos = leastRtt;
    answer = s;
    echoes = e.timestamps && s.timestamps && s.tsEcr != 0;
    segment = Math.max(1, SenderModel.segment(e));
    mostReordering = Math.max(DUPLICATE_THRESHOLD, e.settings.number("maxReordering"));
    originalEnd = -1;
  }

  /** A segment has arrived that was not known to have. */
  void onDelivered(Flying f) {
    if (!f.repeated) {
      originalEnd = f.to;
      if (f.to < forward) {
        noteReordering((int) ((forward - f.from) / segment));
      }
    }
    forward = Math.max(forward, f.to);
    long rtt = nowNanos - f.sentNanos;
    // it may answer an earlier transmission (§6.2 step 2)
    boolean ambiguous =
        f.repeated && (echoes ? answer.tsEcr - f.timestamp < 0 : rtt < leastRttNanos);
    if (!ambiguous && (!known || Flying.isSentAfter(f.sentNanos, f.to, sentNanos, end))) {
      known = true;
      sentNanos = f.sentNanos;
      end = f.to;
      rttNanos = rtt;
    }
  }

  void noteReordering(int segments) {
    reordering = true;
    int seen = Math.max(reorderingSegments, segments + 1);
    reorderingSegments = (int) Math.min(mostReordering, seen);
  }

  /** Duplicates that mean a loss. */
  int duplicateThreshold(End e) {
    return (int) Math.min(e.settings.number("maxReordering"), reorderingSegments);
  }

  /** What was sent again had arrived before: once a round trip the window is widened. */
  void onDuplicateReport(End e) {
    if (roundEnd >= 0 && e.una < roundEnd) {
      return;
    }
    roundEnd = e.nxt;
    multiplier = Math.min(LARGEST_MULTIPLIER, multiplier + 1);
    persist = PERSIST_RECOVERIES;
  }

  void onRecovered() {
    if (persist > 0 && --persist == 0) {
      multiplier = 1;
    }
  }

  /** RACK.reo_wnd. */
  long window(RoundTrip rtt, boolean recovers, int sackedSegments) {
    if (!reordering && (recovers || sackedSegments >= reorderingSegments)) {
      return 0;
    }
    return Math.min(multiplier * (rtt.least / 4), rtt.smoothed);
  }
}
