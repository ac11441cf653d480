package io.karavel.scripts.swapped;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.engine.ModuleFactory;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.BulkTransfer;
import io.karavel.testkit.FaultyModule;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.VirtualNetwork;
import io.karavel.testkit.successors.BadSuccessors;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Successors that fail, each put in place of a module while bytes stream both ways: it is refused
 * by the rehearsal, or its predecessor goes on, and no byte is lost.
 */
class BadSuccessorsTest {
  private static final int BYTES = 3_000_000;

  private final VirtualNetwork network = new VirtualNetwork();
  private final StackHarness one = stack(1);
  private final StackHarness other = stack(2);

  private StackHarness stack(int number) {
    return network.builder("stack" + number).addresses("10.0.0." + number + "/24").build();
  }

  /** How a bad successor is made from a good one. */
  private record Defect(String slot, String name, UnaryOperator<ModuleFactory> maker) {
    @Override
    public String toString() {
      return slot + " " + name;
    }
  }

  private static Defect defect(String slot, String name, UnaryOperator<ModuleFactory> maker) {
    return new Defect(slot, name, maker);
  }

  static List<Defect> refused() {
    List<Defect> defects = new ArrayList<>();
    for (String slot : List.of("tcp", "ip", "timer", "keepalive")) {
      defects.add(defect(slot, "throws on create", BadSuccessors::throwsOnCreate));
      defects.add(
          defect(slot, "throws on open", usual -> FaultyModule.factory(usual, "open", 1, "bad")));
      defects.add(
          defect(
              slot, "throws on export", usual -> FaultyModule.factory(usual, "export", 1, "bad")));
      defects.add(defect(slot, "reads later state only", BadSuccessors::readsLaterStateOnly));
    }
    for (String slot : List.of("tcp", "ip")) {
      defects.add(defect(slot, "forgets its state", BadSuccessors::forgets));
    }
    return defects;
  }

  static List<Defect> rolledBack() {
    return List.of(
        defect("tcp", "throws on the 1st segment", throwing("onDatagram", 1)),
        defect("tcp", "throws on the 1000th segment", throwing("onDatagram", 1000)),
        defect("tcp", "throws on a wish", throwing("onAttention", 3)),
        defect("tcp", "throws on the 50th flush", throwing("flush", 50)),
        defect("tcp", "throws after 2 s", BadSuccessors::throwsAfterTwoSeconds),
        defect("ip", "throws on the 1st frame", throwing("onFrame", 1)),
        defect("ip", "throws on the 500th frame", throwing("onFrame", 500)),
        defect("ip", "throws on sending", throwing("send", 20)),
        defect("timer", "throws when asked what is due", throwing("pollDue", 5)),
        defect("timer", "throws on insert", throwing("insert", 7)),
        defect("keepalive", "throws when asked for its revision", throwing("revision", 2)));
  }

  private static UnaryOperator<ModuleFactory> throwing(String method, int call) {
    return usual -> BadSuccessors.throwing(usual, method, call);
  }

  @ParameterizedTest
  @MethodSource("refused")
  void itIsRefusedBeforeAnythingStops(Defect defect) throws Exception {
    stream(
        defect,
        problem -> {
          assertThat(problem).isNotNull();
          assertThat(one.crashes()).isZero();
        });
  }

  @ParameterizedTest
  @MethodSource("rolledBack")
  void itMakesWayForItsPredecessor(Defect defect) throws Exception {
    stream(defect, problem -> assertThat(problem).isNull());
    assertThat(one.crashes()).as("the defect showed").isEqualTo(1);
  }

  /** Streams both ways and puts the bad successor in a quarter of the way through. */
  private void stream(Defect defect, java.util.function.Consumer<String> judge) throws Exception {
    network.connect(
        one, other, ImpairmentSettings.NONE.withDelay(2_000_000, 100_000).withLoss(1).withSeed(5));
    TcpListener listener = other.tcp().listen(IpEndpoint.parse("*:80"), 3);
    TcpSocket client = one.tcp().connect(IpEndpoint.of("10.0.0.2", 80));
    TcpSocket idle = one.tcp().connect(IpEndpoint.of("10.0.0.2", 80));
    network.advance(Duration.ofSeconds(2));
    TcpSocket server = listener.accept();
    TcpSocket idleServer = listener.accept();
    if (server.remote().port() != client.local().port()) {
      TcpSocket swapped = server;
      server = idleServer;
      idleServer = swapped;
    }
    BulkTransfer there = new BulkTransfer(client, server, BYTES, 1, false);
    BulkTransfer back = new BulkTransfer(server, client, BYTES, 2, false);
    pump(there, back, BYTES / 4);
    ModuleFactory good = one.atWork(defect.slot());
    judge.accept(one.swapWatched(defect.maker().apply(one.factory(defect.slot()))));
    pump(there, back, BYTES);
    assertThat(there.isDone() && back.isDone()).as(there + ", " + back).isTrue();
    // a word now and then: what is quiet shows no defect
    for (int second = 0; second < 3; second++) {
      network.advance(Duration.ofSeconds(1));
      idle.write(ByteBuffer.wrap(new byte[10]));
    }
    network.advance(Duration.ofSeconds(1));
    assertThat(one.atWork(defect.slot())).as("who is at work").isSameAs(good);
    assertThat(client.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(idle.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(idleServer.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(one.counter("Tcp.EstabResets") + other.counter("Tcp.EstabResets")).isZero();
  }

  private void pump(BulkTransfer there, BulkTransfer back, long bytes) {
    network.advanceUntil(
        () -> {
          there.pump();
          back.pump();
          return there.readBytes() >= bytes && back.readBytes() >= bytes;
        },
        Duration.ofMinutes(10));
  }

  @Test
  void aGoodSuccessorPassesTheRehearsalAndStays() throws Exception {
    for (String slot : List.of("tcp", "ip", "timer", "keepalive")) {
      ModuleFactory good = one.factory(slot);
      assertThat(one.swapWatched(good)).as(slot).isNull();
      assertThat(one.atWork(slot)).isSameAs(good);
    }
  }
}
