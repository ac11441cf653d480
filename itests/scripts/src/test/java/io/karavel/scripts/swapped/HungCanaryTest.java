package io.karavel.scripts.swapped;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.address.IpEndpoint;
import io.karavel.engine.Event;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.Slot;
import io.karavel.engine.Timer;
import io.karavel.engine.internal.lane.CrashReport;
import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.engine.internal.lane.SlotStatus;
import io.karavel.engine.internal.stack.Stack;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.internal.TcpModuleFactory;
import io.karavel.tcp.spi.TcpControl;
import io.karavel.testkit.FaultyModule;
import io.karavel.testkit.successors.WrappedFactory;
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
import org.junit.jupiter.params.provider.ValueSource;

/** One of two TCP modules beside each other does not come back, with real modules and threads. */
@Timeout(300)
class HungCanaryTest {
  private static final int CONNECTIONS = 4;
  private static final String DATAGRAM = "datagram";

  private final List<CrashReport> reports = new CopyOnWriteArrayList<>();
  private final CabledStacks stacks = new CabledStacks(1000, reports::add);
  private final Stack one = stacks.one();
  private final Stack other = stacks.other();
  private final List<TcpSocket> clients = new ArrayList<>();
  private final List<TcpSocket> servers = new ArrayList<>();
  private final CountDownLatch hanging = new CountDownLatch(1);
  private volatile boolean released;
  private volatile Thread stuck;

  HungCanaryTest() throws Exception {}

  @AfterEach
  void end() throws InterruptedException {
    released = true;
    one.close();
    other.close();
    if (stuck != null) {
      stuck.join(60_000);
      assertThat(stuck.isAlive()).as("the stuck thread ends when it comes back").isFalse();
    }
  }

  private void hang() {
    stuck = Thread.currentThread();
    hanging.countDown();
    waitForRelease();
  }

  private void waitForRelease() {
    while (!released) {
      Thread.onSpinWait();
    }
  }

  /** Remembers what its last module was given. */
  private static final class Noted extends WrappedFactory {
    private volatile LaneContext context;
    private volatile Slot<TcpControl> control;

    Noted(ModuleFactory usual) {
      super(usual);
    }

    @Override
    public Module create(LaneContext given) {
      context = given;
      control = given.slot("tcp", TcpControl.class);
      return usual.create(given);
    }

    @Override
    public String toString() {
      return usual.toString();
    }
  }

  private static ModuleFactory tcp() throws Exception {
    return new TcpModuleFactory(TcpSettings.parse(Map.of()));
  }

  private void connect() throws Exception {
    TcpListener listener = other.tcp().listen(IpEndpoint.parse("*:80"), 100);
    for (int i = 0; i < CONNECTIONS; i++) {
      TcpSocket client = one.tcp().socket();
      client.connect(IpEndpoint.of("10.0.0.2", 80));
      client.awaitConnected(Duration.ofSeconds(30));
      assertThat(listener.awaitAcceptable(Duration.ofSeconds(30))).isTrue();
      clients.add(client);
      servers.add(listener.accept());
    }
  }

  private Timer hangingTimer() {
    return new Timer() {
      @Override
      public String kind() {
        return "hanging";
      }

      @Override
      public void onExpiry(long nowNanos) {
        hang();
      }
    };
  }

  /** Whoever has the context hangs, after a question about a connection of the other one. */
  private void hang(Noted whose, String where, long othersId) throws Exception {
    LaneContext context = whose.context;
    switch (where) {
      case "timer" -> context.post(() -> context.timers().arm(hangingTimer(), context.nowNanos()));
      case "task" -> context.post(this::hang);
      case "asker" ->
          context.post(
              () -> {
                assertThat(whose.control.module().info(othersId)).isNotNull();
                hang();
              });
      default -> servers.get(0).outputStream().write(1);
    }
  }

  private SlotStatus slot() {
    return one.lane().slots().stream()
        .filter(status -> status.slot().equals("tcp"))
        .findFirst()
        .orElseThrow();
  }

