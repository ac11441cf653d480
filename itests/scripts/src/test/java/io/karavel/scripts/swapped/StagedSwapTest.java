package io.karavel.scripts.swapped;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.engine.internal.lane.StagedSwap;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.TcpControl;
import io.karavel.testkit.BulkTransfer;
import io.karavel.testkit.FaultyModule;
import io.karavel.testkit.StackHarness;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TCP is swapped a few connections at a time while bytes stream: however it goes, none is lost. */
class StagedSwapTest extends StreamingStacks {
  private static final int BYTES = 200_000;
  private static final int MOST_STEPS = 1000;

  StagedSwapTest() {
    super(BYTES);
  }

  /** One event of the network with its effects. */
  private void event() {
    transfers.forEach(BulkTransfer::pump);
    network.settle();
    network.step();
  }

  /** Steps with some events after each; why it failed, or null. */
  private String stepByStep(StagedSwap swap, int events) {
    for (int step = 0; step < MOST_STEPS && !swap.step(); step++) {
      for (int i = 0; i < events; i++) {
        event();
      }
    }
    assertThat(swap.over()).isDone();
    network.settle();
    return swap.problem();
  }

  private StagedSwap some(int portion) {
    return some(other.factory("tcp"), portion);
  }

  private StagedSwap some(ModuleFactory newcomer, int portion) {
    pump(BYTES / 8);
    return other.staged(newcomer, portion);
  }

  // ---- it goes well ----

  @ParameterizedTest
  @CsvSource({"1, 0", "1, 3", "3, 10", "7, 1", "100, 5"})
  void againAndAgainInPortionsOfAnySize(int portion, int events) {
    for (int swaps = 0; swaps < 6; swaps++) {
      ModuleFactory newcomer = other.factory("tcp");
      StagedSwap swap = some(newcomer, portion);
      long segments = other.counter("Tcp.OutSegs");
      assertThat(stepByStep(swap, events)).isNull();
      assertThat(other.counter("Tcp.OutSegs")).isGreaterThanOrEqualTo(segments);
      assertThat(other.atWork("tcp")).isSameAs(newcomer);
      assertThat(other.canary()).isNull();
      assertThat(swap.moved()).isEqualTo(CONNECTIONS);
      assertThat(other.counter("Tcp.Connections")).isEqualTo(CONNECTIONS);
    }
    expectAllThere();
    assertThat(other.crashes()).isZero();
  }

  @Test
  void andBackToTheOneBefore() {
    ModuleFactory before = other.atWork("tcp");
    StagedSwap swap = some(3);
    assertThat(stepByStep(swap, 4)).isNull();
    ModuleSource previous = other.stack().lane().swaps().previous("tcp");
    StagedSwap back = other.stack().lane().swaps().staged(previous, false, 4);
    assertThat(stepByStep(back, 4)).isNull();
    assertThat(other.atWork("tcp")).isSameAs(before);
    expectAllThere();
  }

