package io.karavel.tcp.internal.connection.recovery;

import io.karavel.tcp.CongestionControl;
import io.karavel.tcp.RateSample;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Delivery-rate samples (draft-ietf-ccwg-bbr §4.1): stamps every entry of {@link SentSegments} with
 * what was delivered when it was sent, and makes a sample of each acknowledgement. Exists only
 * while the congestion control asks for samples. Stamps lie in arrays used as a ring, by the
 * indexes of the map.
 */
public final class DeliveryRate implements RateSample {
  private static final int INITIAL_ENTRIES = 16;
  private static final int LIMITED = 1 << 31;
  private static final int STAMP_BYTES = 36;
  private static final int FORM_BYTES = 48;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private long[] delivered = new long[INITIAL_ENTRIES];
  private long[] deliveredAt = new long[INITIAL_ENTRIES];
  private long[] firstSentAt = new long[INITIAL_ENTRIES];
  private long[] lost = new long[INITIAL_ENTRIES];
  private int[] inFlight = new int[INITIAL_ENTRIES];
  private int mask = INITIAL_ENTRIES - 1;

  private CongestionControl listener;

  // C.
  private long totalDelivered;
  private long totalLost;
  private long deliveredNanos;
  private long firstSentNanos;

  /** C.app_limited: samples are limited until so much is delivered; 0 if they are not. */
  private long limitedUntil;

  // RS., of the acknowledgement in hand.
  private long nowNanos;
  private boolean sampled;
  private long priorDelivered;
  private long priorDeliveredNanos;
  private long sendElapsedNanos;
  private long priorLost;
  private boolean limited;
  private int transmitInFlight;
  private long rttNanos;
  private int newlyDelivered;
  private int newlyLost;
  private int inFlightNow;
  private boolean echoed;
  private long intervalNanos;
  private long bytesPerSecond;

  /** The last valid rate, for people. */
  private long latestBytesPerSecond;

  private boolean latestLimited;

  /** Samples for a congestion control, from now on. */
  public DeliveryRate(CongestionControl listener, long nowNanos) {
    this.listener = listener;
    this.nowNanos = nowNanos;
    deliveredNanos = nowNanos;
    firstSentNanos = nowNanos;
  }

  /** Another congestion control wants the samples. */
  public void listener(CongestionControl newListener) {
    listener = newListener;
  }

  // ---- the map's calls ----

  void resize(int entries, int head, int tail, int oldMask) {
    long[] newDelivered = new long[entries];
    long[] newDeliveredAt = new long[entries];
    long[] newFirstSentAt = new long[entries];
    long[] newLost = new long[entries];
    int[] newInFlight = new int[entries];
    int newMask = entries - 1;
    for (int i = head; i != tail; i++) {
      int to = i & newMask;
      int from = i & oldMask;
      newDelivered[to] = delivered[from];
      newDeliveredAt[to] = deliveredAt[from];
      newFirstSentAt[to] = firstSentAt[from];
      newLost[to] = lost[from];
      newInFlight[to] = inFlight[from];
    }
    delivered = newDelivered;
    deliveredAt = newDeliveredAt;
    firstSentAt = newFirstSentAt;
    lost = newLost;
    inFlight = newInFlight;
    mask = newMask;
  }

  /** Entries that were sent before sampling began, or were cut anew: they give no rate. */
  void adopt(int entries, int head, int tail, long[] sentNanos) {
    delivered = new long[entries];
    deliveredAt = new long[entries];
    firstSentAt = new long[entries];
    lost = new long[entries];
    inFlight = new int[entries];
    mask = entries - 1;
    for (int i = head; i != tail; i++) {
      int at = i & mask;
      delivered[at] = totalDelivered;
      deliveredAt[at] = deliveredNanos;
      firstSentAt[at] = sentNanos[at];
      lost[at] = totalLost;
      inFlight[at] = LIMITED;
    }
  }

  void onSent(int index, long sentNanos, boolean first, int inFlightAfter) {
    if (first) {
      firstSentNanos = sentNanos;
      deliveredNanos = sentNanos;
    }
    int at = index & mask;
    delivered[at] = totalDelivered;
    deliveredAt[at] = deliveredNanos;
    firstSentAt[at] = firstSentNanos;
    lost[at] = totalLost;
    inFlight[at] = limitedUntil == 0 ? inFlightAfter : inFlightAfter | LIMITED;
  }

  void onDelivered(int index, int bytes, long sentNanos, boolean sentOnce) {
    totalDelivered += bytes;
    newlyDelivered += bytes;
    deliveredNanos = nowNanos;
    if (sentNanos - firstSentNanos < 0) {
      return;
    }
    int at = index & mask;
    sampled = true;
    priorDelivered = delivered[at];
    priorDeliveredNanos = deliveredAt[at];
    sendElapsedNanos = sentNanos - firstSentAt[at];
    priorLost = lost[at];
    limited = inFlight[at] < 0;
    transmitInFlight = inFlight[at] & ~LIMITED;
    if (sentOnce) {
      rttNanos = Math.max(1, nowNanos - sentNanos);
    }
    firstSentNanos = sentNanos;
  }

  void onLost(int index, int bytes) {
    int at = index & mask;
    totalLost += bytes;
    newlyLost += bytes;
    listener.onSegmentLost(
        bytes, inFlight[at] & ~LIMITED, totalLost - lost[at], inFlight[at] < 0, nowNanos);
  }

