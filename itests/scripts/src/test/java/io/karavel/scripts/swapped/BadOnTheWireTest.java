package io.karavel.scripts.swapped;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.control.ControlSettings;
import io.karavel.control.internal.modules.CanaryExchange;
import io.karavel.control.internal.modules.Exchange;
import io.karavel.control.internal.modules.SlotExchange;
import io.karavel.control.internal.modules.Watch;
import io.karavel.control.spi.ModuleSlots;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.engine.internal.stack.RunningAppliance;
import io.karavel.engine.internal.stack.SlotSwaps;
import io.karavel.engine.internal.stack.Stack;
import io.karavel.engine.internal.stack.StackRegistry;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.BulkTransfer;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.VirtualNetwork;
import io.karavel.testkit.successors.TamperedTcp;
import io.karavel.testkit.successors.Tampers;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.Bundle;

/**
 * Successors of TCP that throw nothing, pass the rehearsal and misbehave on the wire alone: the
 * watch of {@code net:module-swap} finds out, the predecessor comes back, and whatever streams
 * arrives to the byte.
 */
class BadOnTheWireTest {
  private static final int BYTES = 12_000_000;
  private static final int STREAM = 80;
  private static final int CLOSING = 81;
  private static final int TALK = 82;
  private static final int SHUT = 83;
  private static final int QUIET = 87;
  private static final long OLD = -1;
  private static final long CANDIDATE = 77;

  private final VirtualNetwork network = new VirtualNetwork();
  private final StackHarness one = stack(1, "main");
  private final StackHarness other = stack(2, "other");
  private final StackRegistry registry = new StackRegistry(name -> one.stack(), new NoObserver());
  private final ModuleSlots slots = new SlotSwaps(registry);
  private final RunningAppliance appliance = new RunningAppliance(registry, network.clock());
  private final List<TcpSocket> closing = new ArrayList<>();
  private ControlSettings settings = ControlSettings.defaults();
  private TcpListener closingListener;
  private BulkTransfer there;
  private BulkTransfer back;
  private TcpSocket talker;
  private TcpSocket talked;
  private TcpSocket shut;
  private TcpSocket neverReads;
  private long steps;

  /** How long the exchange takes. */
  private Duration pause = Duration.ZERO;

  private StackHarness stack(int number, String name) {
    return network.builder(name).addresses("10.0.0." + number + "/24").build();
  }

  private static final class NoObserver implements StackRegistry.Observer {
    @Override
    public void opened(Stack stack) {}

    @Override
    public void closing(Stack stack) {}
  }

  /** What is wrong with a successor, and what the watch is to say. */
  private record Defect(String name, String said, Supplier<TamperedTcp.Tampering> tampering) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Defect> defects() {
    return List.of(
        new Defect(
            "acknowledges too much in CLOSING",
            "acknowledges what has not arrived",
            Tampers::closingAcknowledgesTooMuch),
        new Defect(
            "acknowledges too little in CLOSING",
            "does not acknowledge what has arrived",
            Tampers::closingAcknowledgesTooLittle),
        new Defect(
            "takes acknowledgements back",
            "takes acknowledgements back",
            Tampers::takesAcknowledgementsBack),
        new Defect(
            "acknowledges a hole", "acknowledges what has not arrived", Tampers::acknowledgesAHole),
        new Defect(
            "loses the retransmission timer",
            "does not send again",
            () -> Tampers.neverSendsAgain(STREAM)),
        new Defect("loses all its timers", "does not", Tampers::losesItsTimers),
        new Defect("loses the persist timer", "does not probe", () -> Tampers.neverProbes(SHUT)),
        new Defect(
            "drops a byte at the ring's wrap",
            "other bytes than the application wrote",
            Tampers::dropsAByteAtTheWrap),
        new Defect(
            "sends other bytes again",
            "other bytes than the application wrote",
            Tampers::sendsOtherBytesAgain),
        new Defect("sends a byte too many", "nobody wrote", Tampers::sendsAByteTooMany),
        new Defect(
            "skips a sequence number",
            "other bytes than the application wrote",
            Tampers::skipsASequenceNumber),
        new Defect("has wrong checksums", "wrong checksum", Tampers::hasWrongChecksums),
        new Defect("resets connections", "were reset", () -> Tampers.resets(CLOSING)),
        new Defect("is deaf to a connection", "does not", () -> Tampers.isDeafTo(TALK)),
        new Defect("repeats everything", "were sent again", Tampers::repeatsEverything));
  }

