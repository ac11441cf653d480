package io.karavel.scripts.swapped;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.engine.Event;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.internal.lane.CanaryFigures;
import io.karavel.engine.internal.lane.SlotStatus;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.BulkTransfer;
import io.karavel.testkit.FaultyModule;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.successors.WrappedFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two TCP modules beside each other while bytes stream: however it ends, none is lost. */
class CanaryTest extends StreamingStacks {
  private static final int BYTES = 300_000;

  CanaryTest() {
    super(BYTES);
  }

  private void begin(ModuleFactory newcomer, int percent) {
    assertThat(other.beginCanary(newcomer, info -> true, percent)).isNull();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "30, 6", "31, 7", "100, 20"})
  void soManyPercentAreMovedAndCountApartUntilItIsPromoted(int percent, int moved) {
    pump(BYTES / 4);
    ModuleFactory newcomer = other.factory("tcp");
    other.settle();
    final long before = other.counter("Tcp.OutSegs");
    begin(newcomer, percent);
    pump(BYTES / 2);
    CanaryFigures.Comparison figures = other.canary().comparison();
    assertThat(figures.moved()).isEqualTo(moved);
    assertThat(figures.guest().connections()).isEqualTo(moved);
    assertThat(figures.host().connections()).isEqualTo(CONNECTIONS - moved);
    assertThat(figures.guest().sent()).isPositive();
    assertThat(figures.guest().sent() + figures.host().sent())
        .isEqualTo(other.counter("Tcp.OutSegs") - before);
    assertThat(figures.guest().rttNanos()).isBetween(4_000_000L, 200_000_000L);
    assertThat(other.promoteCanary()).isNull();
    assertThat(other.canary()).isNull();
    assertThat(other.atWork("tcp")).isSameAs(newcomer);
    expectAllThere();
    assertThat(other.crashes()).isZero();
  }

  @Test
  void onlyWhatPassesTheFilterIsMovedAndComesBack() {
    pump(BYTES / 4);
    ModuleFactory atWork = other.atWork("tcp");
    int port = clients.get(7).local().port();
    assertThat(other.beginCanary(other.factory("tcp"), info -> info.remote().port() == port, 100))
        .isNull();
    assertThat(other.canary().comparison().moved()).isEqualTo(1);
    pump(BYTES / 2);
    assertThat(other.endCanary()).isNull();
    assertThat(other.atWork("tcp")).isSameAs(atWork);
    expectAllThere();
    assertThat(other.crashes()).isZero();
  }

  @Test
  void whereNothingPassesTheFilterNothingBegins() {
    assertThat(other.beginCanary(other.factory("tcp"), info -> false, 100))
        .contains("no connection");
    assertThat(other.canary()).isNull();
    expectAllThere();
  }

  @Test
  void halfOpenConnectionsDoNotMove() throws Exception {
    TcpSocket nowhere = other.tcp().connect(IpEndpoint.of("10.0.0.99", 80));
    network.advance(Duration.ofMillis(500));
    assertThat(nowhere.state()).isEqualTo(TcpState.SYN_SENT);
    assertThat(
            other.beginCanary(other.factory("tcp"), info -> info.state() == TcpState.SYN_SENT, 100))
        .contains("no connection");
    begin(other.factory("tcp"), 100);
    assertThat(other.canary().comparison().moved()).isEqualTo(CONNECTIONS);
    assertThat(other.canary().comparison().host().connections()).isEqualTo(1);
    nowhere.abort();
    expectAllThere();
  }

  @Test
  void aSecondCanaryIsRefused() {
    begin(other.factory("tcp"), 50);
    assertThat(other.beginCanary(other.factory("tcp"), info -> true, 50))
        .contains("a canary runs already");
    expectAllThere();
  }

  @ParameterizedTest
  @CsvSource({"onDatagram, 1", "onDatagram, 500", "flush, 40", "onAttention, 1", "list, 1"})
  void aBadNewcomerIsTakenBackFromWithoutLoss(String method, int call) {
    pump(BYTES / 4);
    ModuleFactory atWork = other.atWork("tcp");
    begin(FaultyModule.factory(other.factory("tcp"), method, call, "bad newcomer"), 40);
    pump(BYTES / 2);
    boolean isAsked = method.equals("list");
    // a question that fails is the asker's failure, not a crash
    if (!isAsked) {
      assertThat(other.canary()).isNull();
      assertThat(other.crashes()).isEqualTo(1);
    }
    assertThat(other.atWork("tcp")).isSameAs(atWork);
    if (isAsked) {
      assertThat(other.endCanary()).isNull();
    }
    expectAllThere();
  }

  @ParameterizedTest
  @ValueSource(strings = {"beGuest", "open", "take"})
  void aNewcomerThatCannotOpenChangesNothing(String method) {
    pump(BYTES / 4);
    ModuleFactory atWork = other.atWork("tcp");
    ModuleFactory bad = FaultyModule.factory(other.factory("tcp"), method, 1, "bad newcomer");
    assertThat(other.beginCanary(bad, info -> true, 40)).contains("bad newcomer");
    assertThat(other.canary()).isNull();
    assertThat(other.atWork("tcp")).isSameAs(atWork);
    expectAllThere();
  }

  @Test
  void aNewcomerThatCannotSayItsStateAtOnceIsAskedAgain() {
    pump(BYTES / 4);
    ModuleFactory usual = other.factory("tcp");
    begin(FaultyModule.factory(usual, "export", 1, "cannot export"), 20);
    assertThat(other.endCanary()).as("it throws but once").isNull();
    assertThat(other.canary()).isNull();
    expectAllThere();
  }

  @Test
  void aNewcomerThatNeverSaysItsStateIsLeftWhereItIs() {
    pump(BYTES / 4);
    begin(mute(2), 20);
    // taking back is refused, and both go on
    assertThat(other.endCanary()).contains("cannot say a portion").contains("cannot export");
    assertThat(other.canary()).isNotNull();
    assertThat(other.endCanary()).as("it throws but so often").isNull();
    expectAllThere();
  }

  /** Says no portion the first time, and its whole state so many times not. */
  private ModuleFactory mute(int times) {
    ModuleFactory bad = other.factory("tcp");
    for (int i = 0; i < times; i++) {
      bad = FaultyModule.factory(bad, "export", 1, "cannot export");
    }
    return FaultyModule.factory(bad, "portion", 1, "cannot say a portion");
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "2, 0", "3, 5"})
  void whenItsBundleGoesAndItCannotSayItsStateTheVersionAtWorkGoesOn(int times, int lost) {
    pump(BYTES / 4);
    ModuleFactory atWork = other.atWork("tcp");
    begin(mute(times), 25);
    other.unplugCanary();
    assertThat(other.canary()).isNull();
    assertThat(other.atWork("tcp")).isSameAs(atWork);
    assertThat(slot().state()).isEqualTo(SlotStatus.RUNNING);
    if (times > 1) {
      assertThat(events()).anyMatch(text -> text.contains("goes on with state of"));
    }
    assertThat(events()).noneMatch(text -> text.contains(slot().bundle() + " left"));
    if (lost == 0) {
      expectAllThere();
      return;
    }
    network.advance(Duration.ofSeconds(30));
    assertThat(servers.stream().filter(s -> s.state() == TcpState.ESTABLISHED))
        .hasSize(CONNECTIONS - lost);
    assertThat(events()).noneMatch(text -> text.contains("crashed"));
  }

  @Test
  void whenItsBundleGoesAndItThrowsWhileItHandsOverTheVersionAtWorkGoesOnWithAll() {
    pump(BYTES / 4);
    ModuleFactory atWork = other.atWork("tcp");
    boolean[] isAsked = {false};
    ModuleFactory usual =
        FaultyModule.factory(other.factory("tcp"), "portion", 1, () -> isAsked[0] = true);
    ModuleFactory bad =
        FaultyModule.factory(
            usual,
            "flush",
            FaultyModule.EACH,
            () -> {
              if (isAsked[0]) {
                throw FaultyModule.defect("bad newcomer");
              }
            });
    begin(bad, 25);
    other.unplugCanary();
    assertThat(other.crashes()).isEqualTo(1);
    assertThat(other.canary()).isNull();
    assertThat(other.atWork("tcp")).isSameAs(atWork);
    expectAllThere();
  }

  @Test
  void whenTheVersionAtWorkGoesAndTheOtherCannotSayItsStateOnlyThatOnesConnectionsFail() {
    pump(BYTES / 4);
    ModuleFactory usual = other.factory("tcp");
    begin(FaultyModule.factory(usual, "export", 1, "cannot export"), 25);
    other.unplug("tcp");
    other.plug("tcp");
    network.advance(Duration.ofSeconds(30));
    assertThat(servers.stream().filter(s -> s.state() == TcpState.ESTABLISHED))
        .hasSize(CONNECTIONS - 5);
    assertThat(events()).anyMatch(text -> text.contains("could not export its connections"));
    assertThat(events()).noneMatch(text -> text.contains("crashed"));
  }

  /** The first module throws at a datagram and cannot say its state. */
  private ModuleFactory brokenAtWork(int call) {
    ModuleFactory mute = FaultyModule.factory(other.factory("tcp"), "export", 1, "cannot export");
    return FaultyModule.factory(mute, "onDatagram", call, "bad host");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whenTheVersionAtWorkCannotSayItsStateTheConnectionsOfTheOtherGoOn(boolean crashes)
      throws Exception {
    pump(BYTES / 4);
    ModuleFactory atWork = brokenAtWork(crashes ? 300 : Integer.MAX_VALUE);
    assertThat(other.swap(atWork)).isNull();
    begin(other.factory("tcp"), 25);
    if (crashes) {
      transfers.forEach(BulkTransfer::pump);
      network.advanceUntil(() -> other.canary() == null, Duration.ofMinutes(1));
      assertThat(other.crashes()).isEqualTo(1);
      assertThat(other.atWork("tcp")).isSameAs(atWork);
    } else {
      other.unplug("tcp");
      other.plug("tcp");
    }
    assertThat(other.canary()).isNull();
    assertThat(events()).anyMatch(text -> text.contains("could not export its connections"));
    List<Integer> left = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      if (servers.get(i).state() == TcpState.ESTABLISHED) {
        left.add(i);
      }
    }
    assertThat(left).hasSize(5);
    List<BulkTransfer> whole = new ArrayList<>();
    left.forEach(i -> whole.addAll(transfers.subList(2 * i, 2 * i + 2)));
    transfers.retainAll(whole);
    pump(BYTES);
    assertThat(whole).hasSize(10).allMatch(BulkTransfer::isDone);
    TcpSocket fresh = open();
    network.advance(Duration.ofSeconds(5));
    assertThat(fresh.state()).as("the listener goes on").isEqualTo(TcpState.ESTABLISHED);
    assertThat(other.connections(info -> info.state() == TcpState.ESTABLISHED)).hasSize(6);
    assertThat(other.packetBuffersOut()).isZero();
  }

  private SlotStatus slot() {
    return other.stack().lane().slots().stream()
        .filter(status -> status.slot().equals("tcp"))
        .findFirst()
        .orElseThrow();
  }

  private List<String> events() {
    return other.stack().lane().events().since(0).stream().map(Event::text).toList();
  }

  @Test
  void whatCanariesDoIsNotHeldAgainstTheVersionAtWork() {
    pump(BYTES / 8);
    // made for the swap, after a crash, after a crash: that one is bad
    ModuleFactory atWork = new BadOnce(other.factory("tcp"), 3, 100);
    assertThat(other.swap(atWork)).isNull();
    for (int crash = 1; crash <= 2; crash++) {
      begin(FaultyModule.factory(other.factory("tcp"), "onDatagram", 1, "bad newcomer"), 40);
      while (other.canary() != null) {
        transfers.forEach(BulkTransfer::pump);
        network.settle();
        assertThat(network.step()).as("a datagram comes").isTrue();
      }
      assertThat(other.crashes()).isEqualTo(crash);
      assertThat(slot().crashes()).isZero();
    }
    pump(BYTES);
    assertThat(other.crashes()).isEqualTo(3);
    assertThat(slot().crashes()).isEqualTo(1);
    expectAllThere();
  }

  @Test
  void whenTheModuleAtWorkCrashesAFreshOneGoesOnWithAll() {
    pump(BYTES / 4);
    ModuleFactory atWork = new BadOnce(other.factory("tcp"), 1, 300);
    assertThat(other.swap(atWork)).isNull();
    begin(other.factory("tcp"), 40);
    pump(BYTES / 2);
    assertThat(other.canary()).isNull();
    assertThat(other.crashes()).isEqualTo(1);
    assertThat(other.atWork("tcp")).isSameAs(atWork);
    expectAllThere();
  }

  /** One of the modules it makes throws at a datagram, those before and after it do not. */
  private static final class BadOnce extends WrappedFactory {
    private final int bad;
    private final int call;
    private int made;

    BadOnce(ModuleFactory usual, int bad, int call) {
      super(usual);
      this.bad = bad;
      this.call = call;
    }

    @Override
    public Module create(LaneContext context) {
      return ++made == bad
          ? FaultyModule.factory(usual, "onDatagram", call, "bad host").create(context)
          : usual.create(context);
    }
  }

  @Test
  void whatTheNewcomerClosesWaitsAtTheModuleAtWork() throws Exception {
    pump(BYTES);
    begin(other.factory("tcp"), 100);
    for (TcpSocket server : servers) {
      server.close();
    }
    network.advance(Duration.ofMillis(500));
    for (TcpSocket client : clients) {
      client.close();
    }
    network.advance(Duration.ofSeconds(5));
    List<TcpConnectionInfo> left = other.connections(info -> info.state() != TcpState.LISTEN);
    assertThat(left).hasSize(CONNECTIONS).allMatch(info -> info.state() == TcpState.TIME_WAIT);
    assertThat(other.canary().comparison().guest().connections()).isZero();
    assertThat(other.counter("Tcp.TimeWaits")).isEqualTo(CONNECTIONS);
    network.advance(Duration.ofMinutes(2));
    assertThat(other.connections(info -> info.state() != TcpState.LISTEN)).isEmpty();
    assertThat(other.endCanary()).isNull();
    assertThat(other.counter("Tcp.CurrEstab")).isZero();
    assertThat(other.counter("Tcp.Connections")).isZero();
    assertThat(other.stack().endpoints().sockets()).isEmpty();
    assertThat(other.crashes()).isZero();
  }

  @Test
  void newConnectionsAreTheOldModulesAndCountAgainstOneLimit() throws Exception {
    other.set(TcpSettings.PID, "maxConnections", CONNECTIONS + 2);
    begin(other.factory("tcp"), 100);
    clients.add(open());
    clients.add(open());
    network.advance(Duration.ofSeconds(2));
    assertThat(other.canary().comparison().host().connections()).isEqualTo(2);
    assertThat(other.counter("TcpExt.TCPConnectionLimit")).isZero();
    clients.add(open());
    network.advance(Duration.ofSeconds(2));
    assertThat(other.counter("TcpExt.TCPConnectionLimit")).isPositive();
    servers.get(0).abort();
    network.advance(Duration.ofSeconds(20));
    assertThat(clients.get(CONNECTIONS + 2).state())
        .as("one that the newcomer had is over")
        .isEqualTo(TcpState.ESTABLISHED);
  }

  @Test
  void newParametersReachBoth() {
    begin(other.factory("tcp"), 50);
    other.set(TcpSettings.PID, "congestionControl", "newreno");
    for (TcpConnectionInfo info : other.connections(i -> i.state() == TcpState.ESTABLISHED)) {
      assertThat(other.tcpControl().info(info.id()).details())
          .containsEntry("congestionControl", "newreno");
    }
    expectAllThere();
  }

  @Test
  void anOperatorsKillFindsItsConnection() {
    begin(other.factory("tcp"), 50);
    for (TcpConnectionInfo info : other.connections(i -> i.state() == TcpState.ESTABLISHED)) {
      assertThat(other.tcpControl().why(info.id())).isNotNull();
      other.stack().lane().post((Runnable) () -> other.tcpControl().kill(info.id(), true));
    }
    network.advance(Duration.ofSeconds(3));
    assertThat(other.connections(i -> i.state() != TcpState.LISTEN)).isEmpty();
    assertThat(other.crashes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsSavedWhileItRunsGoesOnInOneModule(boolean saved, @TempDir Path folder)
      throws Exception {
    pump(BYTES / 4);
    begin(other.factory("tcp"), 50);
    pump(BYTES / 2);
    if (saved) {
      List<String> before = told(other);
      Path file = folder.resolve("kept");
      other.save(file);
      StackHarness again =
          StackHarness.builder()
              .name("stack2")
              .seed(99)
              .addresses("10.0.0.2/24")
              .kept(file)
              .build();
      assertThat(told(again)).hasSize(CONNECTIONS).isEqualTo(before);
      return;
    }
    // the module at work goes: the newcomer stands by, and takes all
    other.replace("tcp");
    expectAllThere();
  }

  private static List<String> told(StackHarness stack) {
    return stack.connections(info -> info.state() == TcpState.ESTABLISHED).stream()
        .map(
            info ->
                info.id()
                    + " "
                    + info.remote()
                    + " "
                    + info.receiveQueue()
                    + " "
                    + info.sendQueue()
                    + " "
                    + info.timer())
        .sorted()
        .toList();
  }
}
