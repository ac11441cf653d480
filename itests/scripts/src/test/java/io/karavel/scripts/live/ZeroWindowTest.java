package io.karavel.scripts.live;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.ESTABLISHED;
import static io.karavel.tcp.TcpState.FIN_WAIT_1;

import io.karavel.scripts.Times;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpOption;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

class ZeroWindowTest {
  /** One byte beyond the window (RFC 9293 §3.8.6.1). */
  private static final String PROBE = ". 1:2(1) ack 1";

  private static final String CLOSED_WINDOW = ". 1:1(0) ack 1 win 0";

  private static PacketScript blocked(PacketScript script) {
    return script.openPassively().inject(CLOSED_WINDOW).write(100).expectNothing();
  }

  /** A timeout of 4 s, and a budget of 3 s. */
  private static StackHarness slow(String budget) {
    return StackHarness.builder()
        .tcp("rtoInitialMillis", 4000)
        .tcp("rtoMinMillis", 4000)
        .tcp(budget, 3)
        .build();
  }

  @Test
  @Rfc({"9293 MUST-35", "9293 SHLD-29", "9293 SHLD-30", "9293 MUST-36", "9293 MUST-37", "6429 2"})
  void isProbedAtBackedOffIntervalsAsLongAsThePeerAnswers() {
    PacketScript script = blocked(PacketScript.create());
    for (String time : "0.2 0.6 1.4 3 6.2 12.6 25.4 51 102.2 204.6 324.6 444.6".split(" ")) {
      script.at(time + "s").expect(PROBE).inject(CLOSED_WINDOW);
    }
    for (int second = 565; second < 3600; second += 120) {
      script.at((second - 1) + ".6s").expect(PROBE).inject(CLOSED_WINDOW);
    }
    script.expectState(ESTABLISHED);
    script.after("1s").inject(". 1:1(0) ack 1 win 1000").expect("P. 1:101(100) ack 1").end();
  }

  @Test
  @Rfc("9293 3.8.6.1")
  void aProbeThatIsTakenCounts() {
    blocked(PacketScript.create())
        .at("0.2s")
        .expect(PROBE)
        .inject(". 1:1(0) ack 2 win 1000")
        .expect("P. 2:101(99) ack 1")
        .end();
  }

  @Test
  void unansweredProbesEndByRetries2() {
    PacketScript script =
        blocked(PacketScript.on(StackHarness.builder().tcp("retries2", 3).build()));
    Times.expectAll(script, PROBE, "0.2 0.6 1.4");
    script.expectNothingUntil("3s").expectFailure(TcpError.TIMED_OUT).end();
  }

  @Test
  void aProbeAfterAnAnswerIsNotHeldAgainstAShortBudget() {
    PacketScript script = blocked(PacketScript.on(slow("retries2")));
    script.at("4s").expect(PROBE).at("5s").swap("tcp").tcp("retries1", 2);
    script.expectState(ESTABLISHED).inject(CLOSED_WINDOW).at("12s").expect(PROBE);
    script.at("13s").swap("tcp").tcp("retries1", 3).expectState(ESTABLISHED);
    script.expectNothingUntil("28s").expectFailure(TcpError.TIMED_OUT).end();
  }

  @Test
  void theFirstProbeOfAnOrphanIsNotTakenBackByAShortBudget() {
    PacketScript script = blocked(PacketScript.on(slow("orphanRetries"))).close();
    script.at("4s").expect(PROBE).at("5s").swap("tcp").tcp("retries1", 2);
    script.expectState(FIN_WAIT_1);
    script.expectNothingUntil("12s").expectState(CLOSED).discardSent().end();
  }

  @Test
  @Rfc("6429 4")
  void anOrphanEndsThoughItsProbesAreAnsweredOnceItsBudgetIsOver() {
    PacketScript script =
        blocked(PacketScript.on(StackHarness.builder().tcp("orphanRetries", 3).build())).close();
    script.expectState(FIN_WAIT_1);
    for (String time : "0.2 0.6 1.4".split(" ")) {
      script.at(time + "s").expect(PROBE).inject(CLOSED_WINDOW);
    }
    script.at("3s").expectState(CLOSED).discardSent().expectNothingFor("10min").end();
  }

  @Test
  @Rfc("6429 4")
  void userTimeoutEndsAnyConnectionThatCannotSend() {
    PacketScript script =
        PacketScript.create()
            .option(TcpOption.USER_TIMEOUT_MILLIS, 2000)
            .openActively("S. 0:0(0) ack 1 win 65535 <mss 1460>")
            .inject(CLOSED_WINDOW)
            .write(100);
    for (String time : "0.2 0.6 1.4".split(" ")) {
      script.at(time + "s").expect(PROBE).inject(CLOSED_WINDOW);
    }
    script.at("2s").expectFailure(TcpError.TIMED_OUT).discardSent().end();
  }

  @Test
  @Rfc({"9293 3.8.6.2.2", "9293 MUST-34"})
  void ourOwnWindowClosesAndOpensAgainWhenTheApplicationReads() {
    PacketScript script =
        PacketScript.create().option(TcpOption.RECEIVE_BUFFER_BYTES, 8192).openPassively();
    long sent = 1;
    while (sent < 8193) {
      long next = Math.min(8193, sent + 1024);
      script.inject(". " + sent + ":" + next + "(" + (next - sent) + ") ack 1").discardSent();
      sent = next;
    }
    // The quick-ACK phase lasts for half of what the window holds.
    script
        .at("40ms")
        .expect(". 1:1(0) ack 8193 win 0")
        .after("1s")
        .inject(". 8193:8194(1) ack 1")
        .expect(". 1:1(0) ack 8193 win 0")
        .read(8192)
        .expect(". 1:1(0) ack 8193 win 8192")
        .end();
  }
}
