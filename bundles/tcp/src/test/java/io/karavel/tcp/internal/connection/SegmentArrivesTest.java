package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** RFC 9293 section 3.10.7, with RFC 5961, 7323, 1337 and 6191 worked in: one row per sentence. */
class SegmentArrivesTest {
  // ---- CLOSED ----

  @Test
  void anUnknownSegmentWithAckIsAnsweredWithResetAtItsAck() {
    Scene scene = Scene.plain();
    scene.inject("A", 5, 10, 7).expect("R 7(0)");
  }

  @Test
  void anUnknownSegmentWithoutAckIsAnsweredWithResetAndAckOfItsLength() {
    Segment syn = Scene.plain().segment("S", 0, 5, 0);
    TransmitSegment out = new TransmitSegment();
    assertThat(Resets.answer(syn, out)).isTrue();
    assertThat(out.sequence).isZero();
    assertThat(out.acknowledgment - Scene.IRS).isEqualTo(6);
    assertThat(out.flags).isEqualTo(Scene.flags("RA"));
  }

  @Test
  void aResetForNobodyIsNotAnswered() {
    Scene.plain().inject("R", 5, 0, 0).expectNothing();
  }

  // ---- SYN-SENT ----

  @ParameterizedTest(name = "{0} seq {1} ack {2}: answered {3}, {4}, then {5}")
  @CsvSource({
    "SA, 0, 1, . 1(0) ack 1, '', ESTABLISHED",
    "S, 0, 0, S 0(0) ack 1, '', SYN_RECEIVED",
    "SA, 0, 0, R 0(0), S 0(0), SYN_SENT",
    "SA, 0, 2, R 2(0), S 0(0), SYN_SENT",
    "A, 0, 0, R 0(0), S 0(0), SYN_SENT",
    "A, 0, 1, '', '', SYN_SENT",
    "FA, 0, 1, '', '', SYN_SENT",
    "R, 0, 0, '', '', SYN_SENT",
    "RA, 0, 0, '', '', SYN_SENT",
    "RA, 0, 2, '', '', SYN_SENT",
    "RA, 0, 1, '', '', CLOSED",
    "SRA, 0, 1, '', '', CLOSED",
  })
  void synSent(String flags, int seq, int ack, String first, String second, TcpState state) {
    Scene scene = Scene.plain().in(TcpState.SYN_SENT);
    scene.inject(flags, seq, 0, ack);
    if (first.isEmpty()) {
      scene.expectNothing();
    } else if (second.isEmpty()) {
      scene.expect(first);
    } else {
      scene.expect(first, second);
    }
    scene.expectState(state);
  }

  @Test
  void aResetThatAcknowledgesOurSynIsReportedAsRefused() {
    Scene scene = Scene.plain().in(TcpState.SYN_SENT).inject("RA", 0, 0, 1);
    assertThat(scene.connection().failure()).isEqualTo(TcpError.CONNECTION_REFUSED);
  }

  @Test
  void dataOnTheSynAckIsTaken() {
    Scene scene = Scene.plain().in(TcpState.SYN_SENT).inject("SA", 0, 10, 1);
    scene.expectState(TcpState.ESTABLISHED).expect(". 1(0) ack 11");
    assertThat(scene.read(100)).hasSize(10);
  }

  // ---- SYN-RECEIVED of a simultaneous opening ----

  @ParameterizedTest(name = "{0} seq {1} ack {2}: answered {3}, then {4}")
  @CsvSource({
    "A, 1, 1, '', ESTABLISHED",
    "SA, 0, 1, '', ESTABLISHED",
    "A, 1, 0, R 0(0), SYN_RECEIVED",
    "A, 1, 2, R 2(0), SYN_RECEIVED",
    "R, 1, 0, '', CLOSED",
    "R, 2, 0, S 0(0) ack 1, SYN_RECEIVED",
    "R, 70000, 0, '', SYN_RECEIVED",
    "S, 0, 0, S 0(0) ack 1, SYN_RECEIVED",
    "A, 70000, 1, . 1(0) ack 1, SYN_RECEIVED",
    "FA, 1, 1, '', CLOSE_WAIT",
  })
  void synReceived(String flags, int seq, int ack, String answer, TcpState state) {
    Scene scene = Scene.plain().in(TcpState.SYN_RECEIVED);
    scene.inject(flags, seq, 0, ack);
    if (flags.equals("R") && seq == 2) {
      assertThat(scene.sent()).as("a challenge ACK").containsExactly(". 1(0) ack 1");
    } else if (answer.isEmpty()) {
      scene.expectNothing();
    } else {
      scene.expect(answer);
    }
    scene.expectState(state);
  }

