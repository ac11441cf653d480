package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The API table: shutdown, close, linger, abort, orphans. */
class CloseTest {
  @Test
  void closeWithUnreadDataResetsAtOnce() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.inject("A", 1, 10, 1).sent();
    scene.close().expect("R 1(0) ack 11").expectState(TcpState.CLOSED);
    assertThat(scene.peer.had(ConnectionEvents.OVER)).isTrue();
    assertThat(scene.peer.failure()).isNull();
  }

  @Test
  void closeWithEverythingReadSendsFinBehindTheData() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.inject("A", 1, 10, 1).sent();
    scene.read(10);
    scene.write(1500).close();
    scene.expect(". 1(1000) ack 11", ". 1001(500) ack 11", "F 1501(0) ack 11");
  }

  @Test
  void newDataForAnOrphanIsAnsweredWithReset() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.close().expect("F 1(0) ack 1").inject("A", 1, 0, 2).expectState(TcpState.FIN_WAIT_2);
    scene.inject("A", 1, 10, 2).expectState(TcpState.CLOSED);
    assertThat(scene.sent()).hasSize(1).first().asString().startsWith("R 2(0)");
  }

  @Test
  void lingerZeroResetsAndDiscards() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene
        .connection()
        .options(ConnectionOptions.of(Map.of(TcpOption.LINGER_SECONDS, 0)), scene.now);
    scene.write(10).expect(". 1(10) ack 1").close().expect("R 11(0) ack 1");
    scene.expectState(TcpState.CLOSED);
  }

  @ParameterizedTest(name = "abort in {0} sends {1}")
  @CsvSource({
    "SYN_SENT, ''",
    "SYN_RECEIVED, R 1(0) ack 1",
    "ESTABLISHED, R 1(0) ack 1",
    "FIN_WAIT_1, R 2(0) ack 1",
    "FIN_WAIT_2, R 2(0) ack 1",
    "CLOSE_WAIT, R 1(0) ack 2",
    "CLOSING, ''",
    "LAST_ACK, ''"
  })
  void abort(TcpState state, String answer) {
    Scene scene = Scene.plain().in(state);
    scene.connection().abort(TcpError.CONNECTION_ABORTED, TcpCause.KILL, scene.now);
    scene.peer.flush(scene.now);
    if (answer.isEmpty()) {
      scene.expectNothing();
    } else {
      scene.expect(answer);
    }
    scene.expectState(TcpState.CLOSED);
    assertThat(scene.peer.failure()).isEqualTo(TcpError.CONNECTION_ABORTED);
  }

  @Test
  void closeInSynSentSendsNothing() {
    Scene.plain().in(TcpState.SYN_SENT).close().expectNothing().expectState(TcpState.CLOSED);
  }

  @Test
  void closeInSynReceivedSendsFinOnceOpen() {
    Scene scene = Scene.plain().in(TcpState.SYN_RECEIVED);
    scene.close().expectNothing().inject("A", 1, 0, 1).expect("F 1(0) ack 1");
    scene.expectState(TcpState.FIN_WAIT_1);
  }

  @Test
  void shutdownInputAcknowledgesAndDiscards() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.connection().shutdownInput(scene.now);
    scene.inject("A", 1, 1000, 1).expect(". 1(0) ack 1001");
    scene.inject("A", 1001, 1000, 1).expect(". 1(0) ack 2001");
    assertThat(scene.peer.receiveRing.available()).isZero();
    scene.expectState(TcpState.ESTABLISHED);
  }

  @Test
  void halfCloseCarriesDataTheOtherWayWithoutLimit() {
    Wire wire =
        new Wire(new Peer(TcpSettings.defaults(), 1), new Peer(TcpSettings.defaults(), 2), 3);
    wire.open();
    wire.a.connection.shutdownOutput(wire.now);
    wire.a.flush(wire.now);
    wire.run(1000 * Wire.SECOND);
    int got = 0;
    for (int i = 0; i < 100; i++) {
      wire.b.write(new byte[5000], 0, 5000, wire.now);
      wire.run(100 * Wire.SECOND);
      got += wire.a.read(10_000, wire.now).length;
    }
    assertThat(got).isEqualTo(500_000);
    assertThat(wire.a.state()).isEqualTo(TcpState.FIN_WAIT_2);
    assertThat(wire.b.state()).isEqualTo(TcpState.CLOSE_WAIT);
  }

  @Test
  void lingerFinWaitMinusOneResetsInsteadOfFinWait2() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene
        .connection()
        .options(ConnectionOptions.of(Map.of(TcpOption.LINGER_FIN_WAIT_SECONDS, -1)), scene.now);
    scene.close().expect("F 1(0) ack 1").inject("A", 1, 0, 2).expect("R 2(0) ack 1");
    scene.expectState(TcpState.CLOSED);
  }

  @Test
  void finishedIsToldWhenOurFinIsAcknowledged() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.close();
    assertThat(scene.peer.had(ConnectionEvents.FINISHED)).isFalse();
    scene.inject("A", 1, 0, 2);
    assertThat(scene.peer.had(ConnectionEvents.FINISHED)).isTrue();
  }

  @Test
  void aRebootedPeerEndsTheHalfOpenConnection() {
    Wire wire =
        new Wire(new Peer(TcpSettings.defaults(), 1), new Peer(TcpSettings.defaults(), 2), 3);
    wire.open();
    wire.b.connection = null;
    wire.b.listening = false;
    wire.a.write(new byte[10], 0, 10, wire.now);
    wire.run(Wire.SECOND);
    assertThat(wire.a.failure()).isEqualTo(TcpError.CONNECTION_RESET);
  }

  @Test
  void aPeerThatRebootedAndConnectsAgainGetsThroughByChallengeAndReset() {
    Peer old = new Peer(TcpSettings.defaults(), 2);
    Wire wire = new Wire(new Peer(TcpSettings.defaults(), 1), old, 3);
    wire.open();
    assertThat(old.state()).isEqualTo(TcpState.ESTABLISHED);
    Peer reborn = new Peer(TcpSettings.defaults(), 777_777);
    Wire again = new Wire(reborn, old, 4);
    again.now = wire.now;
    reborn.connect(again.now);
    again.run(100 * Wire.MILLI);
    assertThat(old.failure()).isEqualTo(TcpError.CONNECTION_RESET);
    old.connection = null;
    again.run(10 * Wire.SECOND);
    assertThat(reborn.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(old.state()).isEqualTo(TcpState.ESTABLISHED);
  }

  @Test
  void icmpErrorsInSynSentAreSoftAndNamedByTheTimeout() {
    Scene scene = Scene.plain("synRetries", 1).in(TcpState.SYN_SENT);
    scene.connection().onIcmpError(TcpError.HOST_UNREACHABLE, true, Scene.ISS, scene.now);
    scene.expectState(TcpState.SYN_SENT).after(3000).expectState(TcpState.CLOSED);
    assertThat(scene.peer.failure()).isEqualTo(TcpError.HOST_UNREACHABLE);
  }

  @Test
  void icmpErrorsOutsideTheFlightAreIgnored() {
    Scene scene = Scene.plain("synRetries", 1).in(TcpState.SYN_SENT);
    scene.connection().onIcmpError(TcpError.HOST_UNREACHABLE, true, 0x1234, scene.now);
    scene.after(3000);
    assertThat(scene.peer.failure()).isEqualTo(TcpError.TIMED_OUT);
    assertThat(scene.peer.count("TcpExt.OutOfWindowIcmps")).isEqualTo(1);
  }
}