  // ---- the connection's calls ----

  /** An acknowledgement, or an expiry, is about to be dealt with. */
  public void begin(long atNanos, boolean congestionEchoed) {
    nowNanos = atNanos;
    sampled = false;
    rttNanos = 0;
    newlyDelivered = 0;
    newlyLost = 0;
    echoed = congestionEchoed;
    intervalNanos = 0;
    bytesPerSecond = 0;
    transmitInFlight = 0;
    limited = false;
    priorLost = totalLost;
    priorDelivered = totalDelivered;
  }

  /** It was dealt with: tells the congestion control if anything was delivered or lost. */
  public void finish(int inFlightBytes, long minimumRttNanos) {
    if (newlyDelivered == 0 && newlyLost == 0) {
      return;
    }
    inFlightNow = inFlightBytes;
    if (limitedUntil != 0 && totalDelivered > limitedUntil) {
      limitedUntil = 0;
    }
    if (sampled) {
      intervalNanos = Math.max(sendElapsedNanos, deliveredNanos - priorDeliveredNanos);
      // Less than a round trip is compression, not a rate (draft §4.1.2.3).
      if (intervalNanos <= 0 || intervalNanos < minimumRttNanos) {
        intervalNanos = 0;
      } else {
        bytesPerSecond = rate(deliveredBytes(), intervalNanos);
        if (!limited || bytesPerSecond >= latestBytesPerSecond) {
          latestBytesPerSecond = bytesPerSecond;
          latestLimited = limited;
        }
      }
    }
    listener.onRateSample(this, nowNanos);
  }

  private static long rate(long bytes, long nanos) {
    return bytes < Long.MAX_VALUE / NANOS_PER_SECOND
        ? bytes * NANOS_PER_SECOND / nanos
        : (long) ((double) bytes / nanos * NANOS_PER_SECOND);
  }

  /** The application has nothing to send although the window would let it. */
  public void onApplicationLimited(int inFlightBytes) {
    limitedUntil = Math.max(1, totalDelivered + inFlightBytes);
  }

  /** Whether what is sent now is limited by the application. */
  public boolean isLimitedNow() {
    return limitedUntil != 0;
  }

  /** The last rate in bytes per second, as {@code ss} shows it; 0 if there was none. */
  public long latestBytesPerSecond() {
    return latestBytesPerSecond;
  }

  /** Whether the application limited it. */
  public boolean isLatestLimited() {
    return latestLimited;
  }

  // ---- sample ----

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
    return intervalNanos;
  }

  @Override
  public long bytesPerSecond() {
    return bytesPerSecond;
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
    return totalLost - priorLost;
  }

  @Override
  public int transmitInFlightBytes() {
    return transmitInFlight;
  }

  @Override
  public int inFlightBytes() {
    return inFlightNow;
  }

  @Override
  public boolean isApplicationLimited() {
    return limited;
  }

  @Override
  public boolean isCongestionEchoed() {
    return echoed;
  }

  // ---- hand-over ----

  /** Everything by value; the map's stamps in its order. */
  public byte[] toBytes(SentSegments map) {
    int entries = map == null ? 0 : map.size();
    ByteBuffer out = ByteBuffer.allocate(FORM_BYTES + entries * STAMP_BYTES);
    out.putLong(totalDelivered).putLong(totalLost).putLong(deliveredNanos).putLong(firstSentNanos);
    out.putLong(limitedUntil).putLong(latestLimited ? -latestBytesPerSecond : latestBytesPerSecond);
    for (int i = 0; i < entries; i++) {
      int at = map.firstIndex() + i & mask;
      out.putLong(delivered[at]).putLong(deliveredAt[at]).putLong(firstSentAt[at]);
      out.putLong(lost[at]).putInt(inFlight[at]);
    }
    return out.array();
  }

  /** Reads {@link #toBytes}; the map was opened before. Whether the bytes made sense. */
  public boolean fromBytes(byte[] bytes, SentSegments map) {
    if (bytes.length < FORM_BYTES || (bytes.length - FORM_BYTES) % STAMP_BYTES != 0) {
      return false;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    totalDelivered = in.getLong();
    totalLost = in.getLong();
    deliveredNanos = in.getLong();
    firstSentNanos = in.getLong();
    limitedUntil = in.getLong();
    long latest = in.getLong();
    latestLimited = latest < 0;
    latestBytesPerSecond = Math.abs(latest);
    int entries = (bytes.length - FORM_BYTES) / STAMP_BYTES;
    if (map == null || entries != map.size()) {
      // A map cut anew by another version: its entries give no rate.
      return true;
    }
    for (int i = 0; i < entries; i++) {
      int at = map.firstIndex() + i & mask;
      delivered[at] = in.getLong();
      deliveredAt[at] = in.getLong();
      firstSentAt[at] = in.getLong();
      lost[at] = in.getLong();
      inFlight[at] = in.getInt();
    }
    return true;
  }

  @Override
  public String toString() {
    return "DeliveryRate["
        + totalDelivered
        + " delivered, "
        + totalLost
        + " lost, "
        + bytesPerSecond
        + " B/s, "
        + Arrays.toString(toBytes(null))
        + "]";
  }
}