  @BeforeEach
  void connect() throws Exception {
    registry.start();
    network.connect(
        one,
        other,
        ImpairmentSettings.NONE
            .withDelay(2_000_000, 100_000)
            .withLoss(1)
            .withRate(6_000_000, 200)
            .withSeed(5));
    TcpListener listener = other.tcp().listen(IpEndpoint.parse("*:" + STREAM), 3);
    TcpSocket client = one.tcp().connect(IpEndpoint.of("10.0.0.2", STREAM));
    closingListener = one.tcp().listen(IpEndpoint.parse("*:" + CLOSING), 100);
    talked = accepted(other, TALK);
    talker = peerOfLast;
    neverReads = accepted(other, SHUT);
    shut = peerOfLast;
    network.advance(Duration.ofSeconds(3));
    TcpSocket server = listener.accept();
    there = new BulkTransfer(client, server, BYTES, 1, false);
    back = new BulkTransfer(server, client, BYTES, 2, false);
    network.afterEachEvent(there::pump);
    network.afterEachEvent(back::pump);
    steps(20);
  }

  private TcpSocket peerOfLast;

  /** What an application does beside all others. */
  private interface Doing {
    void go() throws TcpException;
  }

  private Doing aside = () -> {};

  private TcpSocket accepted(StackHarness host, int port) throws TcpException {
    TcpListener listener = host.tcp().listen(IpEndpoint.parse("*:" + port), 3);
    peerOfLast = one.tcp().connect(IpEndpoint.of("10.0.0.2", port));
    network.advanceUntil(() -> listener.acceptQueue() > 0, Duration.ofMinutes(1));
    return listener.accept();
  }

  private void steps(int count) throws TcpException {
    for (int i = 0; i < count; i++) {
      step();
    }
  }

  /** 50 ms with their traffic. */
  private void step() throws TcpException {
    steps++;
    if (steps % 4 == 0) {
      talker.write(ByteBuffer.wrap(new byte[100]));
      talked.write(ByteBuffer.wrap(new byte[100]));
    }
    aside.go();
    if (steps % 8 == 0) {
      closing.add(other.tcp().connect(IpEndpoint.of("10.0.0.1", CLOSING)));
    }
    ByteBuffer sink = ByteBuffer.allocate(1000);
    talker.read(sink);
    talked.read(sink.clear());
    network.advance(Duration.ofMillis(25));
    for (TcpSocket accepted = closingListener.accept();
        accepted != null;
        accepted = closingListener.accept()) {
      // both ends in one moment: CLOSING
      for (TcpSocket client : closing) {
        if (client.local() != null && client.local().equals(accepted.remote())) {
          client.close();
        }
      }
      accepted.close();
    }
    network.advance(Duration.ofMillis(25));
  }

  private static Bundle bundle(long id) {
    return (Bundle)
        Proxy.newProxyInstance(
            Bundle.class.getClassLoader(),
            new Class<?>[] {Bundle.class},
            (proxy, method, arguments) -> method.getName().equals("getBundleId") ? id : null);
  }

  private final class VirtualPace implements Watch.Pace {
    @Override
    public long nanoTime() {
      return network.clock().nanoTime();
    }

