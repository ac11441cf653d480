package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Connections that cannot move on for a while, or shall not for ever: what they send meanwhile. */
class StalledPathTest {
  private static Wire blocked(TcpSettings settings) {
    Wire wire = new Wire(new Peer(settings, 5), new Peer(settings, 9), 1);
    wire.open();
    byte[] block = new byte[65536];
    for (int i = 0; i < 200; i++) {
      wire.a.write(block, 0, block.length, wire.now);
      wire.run(50 * Wire.MILLI);
    }
    wire.run(10 * Wire.SECOND);
    assertThat(wire.a.connection.persisting).isTrue();
    assertThat(wire.a.connection.sndWnd).isZero();
    return wire;
  }

  @Test
  void dataFlowsOneWayWhileTheOtherWayIsProbed() {
    Wire wire = blocked(TcpSettings.defaults());
    byte[] answer = new byte[50_000];
    wire.b.write(answer, 0, answer.length, wire.now);
    wire.run(2 * Wire.SECOND);
    assertThat(wire.b.connection.flight()).isZero();
    assertThat(wire.a.receiveRing.available()).isEqualTo(answer.length);
    assertThat(wire.b.count("TcpExt.TCPTimeouts")).isZero();
  }

  @Test
  void anAbortReachesAPeerWhoseWindowIsClosed() {
    Wire wire = blocked(TcpSettings.defaults());
    wire.a.connection.abort(null, TcpCause.ABORT, wire.now);
    wire.a.flush(wire.now);
    wire.run(Wire.SECOND);
    assertThat(wire.b.failure()).isEqualTo(TcpError.CONNECTION_RESET);
  }

  @Test
  void userTimeoutEndsDataInFlightUnderAWindowShrunkToNothing() {
    Scene scene = Scene.plain("userTimeoutMillis", 5000).in(TcpState.ESTABLISHED);
    scene.write(100).expect(". 1(100) ack 1");
    scene.window = 0;
    scene.inject("A", 1, 0, 1);
    long deadline = scene.now + 10 * Wire.SECOND;
    int sent = 0;
    while (scene.peer.nextDeadline() <= deadline && sent < 100) {
      scene.now = Math.max(scene.now, scene.peer.nextDeadline());
      scene.peer.onDeadline(scene.now);
      for (Peer.Packet ignored : scene.peer.take()) {
        sent++;
        scene.inject("A", 1, 0, 1);
      }
    }
    assertThat(sent).isLessThan(10);
    assertThat(scene.peer.failure()).isEqualTo(TcpError.TIMED_OUT);
  }

  @Test
  void aWindowClampBelowASegmentIsOfferedAgainAfterItWasUsedUp() {
    Scene scene = Scene.plain();
    scene.peer.options =
        ConnectionOptions.of(Map.<TcpOption<?>, Object>of(TcpOption.WINDOW_CLAMP_BYTES, 1024));
    scene.in(TcpState.ESTABLISHED);
    scene.connection().rcvMss = 1460;
    scene.inject("A", 1, 1024, 1).expect(". 1(0) ack 1025");
    assertThat(scene.connection().rcvWnd()).isEqualTo(1024);
    scene.inject("A", 1025, 1024, 1).expect(". 1(0) ack 2049");
    assertThat(scene.read(3000)).hasSize(2048);
  }

  @Test
  void anUnacceptableAnswerHasTheSynRepeatedAtOnceButOnce() {
    Scene scene = Scene.plain().in(TcpState.SYN_SENT);
    scene.inject("A", 500, 0, 400).expect("R 400(0)", "S 0(0)");
    for (int i = 0; i < 20; i++) {
      scene.inject("A", 500, 0, 400).expect("R 400(0)");
    }
    scene.expectState(TcpState.SYN_SENT);
  }

