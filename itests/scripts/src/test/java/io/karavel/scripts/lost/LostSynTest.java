package io.karavel.scripts.lost;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.ESTABLISHED;

import io.karavel.scripts.Times;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpOption;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Message 1, the SYN. The client repeats it. */
class LostSynTest {
  @ParameterizedTest
  @CsvSource({
    "1, 0 1, 3",
    "2, 0 1 3, 7",
    "3, 0 1 3 7, 15",
    "5, 0 1 3 7 15 31, 63",
    "8, 0 1 3 7 15 31 63 127 247, 367"
  })
  @Rfc({"6298 5.5", "1122 4.2.3.5", "9293 MUST-22", "9293 MUST-23"})
  void lostForEverItIsRepeatedSynRetriesTimesAndTheConnectTimesOut(
      int synRetries, String sent, String over) {
    PacketScript script =
        PacketScript.on(StackHarness.builder().tcp("synRetries", synRetries).build()).connect();
    Times.expectAll(script, "S 0:0(0)", sent);
    script
        .expectNothingUntil(over + "s")
        .expectState(CLOSED)
        .expectFailure(TcpError.TIMED_OUT)
        .expectNothingFor("10min")
        .end();
  }

  @Test
  void oneNanosecondBeforeTheEndItIsNotOver() {
    PacketScript script =
        PacketScript.on(StackHarness.builder().tcp("synRetries", 1).build()).connect();
    Times.expectAll(script, "S 0:0(0)", "0 1");
    script
        .expectNothingUntil("2.999999999s")
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460>")
        .expect(". 1:1(0) ack 1")
        .expectState(ESTABLISHED)
        .end();
  }

  @Test
  void lostOnceTheSecondOneOpens() {
    PacketScript script = PacketScript.create().connect();
    Times.expectAll(script, "S 0:0(0)", "0 1");
    script
        .after("10ms")
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460>")
        .expect(". 1:1(0) ack 1")
        .expectState(ESTABLISHED)
        .expectNothingFor("1h")
        .end();
  }

  @Test
  void lostThreeTimesTheFourthOneOpens() {
    PacketScript script = PacketScript.create().connect();
    Times.expectAll(script, "S 0:0(0)", "0 1 3 7");
    script
        .after("10ms")
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460>")
        .expect(". 1:1(0) ack 1")
        .expectState(ESTABLISHED)
        .expectNothingFor("1h")
        .end();
  }

  @Test
  void theSocketsOwnNumberGoesBeforeTheConfiguration() {
    PacketScript script = PacketScript.create().option(TcpOption.SYN_RETRIES, 2).connect();
    Times.expectAll(script, "S 0:0(0)", "0 1 3");
    script.expectNothingUntil("7s").expectFailure(TcpError.TIMED_OUT).end();
  }

  @Test
  void theFirstIntervalIsRtoInitialAndTheLongestRtoMax() {
    PacketScript script =
        PacketScript.on(
                StackHarness.builder()
                    .tcp("rtoInitialMillis", 400)
                    .tcp("rtoMaxMillis", 1000)
                    .tcp("synRetries", 4)
                    .build())
            .connect();
    Times.expectAll(script, "S 0:0(0)", "0 0.4 1.2 2.2 3.2");
    script.expectNothingUntil("4.2s").expectFailure(TcpError.TIMED_OUT).end();
  }

  @Test
  void linearTimeoutsComeBeforeTheDoubling() {
    PacketScript script =
        PacketScript.on(
                StackHarness.builder().tcp("synLinearTimeouts", 2).tcp("synRetries", 4).build())
            .connect();
    Times.expectAll(script, "S 0:0(0)", "0 1 2 3 5");
    script.expectNothingUntil("9s").expectFailure(TcpError.TIMED_OUT).end();
  }
}
