package io.karavel.scripts.swapped;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.CLOSE_WAIT;
import static io.karavel.tcp.TcpState.CLOSING;
import static io.karavel.tcp.TcpState.ESTABLISHED;
import static io.karavel.tcp.TcpState.FIN_WAIT_1;
import static io.karavel.tcp.TcpState.FIN_WAIT_2;
import static io.karavel.tcp.TcpState.LAST_ACK;
import static io.karavel.tcp.TcpState.SYN_RECEIVED;
import static io.karavel.tcp.TcpState.SYN_SENT;
import static io.karavel.tcp.TcpState.TIME_WAIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.ModuleFactory;
import io.karavel.tcp.TcpError;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The lives of connections through all states, with a module replaced after every single step. */
class ReplacedInEveryStateTest {
  /** How one module makes way for the next. */
  private enum Way {
    /** It goes, then the next one comes. */
    REPLACED,
    /** Within one turn. */
    SWAPPED,
    /** Of TCP and IP: its bundle goes, and it stays until the next one has taken over. */
    SUCCEEDED,
    /** Within one turn, and the next is another release, whose state has another form. */
    RELEASES
  }

  static List<Arguments> replacements() {
    List<Arguments> all = new ArrayList<>();
    for (String slot : List.of("tcp", "ip", "timer", "keepalive", "nic:wire0")) {
      for (Way way : Way.values()) {
        if (way != Way.SUCCEEDED || slot.equals("tcp") || slot.equals("ip")) {
          all.add(Arguments.of(slot, way));
        }
      }
    }
    return all;
  }

  private static PacketScript script(String slot, Way way) {
    PacketScript script = PacketScript.create();
    return switch (way) {
      case REPLACED -> script.replaceAfterEachStep(slot);
      case SWAPPED -> script.swapAfterEachStep(slot);
      case SUCCEEDED -> script.succeedAfterEachStep(slot);
      case RELEASES -> script.afterEachStep(releases(script.harness(), slot));
    };
  }

  /** From release to release: reads 1; writes 1 and reads 2; writes 2; and back. */
  private static Runnable releases(StackHarness harness, String slot) {
    ModuleFactory first = harness.factory(slot);
    List<ModuleFactory> releases =
        List.of(
            VersionedFactory.readsNext(first),
            VersionedFactory.writesNext(first),
            VersionedFactory.readsNext(first),
            first);
    int[] next = {0};
    return () -> {
      ModuleFactory release = releases.get(next[0]++ % releases.size());
      assertThat(harness.swapWatched(release)).as("step " + next[0]).isNull();
    };
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("replacements")
  void anActiveLifeGoesThroughItsStates(String slot, Way way) {
    script(slot, way)
        .connect()
        .expect("S 0:0(0)")
        .expectState(SYN_SENT)
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 7 ecr *,nop,wscale 7>")
        .expect(". 1:1(0) ack 1")
        .expectState(ESTABLISHED)
        .write(5000)
        .expect(". 1:1449(1448) ack 1")
        .expect(". 1449:2897(1448) ack 1")
        .expect(". 2897:4345(1448) ack 1")
        .expect("P. 4345:5001(656) ack 1")
        .inject(". 1:1(0) ack 1449 <TS val 8 ecr *,sack 2897:5001>")
        .inject(". 1:1(0) ack 5001 <TS val 8 ecr *>")
        .discardSent()
        .close()
        .expect("F. 5001:5001(0) ack 1")
        .expectState(FIN_WAIT_1)
        .inject(". 1:1(0) ack 5002 <TS val 8 ecr *>")
        .expectState(FIN_WAIT_2)
        .after("30s")
        .inject("F. 1:1(0) ack 5002 <TS val 30000 ecr *>")
        .expect(". 5002:5002(0) ack 2")
        .expectState(TIME_WAIT)
        .check(s -> assertThat(s.harness().counter("Lane.ModulesPlugged")).isGreaterThan(12))
        .mark()
        .expectNothingUntil("59.999s")
        .expectState(TIME_WAIT)
        .expectNothingUntil("60s")
        .expectState(CLOSED)
        .end();
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("replacements")
  void aPassiveLifeGoesThroughItsStates(String slot, Way way) {
    script(slot, way)
        .listen()
        .inject("S 0:0(0) win 65535 <mss 1460,sackOK>")
        .expect("S. 0:0(0) ack 1")
        .expectState(SYN_RECEIVED)
        .at("1s")
        .expect("S. 0:0(0) ack 1")
        .inject(". 1:1(0) ack 1")
        .expectState(ESTABLISHED)
        .accept()
        .inject(". 1001:2001(1000) ack 1")
        .expect(". 1:1(0) ack 1 <sack 1001:2001>")
        .inject(". 1:1001(1000) ack 1")
        .expect(". 1:1(0) ack 2001")
        .read(2000)
        .inject("F. 2001:2001(0) ack 1")
        .after("40ms")
        .expect(". 1:1(0) ack 2002")
        .expectState(CLOSE_WAIT)
        .readEnd()
        .write(100)
        .expect("P. 1:101(100) ack 2002")
        .inject(". 2002:2002(0) ack 101")
        .close()
        .expect("F. 101:101(0) ack 2002")
        .expectState(LAST_ACK)
        .inject(". 2002:2002(0) ack 102")
        .expectState(CLOSED)
        .expectNothingFor("1min")
        .end();
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("replacements")
  void aSimultaneousOpenAndCloseGoThroughTheirStates(String slot, Way way) {
    script(slot, way)
        .connect()
        .expect("S 0:0(0)")
        .expectState(SYN_SENT)
        .at("1s")
        .expect("S 0:0(0)")
        .inject("S 0:0(0) win 65535 <mss 1460>")
        .expect("S. 0:0(0) ack 1")
        .expectState(SYN_RECEIVED)
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460>")
        .expectState(ESTABLISHED)
        .discardSent()
        .close()
        .expect("F. 1:1(0) ack 1")
        .inject("F. 1:1(0) ack 1")
        .expect(". 2:2(0) ack 2")
        .expectState(CLOSING)
        .inject(". 2:2(0) ack 2")
        .expectState(TIME_WAIT)
        .end();
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("replacements")
  void theTimetablesStayExact(String slot, Way way) {
    PacketScript script = script(slot, way).openPassively().write(100).tcp("retries2", 6);
    script.expect("P. 1:101(100) ack 1");
    script.expectEach("P. 1:101(100) ack 1", "0.2s", "0.6s", "1.4s", "3s", "6.2s", "12.6s");
    script.expectNothingUntil("25.4s").expectFailure(TcpError.TIMED_OUT).end();

    PacketScript fin = script(slot, way).openActively().close();
    fin.expect("F. 1:1(0) ack 1").tcp("orphanRetries", 3);
    fin.expectEach("F. 1:1(0) ack 1", "0.2s", "0.6s", "1.4s");
    fin.expectNothingUntil("3s").expectState(CLOSED).end();
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("replacements")
  void aZeroWindowIsProbedOn(String slot, Way way) {
    PacketScript script =
        script(slot, way).openPassively().inject(". 1:1(0) ack 1 win 0").write(100);
    for (String time : new String[] {"0.2s", "0.6s", "1.4s", "3s"}) {
      script.at(time).expect(". 1:2(1) ack 1").inject(". 1:1(0) ack 1 win 0");
    }
    script.after("1s").inject(". 1:1(0) ack 1 win 1000").expect("P. 1:101(100) ack 1").end();
  }
}
