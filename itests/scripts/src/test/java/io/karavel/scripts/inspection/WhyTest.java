package io.karavel.scripts.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpExplanation;
import io.karavel.tcp.TcpExplanation.ArmedTimer;
import io.karavel.tcp.TcpExplanation.Parameter;
import io.karavel.tcp.TcpExplanation.Step;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.testkit.WirePacket;
import io.karavel.testkit.script.PacketScript;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code tcp:why} says: each state with each way to it, its timers with what rules them, and
 * what they will do, which is held against what they do when the peer stays silent.
 */
class WhyTest {
  @ParameterizedTest(name = "{0}: {1} from {2} by {3}")
  @CsvSource({
    "listener, LISTEN, CLOSED, LISTEN,",
    "connect, SYN_SENT, CLOSED, CONNECT,",
    "embryo, SYN_RECEIVED, LISTEN, SYN,",
    "simultaneous, SYN_RECEIVED, SYN_SENT, SYN,",
    "active, ESTABLISHED, SYN_SENT, SYN_ACK,",
    "passive, ESTABLISHED, SYN_RECEIVED, ACK_OF_SYN,",
    "simultaneous open, ESTABLISHED, SYN_RECEIVED, ACK_OF_SYN,",
    "shut down, FIN_WAIT_1, ESTABLISHED, SHUTDOWN_OUTPUT,",
    "closed, FIN_WAIT_1, ESTABLISHED, CLOSE,",
    "half closed, FIN_WAIT_2, FIN_WAIT_1, ACK_OF_FIN,",
    "orphan, FIN_WAIT_2, FIN_WAIT_1, ACK_OF_FIN,",
    "peer closed, CLOSE_WAIT, ESTABLISHED, FIN,",
    "'peer closed, then shut down', LAST_ACK, CLOSE_WAIT, SHUTDOWN_OUTPUT,",
    "'peer closed, then closed', LAST_ACK, CLOSE_WAIT, CLOSE,",
    "both at once, CLOSING, FIN_WAIT_1, FIN,",
    "'both at once, acknowledged', TIME_WAIT, CLOSING, ACK_OF_FIN,",
    "waits, TIME_WAIT, FIN_WAIT_2, FIN,",
    "waits anew, TIME_WAIT, TIME_WAIT, FIN_AGAIN,",
    "waited, CLOSED, TIME_WAIT, TIME_WAIT,",
    "'peer closed, both over', CLOSED, LAST_ACK, ACK_OF_FIN,",
    "refused, CLOSED, SYN_SENT, RST, CONNECTION_REFUSED",
    "connect unanswered, CLOSED, SYN_SENT, SYN_RETRIES, TIMED_OUT",
    "connect to nowhere, CLOSED, SYN_SENT, SYN_RETRIES, HOST_UNREACHABLE",
    "reset, CLOSED, ESTABLISHED, RST, CONNECTION_RESET",
    "data unanswered, CLOSED, ESTABLISHED, RETRANSMISSION, TIMED_OUT",
    "data too late for userTimeoutMillis, CLOSED, ESTABLISHED, USER_TIMEOUT, TIMED_OUT",
    "data too late for retries2, CLOSED, ESTABLISHED, CONFIGURATION, TIMED_OUT",
    "closed window unanswered, CLOSED, ESTABLISHED, PERSIST, TIMED_OUT",
    "'kept alive, silent', CLOSED, ESTABLISHED, KEEPALIVE, TIMED_OUT",
    "'kept alive, silent, and fewer probes', CLOSED, ESTABLISHED, CONFIGURATION, TIMED_OUT",
    "'kept alive, silent, and sooner probes', CLOSED, ESTABLISHED, CONFIGURATION, TIMED_OUT",
    "data too late for a new userTimeoutMillis, CLOSED, ESTABLISHED, CONFIGURATION, TIMED_OUT",
    "closed window too long for a new userTimeoutMillis, CLOSED, ESTABLISHED, CONFIGURATION,"
        + " TIMED_OUT",
    "connect too late for a new userTimeoutMillis, CLOSED, SYN_SENT, CONFIGURATION, TIMED_OUT",
    "'waits, and timeWaitSeconds lowered', CLOSED, TIME_WAIT, CONFIGURATION,",
  })
  void everyStateHasItsCause(
      String name, TcpState state, TcpState from, TcpCause cause, TcpError failure) {
    PacketScript script = Lives.of(name);
    long id = Lives.id(script, state == TcpState.LISTEN);
    TcpExplanation why = Lives.why(script, id);
    assertThat(why).as("%s", name).isNotNull();
    assertThat(why.connection().state()).isEqualTo(state);
    assertThat(why.from()).isEqualTo(from);
    assertThat(why.cause()).isEqualTo(cause);
    assertThat(why.failure()).isEqualTo(failure);
    // a successor of the module knows it too
    script.replace("tcp");
    TcpExplanation then = Lives.why(script, id);
    assertThat(then.cause()).isEqualTo(cause);
    assertThat(then.from()).isEqualTo(from);
    assertThat(then.sinceNanos()).isEqualTo(why.sinceNanos());
    assertThat(then.timers()).isEqualTo(why.timers());
  }