    @Override
    public void sleep(long millis) {
      try {
        if (!pause.isZero()) {
          pause = Duration.ZERO;
          one.plug("ip");
        }
        step();
      } catch (TcpException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** What {@code net:module-swap --watch 30s} does, but for bundles and features. */
  private String swap(ModuleFactory candidate) throws Exception {
    return exchange(candidate, false);
  }

  private String exchange(ModuleFactory candidate, boolean asCanary) throws Exception {
    registry.arrive(new ModuleSource(candidate, "tcp", "9.9.9", 0, 2, CANDIDATE));
    VirtualPace pace = new VirtualPace();
    SlotExchange whole =
        new SlotExchange(
            slots, bundle(OLD), bundle(CANDIDATE), () -> settings, line -> {}, pace::nanoTime);
    Exchange exchange =
        asCanary ? new CanaryExchange(slots, whole, CANDIDATE, info -> true, 100) : whole;
    try (ModuleSlots.Wire wire = slots.watchWire()) {
      // until the peer's window is shut: it never reads
      shut.write(ByteBuffer.wrap(new byte[1_000_000]));
      steps(40);
      // not the drill, which would refuse most of them
      assertThat(slots.rehearse(CANDIDATE)).isEmpty();
      Watch watch = new Watch(appliance, exchange, wire, () -> settings, pace);
      if (!pause.isZero()) {
        // nothing is sent nor received, and the first look comes before what is overdue is done
        one.unplug("ip");
        network.advance(pause);
      }
      exchange.go();
      String problem = watch.look(() -> 30, () -> false);
      if (problem == null) {
        exchange.confirm();
      } else {
        assertThat(exchange.back()).isNull();
      }
      return problem;
    }
  }

  @ParameterizedTest
  @MethodSource("defects")
  void itIsFoundOutAndItsPredecessorGoesOnWithoutLoss(Defect defect) throws Exception {
    settings = ControlSettings.parse(Map.of("watchResets", 3));
    ModuleFactory good = one.atWork("tcp");
    String problem = swap(new TamperedTcp(one.factory("tcp"), defect.tampering()));
    assertThat(problem).contains(defect.said());
    assertThat(one.atWork("tcp")).isSameAs(good);
    finish();
  }

  static List<Defect> defectsOfLastingConnections() {
    // what is opened meanwhile is the old module's
    return defects().stream()
        .filter(defect -> !defect.name().contains("CLOSING") && !defect.name().contains("resets"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("defectsOfLastingConnections")
  void asACanaryItIsFoundOutToo(Defect defect) throws Exception {
    settings = ControlSettings.parse(Map.of("watchResets", 3));
    ModuleFactory good = one.atWork("tcp");
    String problem = exchange(new TamperedTcp(one.factory("tcp"), defect.tampering()), true);
    assertThat(problem).contains(defect.said());
    assertThat(one.atWork("tcp")).isSameAs(good);
    assertThat(slots.canaries()).isEmpty();
    finish();
  }

  @Test
  void nothingIsSaidOfAGoodCanaryOnTheSameWires() throws Exception {
    ModuleFactory good = one.atWork("tcp");
    assertThat(exchange(one.factory("tcp"), true)).isNull();
    assertThat(one.atWork("tcp")).isSameAs(good);
    assertThat(slots.canaries()).hasSize(1);
    assertThat(slots.endCanary(CANDIDATE).problem()).isNull();
    finish();
  }

  @Test
  void nothingIsSaidOfAGoodSuccessorOnTheSameWires() throws Exception {
    ModuleFactory successor = one.factory("tcp");
    assertThat(swap(successor)).isNull();
    assertThat(one.atWork("tcp")).isSameAs(successor);
    finish();
  }

  @Test
  void aLongPauseIsNotHeldAgainstASuccessor() throws Exception {
    pause = Duration.ofSeconds(3);
    ModuleFactory successor = one.factory("tcp");
    assertThat(swap(successor)).isNull();
    assertThat(one.atWork("tcp")).isSameAs(successor);
    finish();
  }

  @Test
  void ofAConnectionThatWasSilentBeforeTheSwapItIsKnownWhereItStands() throws Exception {
    TcpSocket far = accepted(other, QUIET);
    TcpSocket near = peerOfLast;
    ModuleFactory good = one.atWork("tcp");
    int[] written = {0};
    aside =
        () -> {
          if (one.atWork("tcp") != good) {
            far.write(ByteBuffer.wrap(new byte[100]));
            written[0] += 100;
          }
        };
    String problem =
        swap(new TamperedTcp(one.factory("tcp"), () -> Tampers.acknowledgesTooMuchTo(QUIET)));
    assertThat(problem).contains("acknowledges what has not arrived");
    assertThat(one.atWork("tcp")).isSameAs(good);
    finish();
    ByteBuffer all = ByteBuffer.allocate(100_000);
    near.read(all);
    assertThat(all.position()).isEqualTo(written[0]).isPositive();
  }

  @Test
  void ofAConnectionThatWasSilentBeforeTheSwapItIsKnownWhatWasWritten() throws Exception {
    TcpSocket far = accepted(other, QUIET);
    TcpSocket near = peerOfLast;
    ModuleFactory good = one.atWork("tcp");
    ByteBuffer written = ByteBuffer.allocate(100_000);
    aside =
        () -> {
          if (one.atWork("tcp") != good) {
            byte[] piece = new byte[100];
            Arrays.fill(piece, (byte) steps);
            near.write(ByteBuffer.wrap(piece));
            written.put(piece);
          }
        };
    String problem =
        swap(new TamperedTcp(one.factory("tcp"), () -> Tampers.sendsOtherBytesTo(QUIET)));
    assertThat(problem).contains("other bytes than the application wrote");
    assertThat(one.atWork("tcp")).isSameAs(good);
    finish();
    ByteBuffer all = ByteBuffer.allocate(100_000);
    far.read(all);
    assertThat(all.position()).isPositive();
    assertThat(all.flip()).isEqualTo(written.flip());
  }

  private void finish() throws TcpException {
    network.advanceUntil(() -> there.isDone() && back.isDone(), Duration.ofMinutes(10));
    assertThat(there.isDone() && back.isDone()).as(there + ", " + back).isTrue();
    for (TcpSocket socket : List.of(talker, talked, shut, neverReads)) {
      assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
    }
    drain(talker, talked);
    drain(talked, talker);
    ByteBuffer rest = ByteBuffer.allocate(2_000_000);
    while (neverReads.read(rest) > 0) {
      network.advance(Duration.ofSeconds(3));
    }
    assertThat(rest.position()).as("behind the shut window").isGreaterThan(60_000);
    network.advance(Duration.ofMinutes(5));
    assertThat(one.crashes()).isZero();
    assertThat(one.packetBuffersOut()).isZero();
  }

  private void drain(TcpSocket from, TcpSocket to) throws TcpException {
    network.advance(Duration.ofSeconds(20));
    ByteBuffer sink = ByteBuffer.allocate(100_000);
    to.read(sink);
    from.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    network.advance(Duration.ofSeconds(5));
    assertThat(to.read(sink.clear())).isEqualTo(3);
  }
}