  @Test
  void simultaneousOpeningOpensBothEnds() {
    Wire wire =
        new Wire(new Peer(TcpSettings.defaults(), 5), new Peer(TcpSettings.defaults(), 9), 1);
    wire.a.connect(wire.now);
    wire.b.connect(wire.now);
    wire.run(10 * Wire.SECOND);
    assertThat(wire.a.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(wire.b.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(wire.a.count("Tcp.RetransSegs")).isZero();
  }

  @Test
  void simultaneousCloseGoesThroughClosing() {
    Wire wire =
        new Wire(new Peer(TcpSettings.defaults(), 5), new Peer(TcpSettings.defaults(), 9), 1);
    wire.open();
    for (Peer peer : new Peer[] {wire.a, wire.b}) {
      peer.connection.close(wire.now);
      peer.flush(wire.now);
    }
    while (wire.a.state() == TcpState.FIN_WAIT_1) {
      wire.step(wire.now + Wire.SECOND);
    }
    assertThat(wire.a.state()).isEqualTo(TcpState.CLOSING);
    wire.run(Wire.SECOND);
    assertThat(wire.a.state()).isEqualTo(TcpState.TIME_WAIT);
    assertThat(wire.b.state()).isEqualTo(TcpState.TIME_WAIT);
  }

  // ---- synchronised states: sequence number ----

  @ParameterizedTest
  @EnumSource(
      value = TcpState.class,
      names = {
        "ESTABLISHED",
        "FIN_WAIT_1",
        "FIN_WAIT_2",
        "CLOSE_WAIT",
        "CLOSING",
        "LAST_ACK",
        "TIME_WAIT"
      })
  void outsideTheWindowIsAcknowledgedAndDropped(TcpState state) {
    Scene scene = Scene.plain().in(state);
    scene.inject("A", 200_000, 10, 1);
    assertThat(scene.sent()).hasSize(1).first().asString().startsWith(". ");
    scene.expectState(state);
  }

  @ParameterizedTest
  @EnumSource(
      value = TcpState.class,
      names = {"ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "CLOSE_WAIT", "CLOSING", "LAST_ACK"})
  void resetExactlyAtRcvNxtEnds(TcpState state) {
    Scene scene = Scene.plain().in(state);
    int next = scene.connection().rcvNxt - Scene.IRS;
    scene.inject("R", next, 0, 0).expectNothing().expectState(TcpState.CLOSED);
    boolean quiet = state == TcpState.CLOSING || state == TcpState.LAST_ACK;
    assertThat(scene.connection().failure()).isEqualTo(quiet ? null : TcpError.CONNECTION_RESET);
    assertThat(scene.peer.had(ConnectionEvents.OVER)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = TcpState.class,
      names = {"ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "CLOSE_WAIT", "CLOSING", "LAST_ACK"})
  void resetInsideTheWindowIsChallenged(TcpState state) {
    Scene scene = Scene.plain().in(state);
    int next = scene.connection().rcvNxt - Scene.IRS;
    scene.inject("R", next + 1, 0, 0).expectState(state);
    assertThat(scene.sent()).hasSize(1).first().asString().endsWith(" ack " + next);
  }

  @ParameterizedTest
  @EnumSource(
      value = TcpState.class,
      names = {"ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "CLOSE_WAIT", "CLOSING", "LAST_ACK"})
  void resetOutsideTheWindowIsDropped(TcpState state) {
    Scene scene = Scene.plain().in(state);
    scene.inject("R", 200_000, 0, 0).expectNothing().expectState(state);
    scene.inject("R", -5, 0, 0).expectNothing().expectState(state);
  }

  @ParameterizedTest
  @EnumSource(
      value = TcpState.class,
      names = {"ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "CLOSE_WAIT", "CLOSING", "LAST_ACK"})
  void synIsChallengedWhereverItStands(TcpState state) {
    for (int sequence : new int[] {0, 1, 100, 500_000}) {
      Scene scene = Scene.plain().in(state);
      int next = scene.connection().rcvNxt - Scene.IRS;
      scene.inject("S", sequence, 0, 0).expectState(state);
      assertThat(scene.sent()).hasSize(1).first().asString().endsWith(" ack " + next);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = TcpState.class,
      names = {"ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "CLOSE_WAIT", "CLOSING", "LAST_ACK"})
  void withoutAckItIsDropped(TcpState state) {
    Scene scene = Scene.plain().in(state);
    int next = scene.connection().rcvNxt - Scene.IRS;
    scene.inject("", next, 10, 0).expectNothing().expectState(state);
  }

  @ParameterizedTest(name = "ack {0}")
  @CsvSource({"2", "1000000", "-70000"})
  void anAckOutsideWhatIsAcceptableIsChallenged(int ack) {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.inject("A", 1, 10, ack).expect(". 1(0) ack 1");
    assertThat(scene.read(100)).isEmpty();
    assertThat(scene.peer.count("TcpExt.TCPChallengeACK")).isEqualTo(1);
  }

  @Test
  void anOldButAcceptableAckStillBringsItsData() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.inject("A", 1, 10, 0).expect(". 1(0) ack 11");
    assertThat(scene.read(100)).hasSize(10);
  }

  @Test
  void challengesAreLimitedPerSecond() {
    Scene scene = Scene.plain("challengeAckPerSecond", 3).in(TcpState.ESTABLISHED);
    for (int i = 0; i < 10; i++) {
      scene.inject("S", 0, 0, 0);
    }
    assertThat(scene.sent()).hasSize(3);
    scene.after(1000).inject("S", 0, 0, 0);
    assertThat(scene.sent()).hasSize(1);
  }

  @Test
  void unacceptableSegmentsWithoutDataAreAnsweredOncePerInterval() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.inject("A", 0, 0, 1).inject("A", 0, 0, 1).expect(". 1(0) ack 1");
    scene.after(500).inject("A", 0, 0, 1).expect(". 1(0) ack 1");
  }

  // ---- text and FIN ----

  @Test
  void dataBeyondTheWindowIsCutOff() {
    Scene scene = Scene.plain("receiveBufferMin", 4096, "receiveBufferInitial", 4096);
    scene.in(TcpState.ESTABLISHED);
    scene.inject("A", 1, 5000, 1);
    assertThat(scene.read(10_000)).hasSize(4096);
  }

  @Test
  void overlappingDataBringsOnlyWhatIsNew() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.inject("A", 1, 10, 1).inject("A", 5, 20, 1);
    byte[] got = scene.read(100);
    assertThat(got).hasSize(24);
    for (int i = 0; i < 24; i++) {
      assertThat(got[i]).isEqualTo((byte) (i + 1));
    }
  }

  @Test
  void dataOutOfOrderIsAcknowledgedAtOnceForEachSegmentAndDeliveredWhenTheGapFills() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.inject("A", 11, 10, 1).expect(". 1(0) ack 1");
    scene.inject("A", 31, 10, 1).expect(". 1(0) ack 1");
    scene.inject("A", 1, 10, 1).expect(". 1(0) ack 21");
    scene.inject("A", 21, 10, 1).expect(". 1(0) ack 41");
    assertThat(scene.read(100)).hasSize(40);
  }

  @Test
  void finMovesEstablishedToCloseWaitAndItsAckMayWaitForOurs() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.inject("FA", 1, 0, 1).expectNothing().expectState(TcpState.CLOSE_WAIT);
    assertThat(scene.peer.had(ConnectionEvents.INPUT_ENDED)).isTrue();
    scene.after(39).expectNothing().after(1).expect(". 1(0) ack 2");
  }

  @Test
  void dataAfterAFinIsIgnored() {
    Scene scene = Scene.plain().in(TcpState.CLOSE_WAIT);
    scene.inject("A", 2, 10, 1);
    assertThat(scene.read(100)).isEmpty();
    scene.expectState(TcpState.CLOSE_WAIT);
  }

  @Test
  void finAndAckOfOursInFinWait1GoesStraightToTimeWait() {
    Scene.plain()
        .in(TcpState.FIN_WAIT_1)
        .inject("FA", 1, 0, 2)
        .expect(". 2(0) ack 2")
        .expectState(TcpState.TIME_WAIT);
  }

  @Test
  void dataInFinWait1And2IsDelivered() {
    for (TcpState state : new TcpState[] {TcpState.FIN_WAIT_1, TcpState.FIN_WAIT_2}) {
      Scene scene = Scene.plain().in(state);
      scene.inject("A", 1, 10, state == TcpState.FIN_WAIT_2 ? 2 : 1);
      assertThat(scene.read(100)).hasSize(10);
    }
  }

  @Test
  void finBehindUnsentDataBehindAZeroWindowIsFinWait1AtOnce() {
    Scene scene = Scene.plain();
    scene.window = 0;
    scene.in(TcpState.ESTABLISHED);
    scene.write(100).shutdownOutput().expectNothing().expectState(TcpState.FIN_WAIT_1);
    scene.window = 1000;
    scene.inject("A", 1, 0, 1).expect("F 1(100) ack 1");
  }

  // ---- TIME-WAIT ----

  @Test
  void aRepeatedFinInTimeWaitIsAcknowledgedAgainAndRestartsIt() {
    Scene scene = Scene.plain().in(TcpState.TIME_WAIT);
    scene.after(50_000).inject("FA", 1, 0, 2).expect(". 2(0) ack 2");
    scene.after(59_999).expectState(TcpState.TIME_WAIT).after(1).expectState(TcpState.CLOSED);
  }

  @Test
  void anExactResetEndsTimeWaitUnlessRfc1337() {
    Scene.plain().in(TcpState.TIME_WAIT).inject("R", 2, 0, 0).expectState(TcpState.CLOSED);
    Scene.plain("rfc1337", true)
        .in(TcpState.TIME_WAIT)
        .inject("R", 2, 0, 0)
        .expectNothing()
        .expectState(TcpState.TIME_WAIT);
    Scene.plain().in(TcpState.TIME_WAIT).inject("R", 3, 0, 0).expectState(TcpState.TIME_WAIT);
  }

  @Test
  void aNewerSynReopensTimeWaitAndAnOlderOneIsAcknowledged() {
    Scene scene = Scene.plain().in(TcpState.TIME_WAIT);
    scene.peer.listening = true;
    scene.inject("S", 1, 0, 0).expect(". 2(0) ack 2").expectState(TcpState.TIME_WAIT);
    scene.inject("S", 3, 0, 0);
    scene.expectState(TcpState.SYN_RECEIVED);
    assertThat(scene.sent()).containsExactly("S 0(0) ack 4");
  }

  // ---- embryos ----

  private static Scene embryo(Object... settings) {
    Scene scene = Scene.plain(settings);
    scene.peer.listening = true;
    scene.inject("S", 0, 0, 0).expect("S 0(0) ack 1").expectState(TcpState.SYN_RECEIVED);
    return scene;
  }

  @Test
  void aSynThatDiffersFromTheEmbryosIsChallengedInsideAndOutsideTheWindow() {
    embryo().inject("S", 100, 0, 0).expect(". 1(0) ack 1").expectState(TcpState.SYN_RECEIVED);
    embryo().inject("S", -100, 0, 0).expect(". 1(0) ack 1").expectState(TcpState.SYN_RECEIVED);
    embryo().inject("S", 500_000, 0, 0).expect(". 1(0) ack 1");
  }

  @Test
  void anEmbryoVanishesSilentlyByAnExactReset() {
    Scene scene = embryo().inject("R", 1, 0, 0).expectNothing();
    assertThat(scene.peer.embryo).isNull();
  }

  @Test
  void aWrongFinalAckIsAnsweredWithResetAndTheEmbryoStays() {
    embryo().inject("A", 1, 0, 2).expect("R 2(0)").expectState(TcpState.SYN_RECEIVED);
    embryo().inject("A", 1, 0, 0).expect("R 0(0)").expectState(TcpState.SYN_RECEIVED);
  }

  @Test
  void theFinalAckMayCarryDataAndFin() {
    Scene scene = embryo().inject("FA", 1, 10, 1).expectState(TcpState.CLOSE_WAIT);
    assertThat(scene.read(100)).hasSize(10);
    assertThat(scene.peer.had(ConnectionEvents.OPENED)).isTrue();
  }

  @Test
  void dataOnASynWithoutCookieIsNotAcknowledged() {
    Scene scene = Scene.plain();
    scene.peer.listening = true;
    scene.inject("S", 0, 10, 0).expect("S 0(0) ack 1");
  }

  @Test
  void theHistoricSynIsResetByItsOwner() {
    // The client's SYN is 100, the server answers one of 90.
    Scene scene = Scene.plain().in(TcpState.SYN_SENT);
    scene.inject("SA", 0, 0, -9).expect("R -9(0)", "S 0(0)").expectState(TcpState.SYN_SENT);
    scene.inject("SA", 0, 0, 1).expect(". 1(0) ack 1").expectState(TcpState.ESTABLISHED);
  }

  // ---- PAWS ----

  private static Scene withTimestamps() {
    Scene scene = new Scene(Peer.settings("sack", false, "windowScaling", false));
    scene.connect();
    scene.peer.take();
    Segment synAck = scene.segment("SA", 0, 0, 1);
    stamp(synAck, 100);
    scene.inject(synAck).expect(". 1(0) ack 1");
    return scene;
  }

  private static Segment stamp(Segment segment, int value) {
    segment.timestampsPresent = true;
    segment.timestampValue = value;
    return segment;
  }

  @Test
  void anOlderTimestampIsAcknowledgedAndDropped() {
    Scene scene = withTimestamps();
    scene.inject(stamp(scene.segment("A", 1, 10, 1), 99)).expect(". 1(0) ack 1");
    assertThat(scene.read(100)).isEmpty();
    assertThat(scene.peer.count("TcpExt.PAWSEstab")).isEqualTo(1);
    scene.inject(stamp(scene.segment("A", 1, 10, 1), 101)).expect(". 1(0) ack 11");
  }

  @Test
  void aSegmentWithoutTheAgreedTimestampIsDroppedSilentlyButAResetCounts() {
    Scene scene = withTimestamps();
    scene.inject("A", 1, 10, 1).expectNothing();
    assertThat(scene.read(100)).isEmpty();
    scene.inject("R", 1, 0, 0).expectState(TcpState.CLOSED);
  }

  @Test
  void aTimestampIsNotComparedAfterTwentyFourDaysOfSilence() {
    Scene scene = withTimestamps();
    scene.after(25L * 24 * 3600 * 1000);
    scene.inject(stamp(scene.segment("A", 1, 10, 1), 50));
    assertThat(scene.read(100)).hasSize(10);
    // it is the one that later ones are compared with
    scene.inject(stamp(scene.segment("A", 11, 10, 1), 49));
    assertThat(scene.read(100)).isEmpty();
    scene.inject(stamp(scene.segment("A", 11, 10, 1), 51));
    assertThat(scene.read(100)).hasSize(10);
  }

  @Test
  void theTwentyFourDaysCountFromTheLastTimestampAndNotFromTheBeginning() {
    Scene scene = withTimestamps();
    for (int day = 1; day <= 40; day++) {
      scene.after(24L * 3600 * 1000);
      scene.inject(stamp(scene.segment("A", 10 * day - 9, 10, 1), 100 + day));
    }
    assertThat(scene.read(1000)).hasSize(400);
    scene.inject(stamp(scene.segment("A", 401, 10, 1), 139));
    assertThat(scene.read(100)).isEmpty();
  }
}
