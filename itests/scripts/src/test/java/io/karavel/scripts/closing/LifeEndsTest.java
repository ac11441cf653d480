package io.karavel.scripts.closing;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.LAST_ACK;
import static io.karavel.tcp.TcpState.SYN_RECEIVED;
import static io.karavel.tcp.TcpState.TIME_WAIT;

import io.karavel.scripts.Times;
import io.karavel.tcp.TcpError;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ends that are easily missed: FIN behind a closed window, equal timestamps, vanished peers. */
class LifeEndsTest {
  @Test
  void aSecondFinBehindAZeroWindowIsLastAckAtOnce() {
    PacketScript.create()
        .openPassively()
        .inject(". 1:1(0) ack 1 win 0")
        .write(100)
        .inject("F. 1:1(0) ack 1 win 0")
        .close()
        .expectState(LAST_ACK)
        .expectWithin("300ms", ". 1:1(0) ack 2")
        .expectWithin("300ms", ". 1:2(1) ack 2")
        .inject(". 2:2(0) ack 1 win 1000")
        .expectWithin("1s", "FP. 1:101(100) ack 2")
        .inject(". 2:2(0) ack 102")
        .expectState(CLOSED)
        .end();
  }

  private static PacketScript timeWaitWithTimestamps() {
    return PacketScript.create()
        .openPassively("S 0:0(0) win 65535 <mss 1460,TS>")
        .close()
        .discardSent()
        .inject("F. 1:1(0) ack 2 <TS val 5000 ecr 0>")
        .discardSent()
        .expectState(TIME_WAIT);
  }

  @Test
  @Rfc("6191 2")
  void anEqualTimestampReopensTimeWaitWithAHigherNumberOnly() {
    timeWaitWithTimestamps()
        .inject("S 500:500(0) win 65535 <mss 1460,TS val 5000 ecr 0>")
        .expectState(SYN_RECEIVED)
        .discardSent()
        .end();
    timeWaitWithTimestamps()
        .inject("S 1:1(0) win 65535 <mss 1460,TS val 5000 ecr 0>")
        .expect(". 2:2(0) ack 2")
        .expectState(TIME_WAIT)
        .end();
    timeWaitWithTimestamps()
        .inject("S 500:500(0) win 65535 <mss 1460,TS val 4999 ecr 0>")
        .expect(". 2:2(0) ack 2")
        .expectState(TIME_WAIT)
        .end();
  }

  @Test
  void theBudgetIsCountedIn200MillisecondsWhateverRtoMinIs() {
    // Budget(2) is 1.4 s: with an interval of 1 s it ends at the first expiry behind that, 3 s
    PacketScript script =
        PacketScript.on(
                StackHarness.builder().tcp("rtoMinMillis", 1000).tcp("orphanRetries", 2).build())
            .openActively()
            .close();
    Times.expectAll(script, "F. 1:1(0) ack 1", "0 1");
    script.expectNothingUntil("2.999s").expectNothingUntil("3s").expectState(CLOSED).end();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SYN_SENT",
        "SYN_RECEIVED",
        "ESTABLISHED",
        "CLOSE_WAIT",
        "FIN_WAIT_1",
        "CLOSING",
        "LAST_ACK"
      })
  void aPeerThatVanishesIsGivenUpInEveryStateThatSends(String state) {
    PacketScript script = PacketScript.create();
    switch (state) {
      case "SYN_SENT" -> script.connect();
      case "SYN_RECEIVED" -> script.listen().inject("S 0:0(0) win 65535 <mss 1460>");
      default -> script.openPassively();
    }
    switch (state) {
      case "ESTABLISHED" -> script.write(10);
      case "CLOSE_WAIT" -> script.inject("F. 1:1(0) ack 1").write(10);
      case "FIN_WAIT_1" -> script.close();
      case "CLOSING" -> script.close().discardSent().inject("F. 1:1(0) ack 1");
      case "LAST_ACK" -> script.inject("F. 1:1(0) ack 1").close();
      default -> {}
    }
    script.discardSent().expectState(io.karavel.tcp.TcpState.valueOf(state));
    for (int i = 0; i < 200; i++) {
      script.harness().advance(Duration.ofSeconds(5));
      script.harness().output();
    }
    script.expectState(CLOSED);
    switch (state) {
      case "SYN_SENT", "ESTABLISHED", "CLOSE_WAIT" -> script.expectFailure(TcpError.TIMED_OUT);
      default -> {}
    }
    script.expectNothingFor("1h").end();
  }
}
