package io.karavel.tcp.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.CongestionControl;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.CongestionView;
import org.junit.jupiter.api.Test;

/** Modules that were not closed because their lane hung and they did not answer. */
class LeftBehindTest {
  private final TestNet net = new TestNet();
  private final TestLane lane = net.lane("10.0.0.1");

  private static final class Offered implements CongestionControlFactory {
    @Override
    public String name() {
      return "offered";
    }

    @Override
    public CongestionControl create(
        CongestionView view, int congestionWindowBytes, int slowStartThresholdBytes) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void theFactoryForgetsThemWithTheNextOneItMakes() throws Exception {
    assertThat(lane.factory.modules()).containsExactly((TcpProtocol) lane.module);
    lane.over = true;
    TcpProtocol next = (TcpProtocol) lane.factory.create(net.lane("10.0.0.2"));
    assertThat(lane.factory.modules()).containsExactly(next);
  }

  @Test
  void aCongestionControlThatGoesDoesNotWaitForThem() {
    lane.over = true;
    assertThat(lane.factory.congestionControls().leaving(new Offered()).getCount()).isZero();
  }

  @Test
  void aCongestionControlThatGoesWaitsForTheOthers() {
    assertThat(lane.factory.congestionControls().leaving(new Offered()).getCount()).isOne();
    net.run();
    assertThat(lane.factory.congestionControls().leaving(new Offered()).getCount()).isOne();
  }
}
