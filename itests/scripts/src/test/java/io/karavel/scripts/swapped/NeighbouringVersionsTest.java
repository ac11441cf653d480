package io.karavel.scripts.swapped;

import static io.karavel.tcp.TcpState.ESTABLISHED;
import static io.karavel.tcp.TcpState.TIME_WAIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.ModuleFactory;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Releases of TCP whose states differ follow one another where they can, and lose nothing. Through
 * all states they go in {@link ReplacedInEveryStateTest}.
 */
class NeighbouringVersionsTest {
  /** Where a release may add fields to the state of TCP without a new version. */
  private static final List<String> PLACES =
      List.of("", "1", "2/25", "3", "3/25", "3/25/58", "3/25/140", "4/25");

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
