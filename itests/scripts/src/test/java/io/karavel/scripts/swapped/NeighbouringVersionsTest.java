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
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Releases of a module whose states differ follow one another, up and down, and lose nothing. */
class NeighbouringVersionsTest {
  /** Where a release may add fields to the state of TCP without a new version. */
  private static final List<String> PLACES =
      List.of("", "1", "2/25", "3", "3/25", "3/25/58", "3/25/140", "4/25");

  /** From release to release: reads 1; writes 1 and reads 2; writes 2; and back. */
  private static void upAndDown(PacketScript script, String slot) {
    StackHarness harness = script.harness();
    ModuleFactory first = harness.factory(slot);
    List<ModuleFactory> releases =
        List.of(
            VersionedFactory.readsNext(first),
            VersionedFactory.writesNext(first),
            VersionedFactory.readsNext(first),
            first);
    int[] next = {0};
    script.afterEachStep(
        () -> {
          ModuleFactory release = releases.get(next[0]++ % releases.size());
          assertThat(harness.swapWatched(release)).as("step " + next[0]).isNull();
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "ip", "timer", "keepalive"})
  void anActiveLifeGoesThroughItsStates(String slot) {
    PacketScript script = PacketScript.create();
    upAndDown(script, slot);
    script
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
        .mark()
        .expectNothingUntil("59.999s")
        .expectState(TIME_WAIT)
        .expectNothingUntil("60s")
        .expectState(CLOSED)
        .end();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "ip", "timer", "keepalive"})
  void aPassiveLifeGoesThroughItsStates(String slot) {
    PacketScript script = PacketScript.create();
    upAndDown(script, slot);
    script
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

  @Test
  void aSimultaneousCloseGoesThroughItsStates() {
    PacketScript script = PacketScript.create();
    upAndDown(script, "tcp");
    script
        .openActively()
        .close()
        .expect("F. 1:1(0) ack 1")
        .inject("F. 1:1(0) ack 1")
        .expect(". 2:2(0) ack 2")
        .expectState(CLOSING)
        .inject(". 2:2(0) ack 2")
        .expectState(TIME_WAIT)
        .end();
  }

  @Test
  void aReleaseThatSkipsOneIsRefusedBeforeAnythingStops() {
    PacketScript script = PacketScript.create().openActively();
    StackHarness harness = script.harness();
    ModuleFactory first = harness.factory("tcp");
    assertThat(harness.swapWatched(VersionedFactory.writesNext(first)))
        .contains("there would be no way back: it writes state of version 2");
    assertThat(harness.swapWatched(VersionedFactory.readsNext(first))).isNull();
    assertThat(harness.swapWatched(VersionedFactory.writesNext(first))).isNull();
    assertThat(harness.swapWatched(first))
        .contains("it reads version 1 of the state, the module at work writes version 2");
    script.write(100).expect("P. 1:101(100) ack 1").end();
  }

  /** With something in each place: a listener, one in recovery, one in TIME-WAIT, an embryo. */
  private static PacketScript populated() {
    return PacketScript.create()
        .openPassively()
        .flow("over", 40_001)
        .inject("S 0:0(0) win 65535 <mss 1460>")
        .expect("S. 0:0(0) ack 1 <mss 1460>")
        .inject(". 1:1(0) ack 1")
        .accept()
        .close()
        .expect("F. 1:1(0) ack 1")
        .inject("F. 1:1(0) ack 2")
        .expect(". 2:2(0) ack 2")
        .expectState(TIME_WAIT)
        .flow("embryo", 40_002)
        .inject("S 0:0(0) win 65535 <mss 1460>")
        .expect("S. 0:0(0) ack 1 <mss 1460>")
        .flow("main", 40_000)
        .write(6000)
        .discardSent()
        .inject(". 1:1(0) ack 1 <sack 1461:5841>")
        .discardSent();
  }

  @Test
  void whatALaterReleaseAddedIsThereAgainAfterTheWayBackAndForth() {
    PacketScript script = populated();
    StackHarness harness = script.harness();
    ModuleFactory first = harness.factory("tcp");
    VersionedFactory later = VersionedFactory.knowsMore(first, PLACES::contains);
    assertThat(harness.swapWatched(later)).isNull();
    assertThat(later.found).as("nobody has added any yet").isEmpty();
    assertThat(harness.swapWatched(first)).as("back").isNull();
    assertThat(harness.swapWatched(later)).as("forth").isNull();
    assertThat(later.found).as("in each place").containsOnlyKeys(PLACES);
    assertThat(later.found.values()).as("a number and a field of fields").containsOnly(2);
    script.discardSent().inject(". 1:1(0) ack 6001").discardSent();
    script.write(100).expect("P. 6001:6101(100) ack 1");
    script.flow("embryo", 40_002).inject(". 1:1(0) ack 1").expectState(ESTABLISHED).end();
  }
}
