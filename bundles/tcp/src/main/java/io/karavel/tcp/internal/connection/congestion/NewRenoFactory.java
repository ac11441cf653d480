package io.karavel.tcp.internal.connection.congestion;

import io.karavel.tcp.CongestionControl;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.CongestionView;

/** Makes {@link NewReno}. */
public final class NewRenoFactory implements CongestionControlFactory {
  /** The name. */
  public static final String NAME = "newreno";

  /** The factory. */
  public NewRenoFactory() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public CongestionControl create(
      CongestionView view, int congestionWindowBytes, int slowStartThresholdBytes) {
    return new NewReno(view, congestionWindowBytes, slowStartThresholdBytes);
  }
}
