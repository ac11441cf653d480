package io.karavel.tcp.internal.connection.recovery;

/**
 * What RACK knows (RFC 8985 §5, §6): the latest transmission that is known to have been delivered,
 * how far deliveries have gone, and how much reordering the path shows. The losses themselves are
 * found by {@link SentSegments#detectLosses}, which holds the transmissions in order of time.
 */
public final class Rack {
  private static final int NANOS_PER_MILLI = 1_000_000;
  private static final int DUPLICATE_THRESHOLD = 3;

  /** Recoveries for which a window widened by DSACKs stays (RACK.reo_wnd_persist). */
  private static final int PERSIST_RECOVERIES = 16;

  private static final int FORM_INTS = 8;

  private boolean known;
  private long sentNanos;
  private int endSequence;
  private long rttNanos;

  private boolean forwardKnown;
  private int forwardSequence;

  private boolean reorderingSeen;
  private int reorderingSegments = DUPLICATE_THRESHOLD;
  private int windowMultiplier = 1;
  private int persistRecoveries;
  private boolean inDuplicateRound;
  private int duplicateRound;

  // The acknowledgement in hand.
  private long nowNanos;
  private long minimumRttNanos;
  private boolean echoKnown;
  private int echoMillis;
  private int segmentBytes = 1;
  private int mostReordering = DUPLICATE_THRESHOLD;
  private boolean originalDelivered;
  private int originalEnd;

  /** Nothing is known yet. */
  public Rack() {}

  /**
   * An acknowledgement is about to be taken in.
   *
   * @param echoedMillis the timestamp it echoes, on the clock of transmissions in milliseconds;
   *     meaningless unless {@code hasEcho}
   * @param mostSegments bound of the reordering that is believed ({@code maxReordering})
   */
  public void begin(
      long atNanos,
      long minimumRtt,
      boolean hasEcho,
      int echoedMillis,
      int segment,
      int mostSegments) {
    nowNanos = atNanos;
    minimumRttNanos = minimumRtt;
    echoKnown = hasEcho;
    echoMillis = echoedMillis;
    segmentBytes = Math.max(1, segment);
    mostReordering = Math.max(DUPLICATE_THRESHOLD, mostSegments);
    originalDelivered = false;
  }

  /** A transmission was delivered that was not known to be (§6.2 steps 1 to 3). */
  void onDelivered(long sent, int start, int end, boolean retransmitted) {
    if (!retransmitted) {
      originalDelivered = true;
      originalEnd = end;
      if (forwardKnown && end - forwardSequence < 0) {
        noteReordering((forwardSequence - start) / segmentBytes);
      }
    }
    if (!forwardKnown || end - forwardSequence > 0) {
      forwardKnown = true;
      forwardSequence = end;
    }
    long rtt = nowNanos - sent;
    if (retransmitted && isSpurious(sent, rtt)) {
      return;
    }
    if (!known || isSentAfter(sent, end, sentNanos, endSequence)) {
      known = true;
      sentNanos = sent;
      endSequence = end;
      rttNanos = rtt;
    }
  }

  /** Whether this may be the answer to an earlier transmission of the same segment. */
  private boolean isSpurious(long sent, long rtt) {
    return echoKnown ? echoMillis - (int) (sent / NANOS_PER_MILLI) < 0 : rtt < minimumRttNanos;
  }

  private static boolean isSentAfter(long nanos, int end, long otherNanos, int otherEnd) {
    long later = nanos - otherNanos;
    return later > 0 || later == 0 && end - otherEnd > 0;
  }

  /** Whether a transmission was earlier than the latest one delivered. */
  boolean isBeforeDelivered(long sent, int end) {
    return known && isSentAfter(sentNanos, endSequence, sent, end);
  }

  /** Segments overtake each other on this path, by so many at least. */
  public void noteReordering(int segments) {
    reorderingSeen = true;
    reorderingSegments = Math.min(mostReordering, Math.max(reorderingSegments, segments + 1));
  }

  /** The round trip of the latest transmission delivered. */
  public long rttNanos() {
    return rttNanos;
  }

  /** Whether anything was delivered so far. */
  public boolean isKnown() {
    return known;
  }

  /** How many segments overtake another on this path, within the bound; 3 if none was seen to. */
  public int reorderingSegments() {
    return Math.min(mostReordering, reorderingSegments);
  }

  /** Whether reordering was seen. */
  public boolean isReorderingSeen() {
    return reorderingSeen;
  }

  /**
   * Whether the acknowledgement in hand covers data that was sent once only and lies before {@code
   * end}: it had not been lost (RFC 5682 step 3b).
   */
  public boolean isOriginalDelivered(int end) {
    return originalDelivered && originalEnd - end <= 0;
  }

  /** The peer got something twice: once per round trip the window widens (§6.2 step 4). */
  public void onDuplicateReport(int sndUna, int sndNxt) {
    if (inDuplicateRound && sndUna - duplicateRound < 0) {
      return;
    }
    inDuplicateRound = true;
    duplicateRound = sndNxt;
    windowMultiplier = Math.min(1 << 8, windowMultiplier + 1);
    persistRecoveries = PERSIST_RECOVERIES;
  }

  /** A recovery is over: a widened window does not stay for ever. */
  public void onRecovered() {
    if (persistRecoveries > 0 && --persistRecoveries == 0) {
      windowMultiplier = 1;
    }
  }

  /**
   * How much later than expected a delivery may be before the segment counts as lost (§6.2 step 4).
   *
   * @param sackedSegments segments selectively acknowledged
   */
  public long windowNanos(
      long minimumRtt, long smoothedRtt, boolean inRecovery, int sackedSegments) {
    if (!reorderingSeen && (inRecovery || sackedSegments >= reorderingSegments)) {
      return 0;
    }
    return Math.min(windowMultiplier * (minimumRtt / 4), smoothedRtt);
  }

  // ---- hand-over ----

  /** All that lasts, in a form of fixed length. */
  public long[] toLongs() {
    return new long[] {
      known ? 1 : 0,
      sentNanos,
      endSequence,
      rttNanos,
      forwardKnown ? 1 : 0,
      forwardSequence,
      (reorderingSeen ? 1 : 0)
          | (inDuplicateRound ? 2 : 0)
          | (long) reorderingSegments << 8
          | (long) windowMultiplier << 32
          | (long) persistRecoveries << 48,
      duplicateRound
    };
  }

  /** Takes over what {@link #toLongs()} gave; false if it makes no sense. */
  public boolean fromLongs(long[] form) {
    if (form.length < FORM_INTS) {
      return false;
    }
    known = form[0] != 0;
    sentNanos = form[1];
    endSequence = (int) form[2];
    rttNanos = form[3];
    forwardKnown = form[4] != 0;
    forwardSequence = (int) form[5];
    reorderingSeen = (form[6] & 1) != 0;
    inDuplicateRound = (form[6] & 2) != 0;
    reorderingSegments = Math.max(DUPLICATE_THRESHOLD, (int) (form[6] >>> 8 & 0xffffff));
    windowMultiplier = Math.max(1, (int) (form[6] >>> 32 & 0xffff));
    persistRecoveries = (int) (form[6] >>> 48 & 0xff);
    duplicateRound = (int) form[7];
    return true;
  }
}