  @Test
  void aNewcomerThatIsWatchedAndThrowsAfterwardsMakesWay() {
    ModuleFactory before = other.atWork("tcp");
    ModuleFactory bad = FaultyModule.factory(other.factory("tcp"), "onDatagram", 200, "bad");
    assertThat(stepByStep(some(bad, 8), 1)).isNull();
    pump(BYTES / 2);
    assertThat(other.crashes()).isEqualTo(1);
    assertThat(other.atWork("tcp")).isSameAs(before);
    expectAllThere();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCanaryIsPromotedOrTakenBackInPortions(boolean promoted) {
    pump(BYTES / 8);
    final ModuleFactory atWork = other.atWork("tcp");
    ModuleFactory newcomer = other.factory("tcp");
    assertThat(other.beginCanary(newcomer, info -> true, 50)).isNull();
    pump(BYTES / 4);
    StagedSwap swap =
        other
            .stack()
            .lane()
            .swaps()
            .staged(promoted ? other.canary().newcomer() : other.canary().atWork(), false, 3);
    assertThat(stepByStep(swap, 3)).isNull();
    assertThat(swap.moved()).isEqualTo(CONNECTIONS / 2);
    assertThat(other.canary()).isNull();
    assertThat(other.atWork("tcp")).isSameAs(promoted ? newcomer : atWork);
    expectAllThere();
    assertThat(other.crashes()).isZero();
  }

  @Test
  void whatOpensClosesAndIsResetInBetweenIsTheOneOrTheOthers() throws Exception {
    pump(BYTES);
    transfers.clear();
    StagedSwap swap = other.staged(other.factory("tcp"), 2);
    assertThat(swap.step()).isFalse();
    List<TcpSocket> late = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      late.add(one.tcp().connect(IpEndpoint.of("10.0.0.2", 80)));
      switch (i % 4) {
        case 0 -> servers.get(i).close();
        case 1 -> clients.get(i).abort();
        case 2 -> servers.get(i).abort();
        default -> clients.get(i).close();
      }
      network.advance(Duration.ofMillis(1 + i));
      swap.step();
    }
    for (int i = 0; i < CONNECTIONS; i++) {
      servers.get(i).close();
      clients.get(i).close();
    }
    assertThat(stepByStep(swap, 5)).isNull();
    network.advance(Duration.ofSeconds(10));
    for (TcpSocket client : late) {
      assertThat(client.state()).isEqualTo(TcpState.ESTABLISHED);
      accepted(client).abort();
    }
    network.advance(Duration.ofMinutes(3));
    assertThat(other.connections(info -> info.state() != TcpState.LISTEN)).isEmpty();
    assertThat(other.counter("Tcp.CurrEstab")).isZero();
    assertThat(other.counter("Tcp.Connections")).isZero();
    assertThat(other.counter("Tcp.TimeWaits")).isZero();
    assertThat(other.stack().endpoints().sockets()).isEmpty();
    assertThat(other.crashes()).isZero();
  }

