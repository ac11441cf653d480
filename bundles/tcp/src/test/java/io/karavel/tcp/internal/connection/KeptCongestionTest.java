package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.tcp.CongestionControl;
import io.karavel.tcp.TcpState;
import org.junit.jupiter.api.Test;

/** What is kept of a congestion control whose bundle leaves, until it comes back. */
class KeptCongestionTest {
  private static final int TAG = 5;

  /** It has so many bytes of its own. */
  private static final class Control implements CongestionControl {
    private byte[] own;

    Control(int bytes) {
      own = new byte[bytes];
      for (int i = 0; i < bytes; i++) {
        own[i] = (byte) (i + 1);
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
        assertThat(reader.tag()).isEqualTo(TAG);
        own = reader.bytes();
      }
    }

    @Override
    public int congestionWindowBytes() {
      return 10_000;
    }

    @Override
    public int slowStartThresholdBytes() {
      return 10_000;
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

  @Test
  void whatItWroteIsGivenBack() throws HandoverException {
    KeptCongestion kept = KeptCongestion.of(new Control(100));
    assertThat(kept.name()).isEqualTo("other");
    Control returned = new Control(0);
    new KeptCongestion(kept.name(), kept.state()).open(returned); // as a hand-over makes it
    assertThat(returned.own).isEqualTo(new Control(100).own);
  }

  @Test
  void whoHasNothingOfItsOwnLeavesNothing() {
    assertThat(KeptCongestion.of(new Control(0))).isNull();
  }

  @Test
  void tooMuchIsNotKept() {
    int frame = KeptCongestion.of(new Control(1000)).state().length - 1000;
    assertThat(KeptCongestion.of(new Control(KeptCongestion.MAXIMUM_BYTES - frame)).state())
        .hasSize(KeptCongestion.MAXIMUM_BYTES);
    assertThat(KeptCongestion.of(new Control(KeptCongestion.MAXIMUM_BYTES - frame + 1))).isNull();
  }

  /** A connection that waits for its algorithm goes on waiting in its successor. */
  @Test
  void aConnectionHandsOverWhatItKeeps() throws HandoverException {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.write(1000).sent();
    scene.connection().keptCongestion = KeptCongestion.of(new Control(100));
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
    Control returned = new Control(0);
    next.keptCongestion.open(returned);
    assertThat(next.keptCongestion.name()).isEqualTo("other");
    assertThat(returned.own).isEqualTo(new Control(100).own);
  }
}
