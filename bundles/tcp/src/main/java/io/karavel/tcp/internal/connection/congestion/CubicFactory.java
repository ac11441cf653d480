package io.karavel.tcp.internal.connection.congestion;

import io.karavel.tcp.CongestionControl;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.CongestionView;

/** Makes {@link Cubic}. */
public final class CubicFactory implements CongestionControlFactory {
  /** The name. */
  public static final String NAME = "cubic";

  /** The factory. */
  public CubicFactory() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public CongestionControl create(
      CongestionView view, int congestionWindowBytes, int slowStartThresholdBytes) {
    return new Cubic(view, congestionWindowBytes, slowStartThresholdBytes);
  }
}
