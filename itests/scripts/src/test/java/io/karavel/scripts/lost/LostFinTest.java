package io.karavel.scripts.lost;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.CLOSE_WAIT;
import static io.karavel.tcp.TcpState.CLOSING;
import static io.karavel.tcp.TcpState.FIN_WAIT_1;
import static io.karavel.tcp.TcpState.FIN_WAIT_2;
import static io.karavel.tcp.TcpState.LAST_ACK;
import static io.karavel.tcp.TcpState.TIME_WAIT;

import io.karavel.scripts.Times;
import io.karavel.tcp.TcpError;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages 4 to 7: both FINs and their acknowledgements. */
class LostFinTest {
  private static final String FIN = "F. 1:1(0) ack 1";
  private static final String SECOND_FIN = "F. 1:1(0) ack 2";

  /** The timetable of 8 retries, which 0 means for an orphan: 102.2 s. */
  private static final String EIGHT = "0 .2 .6 1.4 3 6.2 12.6 25.4 51";

  /** That of 15 retries, 924.6 s: beyond 204.6 s the interval is rtoMax. */
  private static final String FIFTEEN = EIGHT + " 102.2 204.6 324.6 444.6 564.6 684.6 804.6";

  private static PacketScript orphan(String key, int value) {
    return PacketScript.on(StackHarness.builder().tcp(key, value).build()).openActively().close();
  }

  private static void expectEach(PacketScript script, String packet, String seconds) {
    Times.expectAll(script, packet, seconds.replace(" .", " 0."));
  }

  // ---- 4: the first FIN ----

  @ParameterizedTest
  @CsvSource({
    "1, 0 .2, 0.6",
    "2, 0 .2 .6, 1.4",
    "3, 0 .2 .6 1.4, 3",
    "0, " + EIGHT + ", 102.2",
    "15, " + FIFTEEN + ", 924.6"
  })
  @Rfc({"6298 5.5", "6298 2.5"})
  void theFirstFinOfAnOrphanIsRepeatedWithinItsBudgetAndGivenUpWithoutReset(
      int orphanRetries, String sent, String over) {
    PacketScript script = orphan("orphanRetries", orphanRetries);
    expectEach(script, FIN, sent);
    script
        .expectState(FIN_WAIT_1)
        .expectNothingUntil(over + "s")
        .expectState(CLOSED)
        .expectNothingFor("10min")
        .end();
  }

  @ParameterizedTest
  @CsvSource({"3, 0 .2 .6 1.4, 3", "8, " + EIGHT + ", 102.2", "15, " + FIFTEEN + ", 924.6"})
  @Rfc("9293 MUST-20")
  void theFirstFinOfAnOpenSocketIsRepeatedWithinRetries2AndTheApplicationIsTold(
      int retries2, String sent, String over) {
    PacketScript script =
        PacketScript.on(StackHarness.builder().tcp("retries1", 3).tcp("retries2", retries2).build())
            .openActively()
            .shutdownOutput();
    expectEach(script, FIN, sent);
    script
        .expectNothingUntil(over + "s")
        .expectState(CLOSED)
        .expectFailure(TcpError.TIMED_OUT)
        .expectNothingFor("10min")
        .end();
  }

  @Test
  void theFirstFinLostOnceOrTwiceIsAcknowledgedInTheEnd() {
    PacketScript once = PacketScript.create().openActively().close();
    expectEach(once, FIN, "0 .2");
    once.after("10ms").inject(". 1:1(0) ack 2").expectState(FIN_WAIT_2).end();
    PacketScript often = PacketScript.create().openActively().close();
    expectEach(often, FIN, "0 .2 .6 1.4 3");
    often
        .after("10ms")
        .inject("F. 1:1(0) ack 2")
        .expect(". 2:2(0) ack 2")
        .expectState(TIME_WAIT)
        .end();
  }

  @Test
  void aPeerThatHasForgottenTheConnectionEndsTheRepeating() {
    PacketScript script = PacketScript.create().openActively().close();
    expectEach(script, FIN, "0 .2");
    script.inject("R 1:1(0)").expectState(CLOSED).expectNothingFor("10min").end();
  }

  // ---- 5: the ACK of the first FIN ----

  @Test
  void theActiveSideRepeatsItsFinWhenTheAckIsLost() {
    PacketScript script = PacketScript.create().openActively().close();
    expectEach(script, FIN, "0 .2 .6");
    script.after("1ms").inject(". 1:1(0) ack 2").expectState(FIN_WAIT_2).end();
  }

