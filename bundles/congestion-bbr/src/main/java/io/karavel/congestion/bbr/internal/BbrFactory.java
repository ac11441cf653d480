package io.karavel.congestion.bbr.internal;

import io.karavel.tcp.CongestionControl;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.CongestionView;
import org.osgi.service.component.annotations.Component;

/** Offers BBR to every TCP under the name "bbr". Any thread. */
@Component(service = CongestionControlFactory.class)
public final class BbrFactory implements CongestionControlFactory {
  /** The name. */
  public static final String NAME = "bbr";

  /** The factory. */
  public BbrFactory() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public CongestionControl create(
      CongestionView view, int congestionWindowBytes, int slowStartThresholdBytes) {
    return new Bbr(view, congestionWindowBytes, slowStartThresholdBytes);
  }
}
