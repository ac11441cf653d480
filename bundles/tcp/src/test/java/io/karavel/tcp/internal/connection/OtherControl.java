package io.karavel.tcp.internal.connection;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.tcp.CongestionControl;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.CongestionView;
import io.karavel.tcp.RateSample;

/** A congestion control that is not built in, with bytes of its own; its window stays. */
final class OtherControl implements CongestionControl {
  /** Bytes of its own that it cannot read any more. */
  static final byte UNREADABLE = -1;

  private static final int TAG = 5;

  /** Makes them, without anything of their own. */
  static final class Factory implements CongestionControlFactory {
    boolean samples;

    @Override
    public String name() {
      return "other";
    }

    @Override
    public CongestionControl create(CongestionView view, int windowBytes, int thresholdBytes) {
      OtherControl made = new OtherControl(0);
      made.windowBytes = windowBytes;
      made.thresholdBytes = thresholdBytes;
      made.samples = samples;
      return made;
    }
  }

  byte[] own;
  int sampled;
  private boolean samples;
  private int windowBytes = 10_000;
  private int thresholdBytes = 10_000;

  OtherControl(int bytes) {
    own = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      own[i] = (byte) (i % 100 + 1);
    }
  }

  @Override
  public String name() {
    return "other";
  }

  @Override
  public void export(HandoverWriter writer) {
    if (own.length > 0) {
      writer.putBytes(TAG, own);
    }
  }

  @Override
  public void open(HandoverReader reader) throws HandoverException {
    while (reader.next()) {
      byte[] bytes = reader.bytes();
      if (bytes.length > 0 && bytes[0] == UNREADABLE) {
        windowBytes = 1;
        throw new HandoverException("of another version");
      }
      own = bytes;
    }
  }

  @Override
  public boolean wantsRateSamples() {
    return samples;
  }

  @Override
  public void onRateSample(RateSample sample, long nowNanos) {
    sampled++;
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
  public void onAcknowledged(int acknowledgedBytes, long rttNanos, long nowNanos) {}

  @Override
  public void onLoss(int inFlightBytes, long nowNanos) {}

  @Override
  public void onRecovered(long nowNanos) {}

  @Override
  public void onTimeout(int inFlightBytes, boolean repeated, long nowNanos) {}

  @Override
  public void onIdle(long idleNanos, int restartWindowBytes, long nowNanos) {}

  @Override
  public void onSpurious(long nowNanos) {}
}
