package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverWriter;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpState;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which congestion control a connection has, and its change while the connection lives. */
class CongestionChangeTest {
  private static Scene busy(String name) {
    Scene scene = Scene.plain("congestionControl", name).in(TcpState.ESTABLISHED);
    scene.write(100_000).sent();
    for (int i = 1; i <= 5; i++) {
      scene.inject("A", 1, 0, 1 + i * 1000).sent();
    }
    for (int i = 0; i < 3; i++) {
      scene.inject("A", 1, 0, 5001).sent();
    }
    scene.inject("A", 1, 0, 15_001).sent();
    assertThat(scene.connection().congestion.name()).isEqualTo(name);
    return scene;
  }

  private static void change(Scene scene, String name) {
    scene.peer.context.settings(Peer.settings("congestionControl", name));
    scene.connection().onSettingsChanged(scene.now);
  }

  @Test
  void aChangeOfTheSettingCarriesWindowAndThresholdOver() {
    for (String[] names : new String[][] {{"newreno", "cubic"}, {"cubic", "newreno"}}) {
      Scene scene = busy(names[0]);
      int window = scene.connection().congestion.congestionWindowBytes();
      int threshold = scene.connection().congestion.slowStartThresholdBytes();
      assertThat(threshold).isLessThan(20_000);
      change(scene, names[1]);
      assertThat(scene.connection().congestion.name()).isEqualTo(names[1]);
      assertThat(scene.connection().congestion.congestionWindowBytes()).isEqualTo(window);
      assertThat(scene.connection().congestion.slowStartThresholdBytes()).isEqualTo(threshold);
    }
  }

  @Test
  void aChangeOfOtherSettingsKeepsTheAlgorithmAndItsState() {
    Scene scene = busy("cubic");
    Object before = scene.connection().congestion;
    scene.peer.context.settings(Peer.settings("congestionControl", "cubic", "retries2", 9));
    scene.connection().onSettingsChanged(scene.now);
    assertThat(scene.connection().congestion).isSameAs(before);
  }

  @Test
  void theOptionOfTheSocketGoesBeforeTheSetting() {
    Scene scene = Scene.plain("congestionControl", "newreno");
    scene.peer.options = ConnectionOptions.of(Map.of(TcpOption.CONGESTION_CONTROL, "cubic"));
    scene.in(TcpState.ESTABLISHED).write(1000);
    assertThat(scene.connection().congestion.name()).isEqualTo("cubic");
    change(scene, "newreno");
    assertThat(scene.connection().congestion.name()).isEqualTo("cubic");
  }

  @Test
  void aLossWithCubicLeavesSevenTenths() {
    Scene scene = Scene.plain("congestionControl", "cubic").in(TcpState.ESTABLISHED);
    scene.write(100_000).sent();
    for (int i = 0; i < 3; i++) {
      scene.inject("A", 1, 0, 1);
    }
    assertThat(scene.connection().congestion.slowStartThresholdBytes()).isEqualTo(7000);
  }

  @Test
  void theAlgorithmIsHandedOverWithTheConnection() throws HandoverException {
    Scene scene = busy("cubic");
    HandoverWriter writer = new HandoverWriter("tcp", 1);
    scene.connection().export(writer);
    TcpConnection next =
        TcpConnection.open(
            scene.peer.context,
            scene.peer.options,
            scene.peer.keepalive,
            scene.peer.receiveRing,
            scene.peer.sendRing,
            writer.finish().reader());
    assertThat(next.congestion.name()).isEqualTo("cubic");
    assertThat(next.congestion.congestionWindowBytes())
        .isEqualTo(scene.connection().congestion.congestionWindowBytes());
  }
}