  @Test
  void recordsInTimeWaitMoveAreReopenedAndExpireOnEitherSide() throws Exception {
    pump(BYTES);
    transfers.clear();
    for (int i = 0; i < CONNECTIONS; i++) {
      servers.get(i).close();
    }
    network.advance(Duration.ofSeconds(1));
    for (int i = 0; i < CONNECTIONS; i++) {
      clients.get(i).close();
    }
    network.advance(Duration.ofSeconds(1));
    assertThat(other.counter("Tcp.TimeWaits")).isEqualTo(CONNECTIONS);
    StagedSwap swap = other.staged(other.factory("tcp"), 3);
    for (int step = 0; step < 4; step++) {
      swap.step();
      network.settle();
    }
    assertThat(other.counter("Tcp.TimeWaits")).isEqualTo(CONNECTIONS);
    assertThat(swap.over()).isNotDone();
    List<TcpSocket> again = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS / 2; i++) {
      TcpSocket socket = one.tcp().socket();
      socket.bind(IpEndpoint.of("10.0.0.1", clients.get(i).local().port()));
      socket.connect(IpEndpoint.of("10.0.0.2", 80));
      again.add(socket);
    }
    network.advance(Duration.ofSeconds(5));
    assertThat(again).allMatch(socket -> socket.state() == TcpState.ESTABLISHED);
    assertThat(other.counter("Tcp.TimeWaits")).isEqualTo(CONNECTIONS / 2);
    network.advance(Duration.ofSeconds(70));
    assertThat(other.counter("Tcp.TimeWaits")).isZero();
    assertThat(stepByStep(swap, 1)).isNull();
    int accepted = 0;
    for (TcpSocket socket = listener.accept(); socket != null; socket = listener.accept()) {
      accepted++;
      socket.abort();
    }
    assertThat(accepted).isEqualTo(CONNECTIONS / 2);
    network.advance(Duration.ofSeconds(5));
    assertThat(other.connections(info -> info.state() != TcpState.LISTEN)).isEmpty();
    assertThat(other.counter("Tcp.Connections")).isZero();
    assertThat(other.stack().endpoints().sockets()).isEmpty();
    assertThat(other.crashes()).isZero();
  }

  @Test
  void aWalkThatGoesOnMeanwhileShowsEveryConnectionOnce() {
    StagedSwap swap = some(2);
    List<Long> seen = new ArrayList<>();
    long cursor = 0;
    do {
      TcpControl.Page page = other.tcpControl().list(cursor, 3, info -> true);
      page.entries().forEach(info -> seen.add(info.id()));
      cursor = page.next();
      if (seen.size() % 2 == 1) {
        swap.step();
      }
    } while (cursor != 0);
    assertThat(swap.steps()).isGreaterThan(3);
    assertThat(seen).doesNotHaveDuplicates().hasSize(CONNECTIONS + 1);
    assertThat(stepByStep(swap, 1)).isNull();
    expectAllThere();
  }

  @Test
  void newParametersInTheMiddleReachAll() {
    StagedSwap swap = some(4);
    for (int i = 0; i < 3; i++) {
      swap.step();
      network.settle();
    }
    other.set(TcpSettings.PID, "congestionControl", "newreno");
    assertThat(stepByStep(swap, 2)).isNull();
    for (TcpConnectionInfo info : other.connections(i -> i.state() == TcpState.ESTABLISHED)) {
      assertThat(other.tcpControl().info(info.id()).details())
          .containsEntry("congestionControl", "newreno");
    }
    expectAllThere();
  }

  // ---- it does not ----

  @ParameterizedTest
  @CsvSource({
    "beGuest, 1",
    "open, 1",
    "take, 1",
    "take, 2",
    "take, 5",
    "take, 10",
    "takeRest, 1",
    "onDatagram, 1",
    "onDatagram, 20",
    "flush, 1",
    "flush, 9",
    "hasLeavers, 3"
  })
  void aBadNewcomerLeavesAllToTheVersionAtWork(String method, int call) {
    ModuleFactory atWork = other.atWork("tcp");
    ModuleFactory bad = FaultyModule.factory(other.factory("tcp"), method, call, "bad newcomer");
    assertThat(stepByStep(some(bad, 2), 3)).contains("bad newcomer");
    assertThat(other.canary()).isNull();
    assertThat(other.atWork("tcp")).isSameAs(atWork);
    expectAllThere();
    assertThat(stepByStep(other.staged(other.factory("tcp"), 6), 2)).isNull();
    expectAllThere();
  }

  @ParameterizedTest
  @CsvSource({
    "portion, 1",
    "portion, 4",
    "release, 1",
    "release, 3",
    "export, 1",
    "flush, 8",
    "onDatagram, 5",
    "takeLeavers, 1"
  })
  void aModuleAtWorkThatThrowsMeanwhileIsGoneOnWith(String method, int call) {
    ModuleFactory bad = FaultyModule.factory(other.factory("tcp"), method, call, "bad at work");
    pump(BYTES / 8);
    assertThat(other.swap(bad)).isNull();
    String problem = stepByStep(other.staged(other.factory("tcp"), 2), 3);
    if (!method.equals("takeLeavers")) {
      assertThat(problem).contains("bad at work");
    }
    assertThat(other.canary()).isNull();
    expectAllThere();
  }

  @ParameterizedTest
  @ValueSource(strings = {"swap", "replace", "unplug", "canary ends", "save"})
  void whateverElseIsAskedForMeanwhileEndsIt(String what, @TempDir Path folder) throws Exception {
    ModuleFactory atWork = other.atWork("tcp");
    StagedSwap swap = some(3);
    for (int i = 0; i < 4; i++) {
      swap.step();
      event();
    }
    assertThat(other.canary().comparison().guest().connections()).isPositive();
    assertThat(other.beginCanary(other.factory("tcp"), info -> true, 10)).contains("runs already");
    switch (what) {
      case "swap" -> assertThat(other.swap("tcp")).isNull();
      case "replace" -> other.replace("tcp");
      case "unplug" -> other.unplug("tcp").plug("tcp");
      case "canary ends" -> assertThat(other.stack().lane().swaps().endCanary("tcp")).isNull();
      default -> {
        Path file = folder.resolve("kept");
        other.save(file);
        StackHarness again =
            StackHarness.builder()
                .name("stack2")
                .seed(99)
                .addresses("10.0.0.2/24")
                .kept(file)
                .build();
        assertThat(again.connections(info -> info.state() == TcpState.ESTABLISHED))
            .hasSize(CONNECTIONS);
        return;
      }
    }
    assertThat(swap.step()).isTrue();
    assertThat(swap.problem()).contains("before all connections had moved");
    assertThat(other.canary()).isNull();
    if (what.equals("canary ends")) {
      assertThat(other.atWork("tcp")).isSameAs(atWork);
    }
    expectAllThere();
    assertThat(other.crashes()).isZero();
  }
}
