package io.karavel.scripts.live;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.ESTABLISHED;
import static io.karavel.tcp.TcpState.FIN_WAIT_2;
import static io.karavel.tcp.TcpState.SYN_RECEIVED;
import static io.karavel.tcp.TcpState.SYN_SENT;
import static io.karavel.tcp.TcpState.TIME_WAIT;

import io.karavel.scripts.Times;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpOption;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

/** Parameters changed while a connection waits on them: upward, downward, below what has passed. */
class LiveParametersTest {
  private static final String SYN = "S 0:0(0)";
  private static final String SYN_ACK = "S. 0:0(0) ack 1";
  private static final String FIN = "F. 1:1(0) ack 1";

  /** A timeout of 4 s, and a budget of 3 s. */
  private static StackHarness slow(String budget) {
    return StackHarness.builder()
        .tcp("rtoInitialMillis", 4000)
        .tcp("rtoMinMillis", 4000)
        .tcp(budget, 3)
        .build();
  }

  @Test
  void fewerSynRetriesThanWereMadeEndTheConnectAtOnce() {
    PacketScript script = PacketScript.create().connect();
    Times.expectAll(script, SYN, "0 1 3");
    script
        .at("5s")
        .expectState(SYN_SENT)
        .tcp("synRetries", 1)
        .expectFailure(TcpError.TIMED_OUT)
        .expectState(CLOSED)
        .expectNothingFor("10min")
        .end();
  }

  @Test
  void moreSynRetriesLeaveTheArmedIntervalAndGoOn() {
    PacketScript script =
        PacketScript.on(StackHarness.builder().tcp("synRetries", 1).build()).connect();
    Times.expectAll(script, SYN, "0 1");
    script.at("2s").tcp("synRetries", 5).expectState(SYN_SENT);
    Times.expectAll(script, SYN, "3 7 15 31");
    script.expectNothingUntil("63s").expectFailure(TcpError.TIMED_OUT).end();
  }

  @Test
  void synRetriesOfTheSocketAreNotTouched() {
    PacketScript script = PacketScript.create().option(TcpOption.SYN_RETRIES, 3).connect();
    Times.expectAll(script, SYN, "0 1 3");
    script.at("5s").tcp("synRetries", 1).expectState(SYN_SENT);
    Times.expectAll(script, SYN, "7");
    script.expectNothingUntil("15s").expectFailure(TcpError.TIMED_OUT).end();
  }

  @Test
  void synAckRetriesMoveTheEndOfAnEmbryoBothWays() {
    PacketScript down = PacketScript.create().listen().inject("S 0:0(0) win 65535 <mss 1460>");
    Times.expectAll(down, SYN_ACK, "0 1 3");
    down.at("5s").expectState(SYN_RECEIVED).tcp("synAckRetries", 1).expectState(CLOSED);
    down.expectNothingFor("10min").end();

    PacketScript up =
        PacketScript.on(StackHarness.builder().tcp("synAckRetries", 1).build())
            .listen()
            .inject("S 0:0(0) win 65535 <mss 1460>");
    Times.expectAll(up, SYN_ACK, "0 1");
    up.at("2s").tcp("synAckRetries", 3);
    Times.expectAll(up, SYN_ACK, "3 7");
    up.expectNothingUntil("15s").expectState(CLOSED).end();
  }

  @Test
  void orphanRetriesMoveTheEndOfAFinBothWays() {
    PacketScript down = PacketScript.create().openActively().close();
    Times.expectAll(down, FIN, "0 0.2 0.6 1.4 3");
    down.at("4s").tcp("orphanRetries", 2).expectState(CLOSED).expectNothingFor("10min").end();

    PacketScript up =
        PacketScript.on(StackHarness.builder().tcp("orphanRetries", 2).build())
            .openActively()
            .close();
    Times.expectAll(up, FIN, "0 0.2 0.6");
    up.at("1s").tcp("orphanRetries", 4);
    Times.expectAll(up, FIN, "1.4 3");
    up.expectNothingUntil("6.2s").expectState(CLOSED).end();
  }

  @Test
  void retries2MoveTheEndOfUnacknowledgedData() {
    PacketScript script = PacketScript.create().openPassively().write(100);
    Times.expectAll(script, "P. 1:101(100) ack 1", "0 0.2 0.6 1.4 3 6.2");
    script.at("7s").tcp("retries2", 5);
    script.expectNothingUntil("12.6s").expectFailure(TcpError.TIMED_OUT).end();

    PacketScript past = PacketScript.create().openPassively().write(100);
    Times.expectAll(past, "P. 1:101(100) ack 1", "0 0.2 0.6 1.4 3 6.2");
    past.at("7s").tcp("retries2", 4).expectFailure(TcpError.TIMED_OUT).end();
  }

