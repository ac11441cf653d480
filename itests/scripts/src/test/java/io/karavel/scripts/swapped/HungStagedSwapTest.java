package io.karavel.scripts.swapped;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.internal.lane.CrashReport;
import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.engine.internal.lane.SlotStatus;
import io.karavel.engine.internal.lane.StagedSwap;
import io.karavel.engine.internal.stack.Stack;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.internal.TcpModuleFactory;
import io.karavel.testkit.FaultyModule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A newcomer does not come back while connections move to it, with real modules and threads. */
@Timeout(120)
class HungStagedSwapTest {
  private static final int CONNECTIONS = 6;
  private static final int PORTION = 2;

  private final List<CrashReport> reports = new CopyOnWriteArrayList<>();
  private final CabledStacks stacks = new CabledStacks(500, reports::add);
  private final Stack one = stacks.one();
  private final List<TcpSocket> clients = new ArrayList<>();
  private final List<TcpSocket> servers = new ArrayList<>();
  private final CountDownLatch hanging = new CountDownLatch(1);
  private final List<Thread> stuck = new CopyOnWriteArrayList<>();
  private volatile boolean released;

  HungStagedSwapTest() throws Exception {}

  @AfterEach
  void end() throws InterruptedException {
    released = true;
    one.close();
    stacks.other().close();
    for (Thread thread : stuck) {
      thread.join(30_000);
      assertThat(thread.isAlive()).as("a stuck thread ends when it comes back").isFalse();
    }
  }

  private void hang() {
    stuck.add(Thread.currentThread());
    hanging.countDown();
    while (!released) {
      Thread.onSpinWait();
    }
  }

  private static ModuleFactory tcp() throws Exception {
    return new TcpModuleFactory(TcpSettings.parse(Map.of()));
  }

  private void connect() throws Exception {
    TcpListener listener = stacks.other().tcp().listen(IpEndpoint.parse("*:80"), 100);
    for (int i = 0; i < CONNECTIONS; i++) {
      TcpSocket client = one.tcp().socket();
      client.connect(IpEndpoint.of("10.0.0.2", 80));
      client.awaitConnected(Duration.ofSeconds(30));
      assertThat(listener.awaitAcceptable(Duration.ofSeconds(30))).isTrue();
      clients.add(client);
      servers.add(listener.accept());
    }
  }

  private SlotStatus slot() {
    return one.lane().slots().stream()
        .filter(status -> status.slot().equals("tcp"))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({"take, 1, false", "take, 3, false", "takeRest, 1, false", "take, 3, true"})
  void theVersionAtWorkGoesOnWithAllThatTheNewcomerCanStillSay(
      String method, int call, boolean isMute) throws Exception {
    connect();
    ModuleFactory bad = FaultyModule.factory(tcp(), method, call, this::hang);
    if (isMute) {
      bad = FaultyModule.factory(bad, "export", 1, this::hang);
    }
    ModuleSource newcomer = new ModuleSource(bad, "newcomer", "2", 0, 2);
    one.arrive(newcomer);
    CompletableFuture<StagedSwap> begun = new CompletableFuture<>();
    one.lane()
        .operate(
            lane -> {
              StagedSwap swap = lane.swaps().staged(newcomer, true, PORTION);
              lane.swaps().advance(swap);
              begun.complete(swap);
            });
    StagedSwap swap = begun.get(30, TimeUnit.SECONDS);
    assertThat(hanging.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(swap.over().get(60, TimeUnit.SECONDS).problem()).contains("hung");
    int lost = 0;
    for (int i = 0; i < CONNECTIONS; i++) {
      if (clients.get(i).state() != TcpState.ESTABLISHED) {
        lost++;
        continue;
      }
      clients.get(i).outputStream().write(i + 10);
      assertThat(servers.get(i).inputStream().read()).isEqualTo(i + 10);
    }
    assertThat(lost).isEqualTo(isMute ? (call - 1) * PORTION : 0);
    assertThat(slot().lastError()).startsWith("newcomer 2 hung");
    assertThat(reports).extracting(CrashReport::bundle).containsExactly("newcomer 2");
    assertThat(one.counters()).containsEntry("Lane.Hangs", 1L);
    assertThat(slot().state()).isEqualTo(SlotStatus.RUNNING);
    assertThat(slot().bundle()).isNotEqualTo("newcomer");
  }
}