  /** The first connection goes to the guest; returns all that there are. */
  private List<TcpConnectionInfo> begin(Noted host, Noted guest) throws Exception {
    ModuleSource atWork = new ModuleSource(host, "at-work", "1", 0, 1);
    assertThat(one.swap(atWork)).isNull();
    connect();
    ModuleSource newcomer = new ModuleSource(guest, "newcomer", "2", 0, 2);
    one.arrive(newcomer);
    int movedPort = clients.get(0).local().port();
    List<TcpConnectionInfo> all = new CopyOnWriteArrayList<>();
    CompletableFuture<String> begun = new CompletableFuture<>();
    one.lane()
        .operate(
            lane ->
                begun.complete(
                    "begun: "
                        + lane.swaps()
                            .beginCanary(
                                newcomer,
                                info -> all.add(info) && info.local().port() == movedPort,
                                100)));
    assertThat(begun.get(30, TimeUnit.SECONDS)).isEqualTo("begun: null");
    return all;
  }

  private void goesOn(int connection) throws Exception {
    clients.get(connection).outputStream().write(connection + 10);
    assertThat(servers.get(connection).inputStream().read()).isEqualTo(connection + 10);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoDoesNotAnswerLosesItsOwnConnectionsAndNoOthers(boolean isGuest) throws Exception {
    ModuleFactory silent = FaultyModule.factory(tcp(), "export", 1, this::waitForRelease);
    Noted host = new Noted(isGuest ? tcp() : silent);
    Noted guest = new Noted(isGuest ? silent : tcp());
    begin(host, guest);
    (isGuest ? guest : host).context.post(this::hang);
    assertThat(hanging.await(30, TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < CONNECTIONS; i++) {
      if ((i == 0) != isGuest) {
        goesOn(i);
      }
    }
    for (int i = 0; i < CONNECTIONS; i++) {
      if ((i == 0) == isGuest) {
        TcpSocket lost = clients.get(i);
        assertThatThrownBy(() -> lost.inputStream().read())
            .isInstanceOfSatisfying(
                TcpException.class,
                failure -> assertThat(failure.error()).isEqualTo(TcpError.MODULE_DISPOSED));
      }
    }
    assertThat(one.counters()).containsEntry("Lane.Hangs", 1L);
    assertThat(slot().bundle()).isEqualTo("at-work");
    assertThat(one.lane().events().since(0))
        .extracting(Event::text)
        .anyMatch(
            text ->
                text.startsWith(isGuest ? "newcomer 2" : "at-work 1")
                    && text.contains("no answer within"));
  }

  @ParameterizedTest
  @CsvSource({
    "timer, true",
    "task, true",
    "asker, true",
    "datagram, true",
    "timer, false",
    "task, false",
    "asker, false"
  })
  void whoHangsIsBlamedAndTheVersionAtWorkGoesOnWithAll(String where, boolean isGuest)
      throws Exception {
    Noted host = new Noted(tcp());
    Noted guest =
        new Noted(
            where.equals(DATAGRAM)
                ? FaultyModule.factory(tcp(), "onDatagram", 1, this::hang)
                : tcp());
    List<TcpConnectionInfo> all = begin(host, guest);
    int movedPort = clients.get(0).local().port();
    long othersId =
        all.stream()
            .filter(info -> (info.local().port() == movedPort) != isGuest)
            .findFirst()
            .orElseThrow()
            .id();
    hang(isGuest ? guest : host, where, othersId);
    assertThat(hanging.await(60, TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < CONNECTIONS; i++) {
      goesOn(i);
    }
    assertThat(one.counters()).containsEntry("Lane.Hangs", 1L);
    assertThat(slot().bundle()).isEqualTo("at-work");
    assertThat(slot().crashes()).isEqualTo(isGuest ? 0 : 1);
    String culprit = isGuest ? "newcomer 2" : "at-work 1";
    assertThat(slot().lastError()).startsWith(culprit + " hung");
    assertThat(reports).hasSize(1);
    assertThat(reports.get(0).bundle()).isEqualTo(culprit);
    assertThat(one.lane().events().since(0))
        .extracting(Event::text)
        .anyMatch(text -> text.contains("ms in slot tcp (" + culprit + ");"));
  }
}