  @Test
  @Rfc("1122 4.2.3.5")
  void theFirstRetransmissionIsNotTakenBackByAShortBudget() {
    PacketScript script = PacketScript.on(slow("retries2")).openPassively().write(100);
    Times.expectAll(script, "P. 1:101(100) ack 1", "0 4");
    script.at("5s").swap("tcp").tcp("retries1", 2).expectState(ESTABLISHED);
    script.expectNothingUntil("12s").expectFailure(TcpError.TIMED_OUT).end();
  }

  @Test
  void finTimeoutMovesTheEndOfFinWait2BothWays() {
    PacketScript script =
        PacketScript.create().openActively().close().expect(FIN).inject(". 1:1(0) ack 2");
    script.at("10s").expectState(FIN_WAIT_2).tcp("finTimeoutSeconds", 100);
    script.expectNothingUntil("70s").expectState(FIN_WAIT_2).tcp("finTimeoutSeconds", 80);
    script.expectNothingUntil("79.999s").expectState(FIN_WAIT_2);
    script.expectNothingUntil("80s").expectState(CLOSED).end();

    PacketScript past =
        PacketScript.create().openActively().close().expect(FIN).inject(". 1:1(0) ack 2");
    past.at("10s").expectState(FIN_WAIT_2).tcp("finTimeoutSeconds", 5).expectState(CLOSED).end();
  }

  @Test
  void timeWaitSecondsMoveTheEndOfTimeWaitBothWays() {
    PacketScript script = timeWait();
    script.at("10s").tcp("timeWaitSeconds", 100);
    script.expectNothingUntil("70s").expectState(TIME_WAIT).tcp("timeWaitSeconds", 80);
    script.expectNothingUntil("79.999s").expectState(TIME_WAIT);
    script.expectNothingUntil("80s").expectState(CLOSED).end();

    timeWait().at("10s").tcp("timeWaitSeconds", 5).expectState(CLOSED).end();
  }

  private static PacketScript timeWait() {
    return PacketScript.create()
        .openActively()
        .close()
        .expect(FIN)
        .inject("F. 1:1(0) ack 2")
        .expect(". 2:2(0) ack 2")
        .expectState(TIME_WAIT);
  }

  @Test
  void finTimeoutDoesNotTouchTimeWait() {
    timeWait()
        .at("10s")
        .tcp("finTimeoutSeconds", 1)
        .expectNothingUntil("59.999s")
        .expectState(TIME_WAIT)
        .end();
  }

  @Test
  void rtoMaxClampsTheArmedInterval() {
    PacketScript script = PacketScript.create().openPassively().write(100);
    Times.expectAll(script, "P. 1:101(100) ack 1", "0 0.2 0.6 1.4 3");
    // armed at 3 for 3.2 s
    script.at("3.5s").tcp("rtoMaxMillis", 1000);
    Times.expectAll(script, "P. 1:101(100) ack 1", "4 5 6");
    script.end();
  }

  @Test
  void rtoMinRaisesTheArmedInterval() {
    PacketScript script =
        PacketScript.create().openPassively().write(100).expect("P. 1:101(100) ack 1");
    script.at("0.1s").tcp("rtoMinMillis", 500);
    Times.expectAll(script, "P. 1:101(100) ack 1", "0.5 1.5");
    script.end();
  }

  @Test
  void delayedAckMillisMovesTheDelayThatRuns() {
    PacketScript.create()
        .openPassively()
        .inject("F. 1:1(0) ack 1")
        .at("5ms")
        .tcp("delayedAckMillis", 20)
        .expectNothingUntil("19ms")
        .at("20ms")
        .expect(". 1:1(0) ack 2")
        .end();
    PacketScript.create()
        .openPassively()
        .inject("F. 1:1(0) ack 1")
        .at("25ms")
        .expectNothing()
        .tcp("delayedAckMillis", 20)
        .expect(". 1:1(0) ack 2")
        .end();
  }

  @Test
  void userTimeoutMovesTheEndOfUnacknowledgedData() {
    PacketScript script = PacketScript.create().openPassively().write(100);
    Times.expectAll(script, "P. 1:101(100) ack 1", "0 0.2 0.6 1.4");
    script.at("2s").tcp("userTimeoutMillis", 2500);
    script.expectNothingUntil("2.5s").expectFailure(TcpError.TIMED_OUT).end();

    PacketScript past = PacketScript.create().openPassively().write(100);
    Times.expectAll(past, "P. 1:101(100) ack 1", "0 0.2 0.6 1.4");
    past.at("2s").tcp("userTimeoutMillis", 1000).expectFailure(TcpError.TIMED_OUT).end();
  }

  @Test
  void aValueThatIsRefusedChangesNothing() {
    PacketScript script = PacketScript.create().connect();
    Times.expectAll(script, SYN, "0 1");
    script.check(
        s ->
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> s.tcp("synRetries", 0))
                .hasMessageContaining("synRetries")
                .hasMessageContaining("1 to 127"));
    Times.expectAll(script, SYN, "3 7 15 31");
    script.expectNothingUntil("63s").expectFailure(TcpError.TIMED_OUT).end();
  }
}