  @Test
  @Rfc("9293 3.10.7.4")
  void thePassiveSideAcknowledgesEachRepeatedFinAgain() {
    PacketScript script = PacketScript.create().openPassively().inject("F. 1:1(0) ack 1");
    script.at("0.04s").expect(". 1:1(0) ack 2").expectState(CLOSE_WAIT);
    for (String time : new String[] {"0.6", "1.4", "3", "6.2", "12.6", "25.4", "51"}) {
      script.at(time + "s").inject("F. 1:1(0) ack 1").expect(". 1:1(0) ack 2");
    }
    script.expectState(CLOSE_WAIT).readEnd().expectNothingFor("1h").end();
  }

  @Test
  void whenNoSecondFinComesNobodyRepeatsAnything() {
    PacketScript script = PacketScript.create().openActively().close();
    script.expect(FIN).inject(". 1:1(0) ack 2").expectState(FIN_WAIT_2);
    script.expectNothingUntil("59.999s").expectState(FIN_WAIT_2);
    script.expectNothingUntil("60s").expectState(CLOSED).end();
  }

  // ---- 6: the second FIN ----

  @ParameterizedTest
  @CsvSource({"1, 0 .2, 0.6", "2, 0 .2 .6, 1.4", "3, 0 .2 .6 1.4, 3", "0, " + EIGHT + ", 102.2"})
  void theSecondFinOfAnOrphanIsRepeatedWithinItsBudgetAndGivenUpWithoutReset(
      int orphanRetries, String sent, String over) {
    PacketScript script =
        PacketScript.on(StackHarness.builder().tcp("orphanRetries", orphanRetries).build())
            .openPassively()
            .inject("F. 1:1(0) ack 1")
            .close();
    expectEach(script, SECOND_FIN, sent);
    script
        .expectState(LAST_ACK)
        .expectNothingUntil(over + "s")
        .expectState(CLOSED)
        .expectNothingFor("10min")
        .end();
  }

  @Test
  void theSecondFinOfAnOpenSocketIsRepeatedWithinRetries2() {
    PacketScript script =
        PacketScript.on(StackHarness.builder().tcp("retries2", 4).build())
            .openPassively()
            .inject("F. 1:1(0) ack 1")
            .shutdownOutput();
    expectEach(script, SECOND_FIN, "0 .2 .6 1.4 3");
    script.expectNothingUntil("6.2s").expectState(CLOSED).expectFailure(TcpError.TIMED_OUT).end();
  }

  @Test
  void theSecondFinReachingAnActiveSideThatIsGoneIsAnsweredWithAReset() {
    PacketScript script = PacketScript.create().openPassively().inject("F. 1:1(0) ack 1").close();
    expectEach(script, SECOND_FIN, "0 .2");
    script.inject("R 2:2(0)").expectState(CLOSED).expectNothingFor("10min").end();
  }

  @Test
  void bothFinsLostInASimultaneousCloseAreEachRepeated() {
    PacketScript script = PacketScript.create().openActively().close();
    expectEach(script, FIN, "0 .2");
    script.at("300ms").inject("F. 1:1(0) ack 1").expect(". 2:2(0) ack 2").expectState(CLOSING);
    script.at("600ms").expect("F. 1:1(0) ack 2");
    script.after("1ms").inject(". 2:2(0) ack 2").expectState(TIME_WAIT).end();
  }

  // ---- 7: the last ACK ----

  @Test
  void thePassiveSideRepeatsItsFinWhenTheLastAckIsLost() {
    PacketScript script = PacketScript.create().openPassively().inject("F. 1:1(0) ack 1").close();
    expectEach(script, SECOND_FIN, "0 .2 .6 1.4");
    script.after("1ms").inject(". 2:2(0) ack 2").expectState(CLOSED).expectNothingFor("1h").end();
  }

  @Test
  @Rfc("9293 3.6.1")
  void theActiveSideAcknowledgesEachRepeatedFinAndWaitsTwoMslAnew() {
    PacketScript script = PacketScript.create().openActively().close();
    script.expect(FIN).inject("F. 1:1(0) ack 2").expect(". 2:2(0) ack 2");
    for (String time : new String[] {"1.4", "3", "6.2", "12.6", "25.4", "51"}) {
      script.at(time + "s").inject("F. 1:1(0) ack 2").expect(". 2:2(0) ack 2");
    }
    script.expectNothingUntil("110.999s").expectState(TIME_WAIT);
    script.expectNothingUntil("111s").expectState(CLOSED).end();
  }
}
