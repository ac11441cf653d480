package io.karavel.tcp.internal.connection.congestion;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.UnknownFields;
import io.karavel.tcp.CongestionControl;
import io.karavel.tcp.CongestionView;

/**
 * CUBIC (RFC 9438): after a loss the window is a function of time, not of round trips. The first
 * slow start is that of HyStart++ (RFC 9406); every slow start grows by at most its limit L per
 * acknowledgement.
 */
final class Cubic implements CongestionControl {
  private static final int TAG_CARRIED = 1;
  private static final int TAG_CURVE = 2;
  private static final int TAG_HYSTART = 3;
  private static final int TAG_PRIOR_WINDOW = 4;
  private static final int TAG_PRIOR_THRESHOLD = 5;
  private static final int TAG_PRIOR_CURVE = 6;

  /** Far above any window that can be offered (RFC 7323 §2.3). */
  private static final int MAXIMUM_BYTES = 1 << 30;

  private final CongestionView view;
  private final CubicCurve curve = new CubicCurve();
  private final HyStart hyStart = new HyStart();
  private int windowBytes;
  private int thresholdBytes;

  /** What the window has grown by that is not a whole byte yet. */
  private double carriedBytes;

  /** What to go back to if a loss was none (RFC 9438 §4.9); the window is 0 if there is nothing. */
  private int priorWindowBytes;

  private int priorThresholdBytes;

  /** Of a later version; null mostly. */
  private UnknownFields unknown;

  private final CubicCurve priorCurve = new CubicCurve();

  Cubic(CongestionView view, int windowBytes, int thresholdBytes) {
    this.view = view;
    this.windowBytes = windowBytes;
    this.thresholdBytes = thresholdBytes;
  }

  @Override
  public String name() {
    return CubicFactory.NAME;
  }

  @Override
  public int congestionWindowBytes() {
    return windowBytes;
  }

  @Override
  public int slowStartThresholdBytes() {
    return thresholdBytes;
  }

  /** Whether HyStart++ suspects a queue; for tests. */
  boolean isConservativeSlowStart() {
    return hyStart.isConservative() && windowBytes < thresholdBytes;
  }

  @Override
  public void onAcknowledged(int acknowledgedBytes, long rttNanos, long nowNanos) {
    int left = acknowledgedBytes;
    if (windowBytes < thresholdBytes) {
      left = slowStart(acknowledgedBytes, rttNanos);
    }
    if (left > 0 && windowBytes >= thresholdBytes) {
      avoid(left, nowNanos);
    }
  }

  /** Grows as long as below the threshold and answers what is left for avoidance. */
  private int slowStart(int acknowledgedBytes, long rttNanos) {
    int bytes = Math.min(acknowledgedBytes, HyStart.SEGMENTS_PER_ACK * view.segmentBytes());
    boolean first = thresholdBytes == Integer.MAX_VALUE;
    boolean over =
        first && hyStart.onAcknowledged(acknowledgedBytes, rttNanos, view.inFlightBytes());
    if (first && hyStart.isConservative()) {
      bytes /= HyStart.CONSERVATIVE_DIVISOR;
    }
    int grown = 0;
    if (view.isCongestionWindowLimited()) {
      grown = Math.min(bytes, thresholdBytes - windowBytes);
      windowBytes = Math.min(MAXIMUM_BYTES, windowBytes + grown);
    }
    if (over) {
      thresholdBytes = windowBytes;
      return 0;
    }
    return bytes - grown;
  }

  private void avoid(int bytes, long nowNanos) {
    if (!view.isCongestionWindowLimited()) {
      curve.pause(nowNanos);
      return;
    }
    double window =
        curve.grown(
            windowBytes + carriedBytes,
            bytes,
            view.segmentBytes(),
            view.smoothedRttNanos(),
            nowNanos);
    windowBytes = (int) Math.min(MAXIMUM_BYTES, window);
    carriedBytes = Math.min(1, window - windowBytes);
  }

  @Override
  public void onLoss(int inFlightBytes, long nowNanos) {
    remember();
    curve.onLoss(windowBytes);
    thresholdBytes = reduced(inFlightBytes);
    windowBytes = thresholdBytes;
    carriedBytes = 0;
  }

  @Override
  public void onRecovered(long nowNanos) {
    windowBytes = Math.max(thresholdBytes, view.segmentBytes());
    carriedBytes = 0;
  }

  @Override
  public void onTimeout(int inFlightBytes, boolean repeated, long nowNanos) {
    if (!repeated) {
      remember();
      curve.onTimeout(windowBytes);
      thresholdBytes = reduced(inFlightBytes);
    }
    windowBytes = view.segmentBytes();
    carriedBytes = 0;
  }

  @Override
  public void onIdle(long idleNanos, int restartWindowBytes, long nowNanos) {
    if (windowBytes > restartWindowBytes) {
      windowBytes = restartWindowBytes;
      carriedBytes = 0;
      curve.stop();
    } else {
      curve.pause(nowNanos - idleNanos);
    }
  }

  @Override
  public void onSpurious(long nowNanos) {
    if (priorWindowBytes == 0) {
      return;
    }
    windowBytes = Math.max(windowBytes, priorWindowBytes);
    thresholdBytes = Math.max(thresholdBytes, priorThresholdBytes);
    carriedBytes = 0;
    curve.copy(priorCurve);
    priorWindowBytes = 0;
  }

  @Override
  public void onSegmentBytesChanged(int oldBytes, int newBytes) {
    windowBytes = Math.max(windowBytes, newBytes);
    curve.stop();
  }

  private void remember() {
    priorWindowBytes = windowBytes;
    priorThresholdBytes = thresholdBytes;
    priorCurve.copy(curve);
  }

  /** What limited transmit has added to the flight does not count (RFC 5681 §3.2). */
  private int reduced(int inFlightBytes) {
    int flight = Math.min(inFlightBytes, windowBytes);
    return Math.max((int) (flight * CubicCurve.DECREASE), 2 * view.segmentBytes());
  }

  @Override
  public void export(HandoverWriter writer) {
    writer.putLong(TAG_CARRIED, Double.doubleToLongBits(carriedBytes)).begin(TAG_CURVE);
    curve.export(writer);
    writer.end().begin(TAG_HYSTART);
    hyStart.export(writer);
    writer
        .end()
        .putInt(TAG_PRIOR_WINDOW, priorWindowBytes)
        .putInt(TAG_PRIOR_THRESHOLD, priorThresholdBytes)
        .begin(TAG_PRIOR_CURVE);
    priorCurve.export(writer);
    writer.end();
    UnknownFields.write(unknown, writer);
  }

  @Override
  public void open(HandoverReader reader) throws HandoverException {
    while (reader.next()) {
      switch (reader.tag()) {
        case TAG_CARRIED -> carriedBytes = Double.longBitsToDouble(reader.longValue());
        case TAG_CURVE -> curve.open(reader.nested());
        case TAG_HYSTART -> hyStart.open(reader.nested());
        case TAG_PRIOR_WINDOW -> priorWindowBytes = reader.intValue();
        case TAG_PRIOR_THRESHOLD -> priorThresholdBytes = reader.intValue();
        case TAG_PRIOR_CURVE -> priorCurve.open(reader.nested());
        default -> unknown = UnknownFields.with(unknown, reader);
      }
    }
  }
}
