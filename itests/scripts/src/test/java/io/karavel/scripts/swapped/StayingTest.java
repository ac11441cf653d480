package io.karavel.scripts.swapped;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.engine.EngineSettings;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.engine.internal.lane.SlotStatus;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.testkit.BulkTransfer;
import io.karavel.testkit.FaultyModule;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.VirtualNetwork;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The bundle of TCP stops while bytes stream: its module stays at work until a successor has taken
 * over, for a limited time, and whatever goes wrong meanwhile, no connection is lost.
 */
class StayingTest {
  /** More than go in one portion. */
  private static final int CONNECTIONS = 200;

  private static final int BYTES = 20_000;
  private static final int STAY_MILLIS = EngineSettings.STAY_MILLIS.defaultValue().intValue();

  private final VirtualNetwork network = new VirtualNetwork();
  private final StackHarness one = network.builder("stack1").addresses("10.0.0.1/24").build();
  private final StackHarness other = network.builder("stack2").addresses("10.0.0.2/24").build();
  private final List<TcpSocket> clients = new ArrayList<>();
  private final List<BulkTransfer> transfers = new ArrayList<>();

  @BeforeEach
  void connect() throws Exception {
    network.connect(one, other, ImpairmentSettings.NONE.withDelay(2_000_000, 100_000));
    TcpListener listener = other.tcp().listen(IpEndpoint.parse("*:80"), CONNECTIONS);
    for (int i = 0; i < CONNECTIONS; i++) {
      TcpSocket client = one.tcp().connect(IpEndpoint.of("10.0.0.2", 80));
      network.advance(Duration.ofMillis(10));
      clients.add(client);
      TcpSocket server = listener.accept();
      transfers.add(new BulkTransfer(client, server, BYTES, i, false));
      transfers.add(new BulkTransfer(server, client, BYTES, CONNECTIONS + i, false));
    }
  }

  private void events(int count) {
    for (int i = 0; i < count; i++) {
      transfers.forEach(BulkTransfer::pump);
      network.settle();
      network.step();
    }
  }

  private void expectAllThere() {
    long end = network.clock().nanoTime() + Duration.ofMinutes(10).toNanos();
    do {
      transfers.forEach(BulkTransfer::pump);
      network.settle();
    } while (transfers.stream().anyMatch(transfer -> !transfer.isDone())
        && network.nextEventNanos() < end
        && network.step());
    assertThat(transfers).allMatch(BulkTransfer::isDone);
    assertThat(clients).allMatch(socket -> socket.state() == TcpState.ESTABLISHED);
    assertThat(other.counter("Tcp.CurrEstab")).isEqualTo(clients.size());
    assertThat(other.counter("Tcp.Connections")).isEqualTo(clients.size());
    for (String counter : List.of("Tcp.EstabResets", "Tcp.OutRsts")) {
      assertThat(one.counter(counter) + other.counter(counter)).as(counter).isZero();
    }
    assertThat(other.counter("Lane.ParkedFrames")).isEqualTo(other.counter("Lane.DrainedFrames"));
  }

  private SlotStatus slot() {
    return slot("tcp");
  }

