package io.karavel.tcp.internal.connection.congestion;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.UnknownFields;
import io.karavel.tcp.CongestionControl;
import io.karavel.tcp.CongestionView;

/**
 * Slow start and congestion avoidance of RFC 5681 with the recovery of RFC 6582: the window grows
 * by bytes acknowledged, never by the number of acknowledgements.
 */
final class NewReno implements CongestionControl {
  private static final int TAG_ACKED = 1;
  private static final int TAG_PRIOR_WINDOW = 2;
  private static final int TAG_PRIOR_THRESHOLD = 3;

  /** Far above any window that can be offered (RFC 7323 §2.3). */
  private static final int MAXIMUM_BYTES = 1 << 30;

  private final CongestionView view;
  private int windowBytes;
  private int thresholdBytes;

  /** Bytes acknowledged in congestion avoidance since the window last grew. */
  private int avoidedBytes;

  /** What to go back to if a loss was none; the window is 0 if there is nothing. */
  private int priorWindowBytes;

  private int priorThresholdBytes;

  /** Of a later version; null mostly. */
  private UnknownFields unknown;

  NewReno(CongestionView view, int windowBytes, int thresholdBytes) {
    this.view = view;
    this.windowBytes = windowBytes;
    this.thresholdBytes = thresholdBytes;
  }

  @Override
  public String name() {
    return NewRenoFactory.NAME;
  }

  @Override
  public int congestionWindowBytes() {
    return windowBytes;
  }

  @Override
  public int slowStartThresholdBytes() {
    return thresholdBytes;
  }

  @Override
  public void onAcknowledged(int acknowledgedBytes, long rttNanos, long nowNanos) {
    if (!view.isCongestionWindowLimited()) {
      return;
    }
    int left = acknowledgedBytes;
    if (windowBytes < thresholdBytes) {
      int grown = Math.min(left, thresholdBytes - windowBytes);
      windowBytes = Math.min(MAXIMUM_BYTES, windowBytes + grown);
      left -= grown;
    }
    if (left > 0) {
      avoid(left);
    }
  }

  private void avoid(int bytes) {
    avoidedBytes += bytes;
    if (avoidedBytes >= windowBytes) {
      avoidedBytes -= windowBytes;
      windowBytes = Math.min(MAXIMUM_BYTES, windowBytes + view.segmentBytes());
      avoidedBytes = Math.min(avoidedBytes, windowBytes);
    }
  }

  @Override
  public void onLoss(int inFlightBytes, long nowNanos) {
    remember();
    thresholdBytes = halved(inFlightBytes);
    windowBytes = thresholdBytes;
    avoidedBytes = 0;
  }

  @Override
  public void onRecovered(long nowNanos) {
    windowBytes = Math.max(thresholdBytes, view.segmentBytes());
    avoidedBytes = 0;
  }

  @Override
  public void onTimeout(int inFlightBytes, boolean repeated, long nowNanos) {
    if (!repeated) {
      remember();
      thresholdBytes = halved(inFlightBytes);
    }
    windowBytes = view.segmentBytes();
    avoidedBytes = 0;
  }

  @Override
  public void onIdle(long idleNanos, int restartWindowBytes, long nowNanos) {
    windowBytes = Math.min(windowBytes, restartWindowBytes);
  }

  @Override
  public void onSpurious(long nowNanos) {
    if (priorWindowBytes == 0) {
      return;
    }
    windowBytes = Math.max(windowBytes, priorWindowBytes);
    thresholdBytes = Math.max(thresholdBytes, priorThresholdBytes);
    priorWindowBytes = 0;
  }

  @Override
  public void onSegmentBytesChanged(int oldBytes, int newBytes) {
    windowBytes = Math.max(windowBytes, newBytes);
  }

  private void remember() {
    priorWindowBytes = windowBytes;
    priorThresholdBytes = thresholdBytes;
  }

  /** What limited transmit has added to the flight does not count (RFC 5681 §3.2). */
  private int halved(int inFlightBytes) {
    return Math.max(Math.min(inFlightBytes, windowBytes) / 2, 2 * view.segmentBytes());
  }

  @Override
  public void export(HandoverWriter writer) {
    writer
        .putInt(TAG_ACKED, avoidedBytes)
        .putInt(TAG_PRIOR_WINDOW, priorWindowBytes)
        .putInt(TAG_PRIOR_THRESHOLD, priorThresholdBytes);
    UnknownFields.write(unknown, writer);
  }

  @Override
  public void open(HandoverReader reader) throws HandoverException {
    while (reader.next()) {
      switch (reader.tag()) {
        case TAG_ACKED -> avoidedBytes = reader.intValue();
        case TAG_PRIOR_WINDOW -> priorWindowBytes = reader.intValue();
        case TAG_PRIOR_THRESHOLD -> priorThresholdBytes = reader.intValue();
        default -> unknown = UnknownFields.with(unknown, reader);
      }
    }
  }
}