  @ParameterizedTest(name = "{0}: from {1} by {2}")
  @CsvSource({
    "aborted, ESTABLISHED, ABORT,",
    "aborted before it was open, SYN_SENT, ABORT,",
    "aborted in TIME-WAIT, TIME_WAIT, ABORT,",
    "closed with data unread, ESTABLISHED, CLOSE_UNREAD,",
    "closed before it was open, SYN_SENT, CLOSE,",
    "data after close, FIN_WAIT_1, DATA_AFTER_CLOSE,",
    "'data after close, acknowledged', FIN_WAIT_2, DATA_AFTER_CLOSE,",
    "one orphan too many, FIN_WAIT_1, ORPHAN_LIMIT,",
    "one TIME-WAIT too many, TIME_WAIT, TIME_WAIT_LIMIT,",
    "reset in TIME-WAIT, TIME_WAIT, RST,",
    "'closed, unanswered', FIN_WAIT_1, RETRANSMISSION, TIMED_OUT",
    "'closed, the window closed for good', FIN_WAIT_1, PERSIST, TIMED_OUT",
    "'closed, and the peer does not', FIN_WAIT_2, FIN_WAIT_2,",
    "'closed, and finTimeoutSeconds lowered', FIN_WAIT_2, CONFIGURATION,",
    "'closed, reset', FIN_WAIT_1, RST, CONNECTION_RESET",
    "'closed, data long unanswered', FIN_WAIT_1, RETRANSMISSION, TIMED_OUT",
    "'closed, the window long closed', FIN_WAIT_1, PERSIST, TIMED_OUT",
    "killed in order with data unread, ESTABLISHED, KILL,",
    "killed in order and not to linger, ESTABLISHED, KILL,",
    "killed in order and not to wait for FIN, FIN_WAIT_2, KILL,",
  })
  void ofWhatNobodyHoldsAnyMoreItIsToldHowItEnded(
      String name, TcpState from, TcpCause cause, TcpError failure) {
    PacketScript script = Lives.of(name);
    long id = ((StackSocket) script.socket()).id();
    TcpExplanation why = Lives.why(script, id);
    assertThat(script.harness().connections(info -> info.remote() != null)).isEmpty();
    assertThat(why.connection().state()).isEqualTo(TcpState.CLOSED);
    assertThat(why.from()).isEqualTo(from);
    assertThat(why.cause()).isEqualTo(cause);
    assertThat(why.failure()).isEqualTo(failure);
    assertThat(why.timers()).isEmpty();
    assertThat(why.connection().remote()).isEqualTo(script.socket().remote());
    // successors of the module know it too
    script.replace("tcp").replace("tcp");
    assertThat(Lives.why(script, id)).isEqualTo(why);
  }