  private SlotStatus slot(String name) {
    return other.stack().lane().slots().stream()
        .filter(status -> status.slot().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void ipStaysTooAndNoPacketWaits() {
    events(10);
    ModuleFactory former = other.atWork("ip");
    other.unplug("ip", true);
    assertThat(slot("ip").state()).isEqualTo(SlotStatus.LEAVING);
    assertThat(other.atWork("ip")).isSameAs(former);
    events(10);
    other.plug("ip");
    assertThat(other.atWork("ip")).isNotNull().isNotSameAs(former);
    assertThat(slot("ip").state()).isEqualTo(SlotStatus.RUNNING);
    assertThat(other.stack().lane().swaps().previous("ip"))
        .as("no way back to what is gone")
        .isNull();
    expectAllThere();
    assertThat(other.counter("Lane.ParkedFrames")).isZero();
    assertThat(other.counter("Tcp.RetransSegs") + one.counter("Tcp.RetransSegs")).isZero();
  }

  @Test
  void ofIpToWhichNobodyComesWhatArrivesIsParked() throws Exception {
    expectAllThere();
    other.unplug("ip", true);
    network.advance(Duration.ofMillis(STAY_MILLIS + 10));
    assertThat(slot("ip").state()).isEqualTo(SlotStatus.PARKED);
    clients.get(0).write(ByteBuffer.allocate(10));
    network.advance(Duration.ofMillis(50));
    assertThat(other.counter("Lane.ParkedFrames")).isPositive();
    other.plug("ip");
    network.advance(Duration.ofSeconds(2));
    assertThat(other.counter("Lane.DrainedFrames")).isEqualTo(other.counter("Lane.ParkedFrames"));
    assertThat(other.counter("Tcp.CurrEstab")).isEqualTo(clients.size());
    assertThat(((StackSocket) clients.get(0)).sendRing().available()).as("unacknowledged").isZero();
  }

  @Test
  void nothingIsParkedAndTheSuccessorTakesOverInPortions() {
    events(10);
    ModuleFactory former = other.atWork("tcp");
    other.unplug("tcp", true);
    assertThat(slot().state()).isEqualTo(SlotStatus.LEAVING);
    assertThat(other.atWork("tcp")).isSameAs(former);
    events(10);
    other.plug("tcp");
    assertThat(other.atWork("tcp")).isNotNull().isNotSameAs(former);
    assertThat(slot().state()).isEqualTo(SlotStatus.RUNNING);
    assertThat(other.counter("Lane.ModulesPlugged")).isGreaterThan(1);
    assertThat(other.stack().lane().swaps().previous("tcp"))
        .as("no way back to what is gone")
        .isNull();
    expectAllThere();
    assertThat(other.counter("Lane.ParkedFrames")).isZero();
    assertThat(other.counter("Tcp.RetransSegs") + one.counter("Tcp.RetransSegs")).isZero();
    assertThat(other.crashes()).isZero();
  }

  @Test
  void aStandByTakesOverAtOnce() {
    ModuleSource former = other.stack().lane().modules().atWork("tcp");
    other.plug("tcp");
    assertThat(other.stack().lane().modules().atWork("tcp")).isSameAs(former);
    other.stack().leave(former, true);
    other.settle();
    assertThat(other.stack().lane().modules().atWork("tcp")).isNotNull().isNotSameAs(former);
    expectAllThere();
    assertThat(other.counter("Lane.ParkedFrames")).isZero();
  }

  @Test
  void whoeverComesSecondStandsBy() {
    other.unplug("tcp", true);
    ModuleFactory first = other.factory("tcp");
    ModuleFactory second = other.factory("tcp");
    other.plug(first).plug(second).settle();
    assertThat(other.atWork("tcp")).isSameAs(first);
    expectAllThere();
  }

  @Test
  void aSuccessorThatLeavesAgainBeforeItsTurnIsNotOpened() {
    ModuleFactory former = other.atWork("tcp");
    other.unplug("tcp", true);
    ModuleSource brief = other.stack().arrive(other.factory("tcp"));
    other.stack().leave(brief, true);
    other.settle();
    assertThat(other.atWork("tcp")).isSameAs(former);
    other.plug("tcp");
    assertThat(other.atWork("tcp")).isNotSameAs(former).isNotSameAs(brief.factory());
    expectAllThere();
  }

  @Test
  void aSuccessorThatLeavesInTheMiddleTakesAllAndStaysForTheNextOne() {
    other.unplug("tcp", true);
    ModuleSource brief = other.stack().arrive(other.factory("tcp"));
    for (int turn = 0; turn < 3; turn++) {
      other.stack().lane().turn();
    }
    assertThat(other.canary()).as("both are at work").isNotNull();
    other.stack().leave(brief, true);
    other.settle();
    assertThat(other.stack().lane().modules().atWork("tcp")).isSameAs(brief);
    assertThat(slot().state()).isEqualTo(SlotStatus.LEAVING);
    other.plug("tcp");
    assertThat(other.stack().lane().modules().atWork("tcp")).isNotNull().isNotSameAs(brief);
    assertThat(slot().state()).isEqualTo(SlotStatus.RUNNING);
    expectAllThere();
    assertThat(other.counter("Lane.ParkedFrames")).isZero();
  }

  @Test
  void whenNobodyComesInTimeAllIsParked() throws Exception {
    events(10);
    other.unplug("tcp", true);
    network.advance(Duration.ofMillis(STAY_MILLIS - 1));
    assertThat(slot().state()).isEqualTo(SlotStatus.LEAVING);
    network.advance(Duration.ofMillis(1));
    assertThat(slot().state()).isEqualTo(SlotStatus.PARKED);
    assertThat(other.atWork("tcp")).isNull();
    clients.add(one.tcp().connect(IpEndpoint.of("10.0.0.2", 80)));
    network.advance(Duration.ofMillis(100));
    assertThat(other.counter("Lane.ParkedFrames")).isPositive();
    other.plug("tcp");
    network.advance(Duration.ofMillis(100));
    expectAllThere();
  }

  @Test
  void stayMillisTakesEffectLive() {
    other.set(EngineSettings.PID, "stayMillis", 0);
    other.unplug("tcp", true);
    assertThat(slot().state()).isEqualTo(SlotStatus.PARKED);
    other.plug("tcp");
    other.set(EngineSettings.PID, "stayMillis", 60_000);
    other.unplug("tcp", true);
    network.advance(Duration.ofSeconds(10));
    assertThat(slot().state()).isEqualTo(SlotStatus.LEAVING);
    other.set(EngineSettings.PID, "stayMillis", 10_020);
    network.advance(Duration.ofMillis(20));
    assertThat(slot().state()).isEqualTo(SlotStatus.PARKED);
    other.plug("tcp");
    expectAllThere();
  }

  @ParameterizedTest
  @CsvSource({"onDatagram, 5", "flush, 3", "portion, 1", "portion, 2", "release, 1", "export, 1"})
  void itCrashesWhileItStays(String method, int call) {
    ModuleFactory bad = FaultyModule.factory(other.factory("tcp"), method, call, "too late");
    assertThat(other.swap(bad)).isNull();
    events(1);
    int before = (int) other.crashes();
    other.unplug("tcp", true);
    events(100);
    other.plug("tcp");
    assertThat(other.atWork("tcp")).isNotNull().isNotSameAs(bad);
    assertThat(slot().state()).isEqualTo(SlotStatus.RUNNING);
    expectAllThere();
    assertThat(other.crashes() - before).isLessThanOrEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"open, 1", "take, 1", "take, 2", "takeRest, 1", "onDatagram, 5", "flush, 2"})
  void theSuccessorThrowsWhileItTakesOver(String method, int call) {
    events(10);
    other.unplug("tcp", true);
    other.plug(FaultyModule.factory(other.factory("tcp"), method, call, "a bad start"));
    events(200);
    network.advance(Duration.ofMillis(2L * STAY_MILLIS));
    if (other.atWork("tcp") == null) {
      // it was not tried again: the next one finds everything
      other.plug("tcp");
    }
    assertThat(slot().state()).isEqualTo(SlotStatus.RUNNING);
    expectAllThere();
  }
}
