package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverWriter;
import io.karavel.tcp.TcpState;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is kept of a congestion control whose bundle leaves, until it comes back. */
class KeptCongestionTest {
  @Test
  void whatItWroteIsGivenBack() throws HandoverException {
    KeptCongestion kept = KeptCongestion.of(new OtherControl(100));
    assertThat(kept.name()).isEqualTo("other");
    OtherControl returned = new OtherControl(0);
    new KeptCongestion(kept.name(), kept.state()).open(returned); // as a hand-over makes it
    assertThat(returned.own).isEqualTo(new OtherControl(100).own);
  }

  @Test
  void whoHasNothingOfItsOwnLeavesNothing() {
    assertThat(KeptCongestion.of(new OtherControl(0))).isNull();
  }

  @Test
  void tooMuchIsNotKept() {
    int frame = KeptCongestion.of(new OtherControl(1000)).state().length - 1000;
    assertThat(KeptCongestion.of(new OtherControl(KeptCongestion.MAXIMUM_BYTES - frame)).state())
        .hasSize(KeptCongestion.MAXIMUM_BYTES);
    assertThat(KeptCongestion.of(new OtherControl(KeptCongestion.MAXIMUM_BYTES - frame + 1)))
        .isNull();
  }

  /** A connection that waits for its algorithm goes on waiting in its successor. */
  @Test
  void aConnectionHandsOverWhatItKeeps() throws HandoverException {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.write(1000).sent();
    scene.connection().keptCongestion = KeptCongestion.of(new OtherControl(100));
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
    OtherControl returned = new OtherControl(0);
    next.keptCongestion.open(returned);
    assertThat(next.keptCongestion.name()).isEqualTo("other");
    assertThat(returned.own).isEqualTo(new OtherControl(100).own);
  }

  private static Scene busyWith(OtherControl.Factory factory) {
    Scene scene = new Scene(Peer.settings("congestionControl", "other", "tailLossProbe", false));
    scene.peer.context.congestionControls(Map.of("other", factory));
    scene.in(TcpState.ESTABLISHED).write(100_000).sent();
    assertThat(scene.connection().congestion.name()).isEqualTo("other");
    return scene;
  }

  private static void offer(Scene scene, OtherControl.Factory factory) {
    scene.peer.context.congestionControls(factory == null ? Map.of() : Map.of("other", factory));
    scene.connection().onSettingsChanged(scene.now);
  }

  private static OtherControl other(Scene scene) {
    return (OtherControl) scene.connection().congestion;
  }

  @Test
  void whileItIsAwayAnotherGoesOnAndThenItHasItsOwnBack() {
    Scene scene = busyWith(new OtherControl.Factory());
    other(scene).own = new byte[] {7, 8, 9};
    offer(scene, null);
    assertThat(scene.connection().congestion.name()).isEqualTo("cubic");
    assertThat(scene.connection().congestion.congestionWindowBytes()).isEqualTo(10_000);
    assertThat(scene.connection().details(scene.now))
        .containsEntry("congestionControl", "cubic (other is not there)");
    scene.connection().onSettingsChanged(scene.now); // which says nothing new
    offer(scene, new OtherControl.Factory());
    assertThat(other(scene).own).containsExactly(7, 8, 9);
    assertThat(scene.connection().keptCongestion).isNull();
  }

  @Test
  void whoIsNotWantedAnyMoreIsForgotten() {
    Scene scene = busyWith(new OtherControl.Factory());
    other(scene).own = new byte[] {7, 8, 9};
    OtherControl.Factory factory = new OtherControl.Factory();
    offer(scene, null);
    scene.peer.context.settings(Peer.settings("congestionControl", "newreno"));
    offer(scene, factory);
    assertThat(scene.connection().congestion.name()).isEqualTo("newreno");
    assertThat(scene.connection().keptCongestion).isNull();
    scene.peer.context.settings(Peer.settings("congestionControl", "other"));
    offer(scene, factory);
    assertThat(other(scene).own).isEmpty();
  }

  @Test
  void whatAnotherVersionCannotReadIsLostAndNothingElse() {
    Scene scene = busyWith(new OtherControl.Factory());
    other(scene).own = new byte[] {OtherControl.UNREADABLE};
    int window = other(scene).congestionWindowBytes();
    offer(scene, null);
    offer(scene, new OtherControl.Factory());
    assertThat(other(scene).own).isEmpty();
    assertThat(other(scene).congestionWindowBytes()).isEqualTo(window);
    assertThat(scene.connection().keptCongestion).isNull();
  }

  /** TCP itself is replaced while the algorithm is away. */
  @Test
  void aSuccessorKeepsWhatItCannotGiveBackYet() throws HandoverException {
    Scene scene = busyWith(new OtherControl.Factory());
    other(scene).own = new byte[] {7, 8, 9};
    HandoverWriter writer = new HandoverWriter("tcp", 1);
    scene.connection().export(writer);
    scene.peer.context.congestionControls(Map.of());
    TcpConnection next =
        TcpConnection.open(
            scene.peer.context,
            scene.peer.options,
            scene.peer.keepalive,
            scene.peer.receiveRing,
            scene.peer.sendRing,
            writer.finish().reader());
    assertThat(next.congestion.name()).isEqualTo("cubic");
    scene.peer.context.congestionControls(Map.of("other", new OtherControl.Factory()));
    next.onSettingsChanged(scene.now);
    assertThat(((OtherControl) next.congestion).own).containsExactly(7, 8, 9);
  }

  /** Samples go to who wants them now, of what was in flight before too. */
  @Test
  void rateSamplesGoToTheOneInForce() {
    Scene scene = busyWith(new OtherControl.Factory());
    OtherControl.Factory sampling = new OtherControl.Factory();
    sampling.samples = true;
    assertThat(scene.connection().delivery).isNull();
    offer(scene, sampling);
    scene.after(100).inject("A", 1, 0, 2001).sent();
    OtherControl first = other(scene);
    OtherControl.Factory again = new OtherControl.Factory();
    again.samples = true;
    offer(scene, again);
    scene.after(100).inject("A", 1, 0, 4001).sent();
    scene.after(100).inject("A", 1, 0, 12_001).sent();
    assertThat(other(scene)).isNotSameAs(first);
    assertThat(other(scene).sampled).isPositive();
    int before = first.sampled;
    scene.after(100).inject("A", 1, 0, 14_001).sent();
    assertThat(first.sampled).isEqualTo(before);
  }
}