  @Test
  void whatWasNotAcceptedWentWithItsListener() {
    PacketScript script = PacketScript.create().listen().inject("S 0:0(0) win 65535 <mss 1460>");
    script.discardSent().inject(". 1:1(0) ack 1").discardSent();
    long id = Lives.id(script, false);
    assertThat(Lives.why(script, id).connection().state()).isEqualTo(TcpState.ESTABLISHED);
    script.closeListener().expect("R. 1:1(0) ack 1");
    TcpExplanation why = Lives.why(script, id);
    assertThat(why.from()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(why.cause()).isEqualTo(TcpCause.LISTENER_CLOSED);
  }

  @Test
  void whatIsClosedBeforeItIsOpenWasClosedByWhoeverClosedIt() {
    for (TcpCause cause : List.of(TcpCause.CLOSE, TcpCause.KILL)) {
      PacketScript script = Lives.of("simultaneous");
      long id = Lives.id(script, false);
      if (cause == TcpCause.KILL) {
        script.harness().tcpControl().kill(id, false);
        script.harness().settle();
      } else {
        script.close();
      }
      script.replace("tcp").discardSent().inject("S. 0:0(0) ack 1 win 65535");
      TcpExplanation why = Lives.why(script, id);
      assertThat(why.connection().state()).isEqualTo(TcpState.FIN_WAIT_1);
      assertThat(why.cause()).isEqualTo(cause);
    }
  }

  @Test
  void whatWentWithTheModuleIsSaidToHaveGoneWithIt() {
    PacketScript script = Lives.of("passive");
    long id = Lives.id(script, false);
    script.harness().unplug("tcp");
    Lives.pass(script, 61_000).harness().plug("tcp");
    script.harness().settle();
    TcpExplanation why = Lives.why(script, id);
    assertThat(why.connection().state()).isEqualTo(TcpState.CLOSED);
    assertThat(why.from()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(why.cause()).isEqualTo(TcpCause.MODULE);
    assertThat(why.failure()).isEqualTo(TcpError.MODULE_DISPOSED);
  }

  @Test
  void theCauseHasItsTime() {
    PacketScript script = Lives.pass(Lives.of("peer closed"), 7000);
    assertThat(Lives.why(script, Lives.id(script, false)).sinceNanos()).isEqualTo(7_000_000_000L);
  }

  @Test
  void whatTheOperatorEndsIsSaidToBeHisDoing() {
    PacketScript script = Lives.of("passive");
    long id = Lives.id(script, false);
    script.harness().tcpControl().kill(id, false);
    script.harness().settle();
    assertThat(Lives.why(script, id).cause()).isEqualTo(TcpCause.KILL);
    assertThat(Lives.why(script, id).connection().state()).isEqualTo(TcpState.FIN_WAIT_1);
    PacketScript other = Lives.of("passive");
    long its = Lives.id(other, false);
    other.harness().tcpControl().kill(its, true);
    other.harness().settle();
    TcpExplanation why = Lives.why(other, its);
    assertThat(why.cause()).isEqualTo(TcpCause.KILL);
    assertThat(why.from()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(why.failure()).isEqualTo(TcpError.CONNECTION_ABORTED);
  }

  private static ArmedTimer timer(PacketScript script, String kind) {
    return Lives.why(script, Lives.id(script, false)).timers().stream()
        .filter(timer -> timer.kind().equals(kind))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no timer " + kind));
  }

  @ParameterizedTest(name = "{0} at {1} ms: {2} in {3} ms, {4} of {5}, by {6}, ends in {7} ms")
  @CsvSource({
    // 1 s, doubled: 1, 3, 7, 15, 31, and the end at 63 s
    "connect, 100, retransmit, 900, 0, 5, synRetries, 62900, TIMED_OUT",
    "connect, 4000, retransmit, 3000, 2, 5, synRetries, 59000, TIMED_OUT",
    "embryo, 100, syn-ack, 900, 0, 5, synAckRetries, 62900,",
    // 200 ms, doubled up to 120 s: budget(8) = 102.2 s, budget(15) = 924.6 s
    "closed, 100, retransmit, 100, 0, 0, orphanRetries, 102100,",
    "data, 100, retransmit, 100, 0, 0, retries2, 924500, TIMED_OUT",
    "shut down, 500, retransmit, 100, 1, 0, retries2, 924100, TIMED_OUT",
    "peer closed, 0, delayed-ack, 40, 0, 0, delayedAckMillis, -1,",
    "kept alive, 100, keepalive, 7199900, 0, 10, probes, 7949900, TIMED_OUT",
    "kept alive, 7300000, keepalive, 50000, 2, 10, probes, 650000, TIMED_OUT",
    "orphan, 100, fin-wait-2, 59900, 0, 0, finTimeoutSeconds, 59900,",
    "waits, 100, time-wait, 59900, 0, 0, timeWaitSeconds, 59900,",
  })
  void everyTimerIsToldWithWhatRulesIt(
      String name,
      long askedAt,
      String kind,
      long inMillis,
      int count,
      int most,
      String key,
      long endMillis,
      TcpError error) {
    ArmedTimer timer = timer(Lives.pass(Lives.of(name), askedAt), kind);
    assertThat(timer.inNanos()).isEqualTo(inMillis * 1_000_000L);
    assertThat(timer.count()).isEqualTo(count);
    assertThat(timer.most()).isEqualTo(most);
    assertThat(timer.parameters()).anyMatch(p -> p.key().equals(key) && !p.isOption());
    assertThat(timer.end()).isEqualTo(endMillis < 0 ? -1 : endMillis * 1_000_000L);
    assertThat(timer.error()).isEqualTo(error);
  }

  @Test
  void anOptionOfTheSocketIsNamedInsteadOfTheKeyItGoesBefore() {
    PacketScript script =
        PacketScript.create().option(TcpOption.SYN_RETRIES, 2).connect().discardSent();
    ArmedTimer timer = timer(script, "retransmit");
    assertThat(timer.most()).isEqualTo(2);
    assertThat(timer.parameters())
        .contains(new Parameter(Parameter.END, "", "synRetries", "2"))
        .noneMatch(p -> p.key().equals("synRetries") && !p.isOption());
    PacketScript kept = Lives.of("kept alive");
    assertThat(timer(kept, "keepalive").parameters())
        .contains(new Parameter(Parameter.INTERVAL, "", "keepalive", "true"))
        .contains(
            new Parameter(Parameter.INTERVAL, "io.karavel.keepalive", "timeSeconds", "7200 s"));
  }

  @Test
  void whatIcmpToldIsNamedAsTheErrorOfTheEnd() {
    PacketScript script = PacketScript.create().connect().expect("S 0:0(0)");
    script.inject("icmp host-unreachable [0:0(0)]");
    TcpExplanation why = Lives.why(script, Lives.id(script, false));
    assertThat(why.softError()).isEqualTo(TcpError.HOST_UNREACHABLE);
    assertThat(why.timers().get(0).error()).isEqualTo(TcpError.HOST_UNREACHABLE);
  }

  @ParameterizedTest(name = "{0}, asked at {1} ms")
  @CsvSource({
    "connect, 0",
    "connect, 4000",
    "embryo, 0",
    "embryo, 4000",
    "simultaneous, 0",
    "simultaneous, 4000",
    "data, 0",
    "data, 4000",
    "closed window, 0",
    "closed window, 4000",
    "shut down, 0",
    "shut down, 4000",
    "closed, 0",
    "closed, 4000",
    "both at once, 0",
    "both at once, 4000",
    "'peer closed, then shut down', 300",
    "'peer closed, then shut down', 4000",
    "'peer closed, then closed', 300",
    "'peer closed, then closed', 4000",
    "kept alive, 0",
    "kept alive, 7300000",
    "orphan, 0",
    "orphan, 30000",
    "waits, 0",
    "waits, 30000",
  })
  void whatIsForetoldHappens(String name, long millis) {
    happensAsForetold(Lives.pass(Lives.of(name), millis));
  }

  @ParameterizedTest(name = "with {0}")
  @ValueSource(
      strings = {
        "synRetries=2",
        "synLinearTimeouts=3",
        "rtoInitialMillis=2500",
        "rtoMaxMillis=4000",
        "userTimeoutMillis=9000",
        "retries2=4",
        "orphanRetries=3",
        "rtoMinMillis=600",
        "synAckRetries=2"
      })
  void whatIsForetoldHappensUnderOtherValuesToo(String change) {
    String key = change.replaceFirst("=.*", "");
    int value = Integer.parseInt(change.replaceFirst(".*=", ""));
    for (String name :
        List.of("connect", "embryo", "data", "closed window", "shut down", "closed")) {
      happensAsForetold(Lives.pass(Lives.of(name).tcp(key, value), 1500));
    }
  }

  @Test
  void whatIsForetoldBehindALossProbeHappens() {
    PacketScript script =
        PacketScript.create().openPassively("S 0:0(0) win 65535 <mss 1460,sackOK,TS>");
    Lives.pass(script.write(10).discardSent().inject(". 1:1(0) ack 11 <TS>"), 1000);
    script.write(10).discardSent();
    happensAsForetold(script);
  }

  private static void happensAsForetold(PacketScript script) {
    long id = Lives.id(script, false);
    StackSocket socket = id == 0 ? null : (StackSocket) script.socket();
    TcpExplanation why = Lives.why(script, id);
    long now = script.harness().clock().nanoTime();
    List<Long> foretold = new ArrayList<>();
    long end = Long.MAX_VALUE;
    TcpError error = null;
    for (ArmedTimer timer : why.timers()) {
      if (timer.end() >= 0 && timer.end() < end) {
        end = timer.end();
        error = timer.error();
      }
      boolean silent = timer.kind().equals("time-wait") || timer.kind().equals("fin-wait-2");
      boolean inner = timer.kind().equals("trim");
      for (Step step : timer.steps()) {
        boolean last = timer.end() >= 0 && step.inNanos() == timer.end();
        boolean reset = last && timer.kind().equals("keepalive");
        if (!silent && !inner && (!last || reset) && !step.action().startsWith("nothing")) {
          foretold.add(step.inNanos());
        }
      }
    }
    foretold.sort(null);
    List<Long> happened = new ArrayList<>();
    script.harness().advanceTo(now + end - 1);
    assertThat(Lives.why(script, id).connection().state()).isEqualTo(why.connection().state());
    script.harness().advanceTo(now + end + 1_000_000);
    for (WirePacket packet : script.harness().output()) {
      happened.add(packet.timeNanos() - now);
    }
    assertThat(happened).as("%s", why).isEqualTo(foretold);
    assertThat(script.harness().connections(info -> info.remote() != null)).isEmpty();
    if (socket != null && !socket.isClosed()) {
      assertThat(socket.failure() == null ? null : socket.failure().error()).isEqualTo(error);
    }
  }
}
