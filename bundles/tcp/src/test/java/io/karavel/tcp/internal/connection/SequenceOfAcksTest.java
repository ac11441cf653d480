package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpState;
import org.junit.jupiter.api.Test;

/**
 * SEG.SEQ of what carries no data: SND.NXT, but nothing that the peer's window would refuse (RFC
 * 9293 §3.10.7.4), and SND.NXT where only scaling makes the window look smaller (RFC 7323 §2.4).
 */
class SequenceOfAcksTest {
  @Test
  void aSynThatIsNotAcknowledgedTakesItsPlaceBeforeAClosedWindow() {
    Scene scene = Scene.plain();
    scene.window = 0;
    scene.in(TcpState.SYN_RECEIVED).connection().abort(null, scene.now);
    scene.peer.flush(scene.now);
    scene.expect("R 1(0) ack 1");
  }

  @Test
  void whileAClosedWindowIsProbedTheProbeIsNotCounted() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.window = 0;
    scene.inject("A", 1, 0, 1).write(10).after(200).expect(". 1(1) ack 1");
    scene.inject("A", 1, 1000, 1).inject("A", 1001, 1000, 1).after(100);
    assertThat(scene.sent()).isNotEmpty().allMatch(sent -> sent.startsWith(". 1(0) ack "));
  }

  @Test
  void aScaledWindowThatLosesLessThanItsUnitHasNotShrunk() {
    Scene scene = new Scene(Peer.settings("timestamps", false, "nagle", false));
    scene.connect();
    scene.window = 8000;
    Segment synAck = scene.segment("SA", 0, 0, 1);
    synAck.windowScale = 3;
    scene.inject(synAck).sent();
    scene.write(8000).sent();
    // 6999 bytes are left of the window; in units of 8 that is 6992
    scene.window = 6999 >> 3;
    scene.inject("A", 1, 1000, 1002).inject("A", 1001, 1000, 1002).after(100);
    assertThat(scene.sent()).isNotEmpty().allMatch(sent -> sent.startsWith(". 8001(0) ack "));
  }
}
