package io.karavel.scripts.whole;

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

import io.karavel.tcp.TcpError;
import io.karavel.testkit.script.PacketScript;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The lives of connections through all states, with a module replaced after every single step. */
class ReplacedInEveryStateTest {
  static List<Arguments> replacements() {
    List<Arguments> all = new ArrayList<>();
    for (String slot : List.of("tcp", "ip", "timer", "keepalive", "nic:wire0")) {
      for (boolean swap : new boolean[] {false, true}) {
        all.add(Arguments.of(slot, swap));
      }
    }
    return all;
  }

  private static PacketScript script(String slot, boolean swap) {
    PacketScript script = PacketScript.create();
    return swap ? script.swapAfterEachStep(slot) : script.replaceAfterEachStep(slot);
  }

  @ParameterizedTest(name = "{0}, swap {1}")
  @MethodSource("replacements")
  void anActiveLifeGoesThroughItsStates(String slot, boolean swap) {
    script(slot, swap)
        .connect()
        .expect("S 0:0(0)")
        .expectState(SYN_SENT)
        .at("1s")
        .expect("S 0:0(0)")
        .at("1.5s")
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 7 ecr *,nop,wscale 7>")
        .expect(". 1:1(0) ack 1")
        .expectState(ESTABLISHED)
        .write(100)
        .expect("P. 1:101(100) ack 1")
        .inject(". 1:1(0) ack 101 <TS val 8 ecr *>")
        .close()
        .expect("F. 101:101(0) ack 1")
        .expectState(FIN_WAIT_1)
        .inject(". 1:1(0) ack 102 <TS val 8 ecr *>")
        .expectState(FIN_WAIT_2)
        .after("30s")
        .inject("F. 1:1(0) ack 102 <TS val 30000 ecr *>")
        .expect(". 102:102(0) ack 2")
        .expectState(TIME_WAIT)
        .check(s -> assertThat(s.harness().counter("Lane.ModulesPlugged")).isGreaterThan(12))
        .mark()
        .expectNothingUntil("59.999s")
        .expectState(TIME_WAIT)
        .expectNothingUntil("60s")
        .expectState(CLOSED)
        .end();
  }

  @ParameterizedTest(name = "{0}, swap {1}")
  @MethodSource("replacements")
  void aPassiveLifeGoesThroughItsStates(String slot, boolean swap) {
    script(slot, swap)
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

  @ParameterizedTest(name = "{0}, swap {1}")
  @MethodSource("replacements")
  void aSimultaneousOpenAndCloseGoThroughTheirStates(String slot, boolean swap) {
    script(slot, swap)
        .connect()
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

  @ParameterizedTest(name = "{0}, swap {1}")
  @MethodSource("replacements")
  void theTimetablesStayExact(String slot, boolean swap) {
    PacketScript script = script(slot, swap).openPassively().write(100).tcp("retries2", 6);
    script.expect("P. 1:101(100) ack 1");
    script.expectEach("P. 1:101(100) ack 1", "0.2s", "0.6s", "1.4s", "3s", "6.2s", "12.6s");
    script.expectNothingUntil("25.4s").expectFailure(TcpError.TIMED_OUT).end();

    PacketScript fin = script(slot, swap).openActively().close();
    fin.expect("F. 1:1(0) ack 1").tcp("orphanRetries", 3);
    fin.expectEach("F. 1:1(0) ack 1", "0.2s", "0.6s", "1.4s");
    fin.expectNothingUntil("3s").expectState(CLOSED).end();
  }

  @ParameterizedTest(name = "{0}, swap {1}")
  @MethodSource("replacements")
  void aZeroWindowIsProbedOn(String slot, boolean swap) {
    PacketScript script =
        script(slot, swap).openPassively().inject(". 1:1(0) ack 1 win 0").write(100);
    for (String time : new String[] {"0.2s", "0.6s", "1.4s", "3s"}) {
      script.at(time).expect(". 1:2(1) ack 1").inject(". 1:1(0) ack 1 win 0");
    }
    script.after("1s").inject(". 1:1(0) ack 1 win 1000").expect("P. 1:101(100) ack 1").end();
  }
}