  @Test
  void aPeerThatAnswersEverySynWrongDoesNotKeepTheOpeningAliveForEver() {
    Scene scene = Scene.plain().in(TcpState.SYN_SENT);
    long end = scene.now + 100 * Wire.SECOND;
    while (scene.now < end && scene.peer.state() == TcpState.SYN_SENT) {
      scene.after(500).inject("A", 500, 0, 400);
    }
    assertThat(scene.peer.failure()).isEqualTo(TcpError.TIMED_OUT);
  }

  @Test
  void theWindowOfTheSynAckOfASimultaneousOpeningIsNotScaled() {
    Scene scene = new Scene(Peer.settings("timestamps", false, "sack", false));
    scene.connect();
    Segment syn = scene.segment("S", 0, 0, 0);
    syn.windowScale = 7;
    scene.inject(syn).expectState(TcpState.SYN_RECEIVED);
    Segment synAck = scene.segment("SA", 0, 0, 1);
    synAck.windowScale = 7;
    scene.inject(synAck).expectState(TcpState.ESTABLISHED);
    assertThat(scene.connection().sndWnd).isLessThanOrEqualTo(65535).isGreaterThan(65535 - 128);
  }

  @Test
  void aFinWithDataLetsItsAcknowledgementTravelWithOurFinFromTheFirstExchangeOn() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.inject("FA", 1, 100, 1).expectNothing().expectState(TcpState.CLOSE_WAIT);
    scene.read(200);
    scene.shutdownOutput().expect("F 1(0) ack 102").expectState(TcpState.LAST_ACK);
  }

  @Test
  void aFinWithDataIsAcknowledgedAfterTheDelayIfNothingIsSaidMeanwhile() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.inject("FA", 1, 100, 1).after(39).expectNothing();
    scene.after(1).expect(". 1(0) ack 102");
  }

  @Test
  void belowTheLowWaterTheSocketIsWritableAsSoonAsTheBytesAreSent() {
    Scene scene = Scene.plain("notSentLowWater", 5000).in(TcpState.ESTABLISHED);
    scene.window = 6000;
    scene.inject("A", 1, 0, 1);
    scene.write(12_000);
    assertThat(scene.connection().isOutputHeld()).isTrue();
    scene.peer.take();
    scene.peer.events = 0;
    // The acknowledgement alone is told of before anything is sent; what is told counts after it.
    Segment ack = scene.segment("A", 1, 0, 6001);
    scene.connection().onSegment(ack, scene.now);
    scene.connection().takeEvents();
    scene.peer.flush(scene.now);
    assertThat(scene.connection().isOutputHeld()).isFalse();
    assertThat(scene.peer.had(ConnectionEvents.WRITABLE)).isTrue();
  }

  @Test
  void aRepeatedFinInTimeWaitBringsTheTimestampThatIsEchoedAndComparedFromThenOn() {
    Scene scene = new Scene(Peer.settings("sack", false, "windowScaling", false));
    scene.connect();
    scene.inject(stamped(scene, "SA", 0, 1, 100)).shutdownOutput();
    scene.inject(stamped(scene, "FA", 1, 2, 200)).expectState(TcpState.TIME_WAIT);
    scene.peer.take();
    scene.inject(stamped(scene, "FA", 1, 2, 900));
    assertThat(scene.peer.take().get(0).segment.timestampEcho).isEqualTo(900);
    scene.peer.listening = true;
    scene.inject(stamped(scene, "S", 1000, 0, 500)).expectState(TcpState.TIME_WAIT);
  }

  @Test
  void anOrphanWhosePeerIsSaidToBeGoneEndsAtTheNextExpiryAndNotBefore() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.write(100).after(300);
    scene.connection().onIcmpError(TcpError.HOST_UNREACHABLE, false, Scene.ISS + 1, scene.now);
    scene.close().expectState(TcpState.FIN_WAIT_1);
    scene.after(299).expectState(TcpState.FIN_WAIT_1);
    scene.after(1).expectState(TcpState.CLOSED);
  }

  private static Segment stamped(Scene scene, String flags, int sequence, int ack, int value) {
    Segment segment = scene.segment(flags, sequence, 0, ack);
    segment.timestampsPresent = true;
    segment.timestampValue = value;
    return segment;
  }
}
