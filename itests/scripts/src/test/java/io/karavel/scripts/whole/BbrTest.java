package io.karavel.scripts.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.address.IpEndpoint;
import io.karavel.congestion.bbr.internal.BbrFactory;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.testkit.BulkTransfer;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.VirtualCable;
import io.karavel.testkit.VirtualNetwork;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * BBR on simulated paths: its states, what it converges to, losses, its bundle's coming and going.
 */
class BbrTest {
  private static final long NEVER_ENDING = 1L << 40;
  private static final int BDP_QUEUE = 1000;

  /** A transfer over a bottleneck one way. */
  private static final class Path {
    final VirtualNetwork network = new VirtualNetwork();
    final BbrFactory bbr = new BbrFactory();
    final StackHarness client;
    final VirtualCable cable;
    final TcpSocket socket;
    final BulkTransfer transfer;
    final long bitsPerSecond;

    Path(String congestionControl, long bitsPerSecond, long rttMillis, int queue)
        throws TcpException {
      this.bitsPerSecond = bitsPerSecond;
      client =
          network
              .builder("one")
              .tcp("congestionControl", congestionControl)
              .tcp("sendBufferMax", 16_000_000)
              .addresses("10.0.0.1/24")
              .build();
      client.arrive(bbr);
      StackHarness server =
          network
              .builder("other")
              .tcp("receiveBufferInitial", 6_291_456)
              .addresses("10.0.0.2/24")
              .build();
      ImpairmentSettings delay = ImpairmentSettings.NONE.withDelay(rttMillis * 500_000, 0);
      cable = network.connect(client, server, delay);
      cable.settings(0, delay.withRate(bitsPerSecond, queue));
      TcpListener listener = server.tcp().listen(IpEndpoint.of("10.0.0.2", 80), 1);
      socket = client.tcp().connect(IpEndpoint.of("10.0.0.2", 80));
      assertThat(network.advanceUntil(() -> listener.acceptQueue() > 0, Duration.ofSeconds(10)))
          .isTrue();
      transfer = new BulkTransfer(socket, listener.accept(), NEVER_ENDING, 1, false);
      network.afterEachEvent(transfer::pump);
      transfer.pump();
    }

    Map<String, Object> details() {
      return client.tcpControl().info(((StackSocket) socket).id()).details();
    }

    /** Bytes that a rate delivers in the bare round trip that BBR has measured. */
    double product() {
      return (Long) detail("bbr.bandwidth") * ((Long) detail("bbr.minRttMicros") / 1e6);
    }

    void change(String congestionControl) {
      client.set(TcpSettings.PID, "congestionControl", congestionControl);
      assertThat(detail("congestionControl")).isEqualTo(congestionControl);
    }

    Object detail(String key) {
      return details().get(key);
    }

    /** The states seen within so many milliseconds, in the order of their first appearance. */
    Set<Object> states(int millis) {
      Set<Object> states = new LinkedHashSet<>();
      for (int i = 0; i < millis; i++) {
        network.advance(Duration.ofMillis(1));
        states.add(detail("bbr.state"));
      }
      return states;
    }

    double utilisation(int seconds) {
      long before = transfer.readBytes();
      network.advance(Duration.ofSeconds(seconds));
      return (transfer.readBytes() - before) * 8.0 / seconds / bitsPerSecond;
    }
  }

  @Test
  void itGoesThroughStartupDrainAndThePhasesOfProbeBandwidth() throws TcpException {
    Path path = new Path("bbr", 50_000_000, 40, BDP_QUEUE);
    Set<Object> states = path.states(4500);
    assertThat(states)
        .startsWith("startup", "drain")
        .containsSubsequence("cruise", "refill", "up")
        .contains("down");
  }

  @Test
  void afterFiveSecondsItLooksForTheBareRoundTripForAMoment() throws TcpException {
    Path path = new Path("bbr", 20_000_000, 40, BDP_QUEUE);
    path.network.advance(Duration.ofSeconds(4));
    Set<Object> states = path.states(4000);
    assertThat(states).contains("probe-rtt");
    assertThat((Long) path.detail("bbr.minRttMicros")).isBetween(40_000L, 42_000L);
  }

  @ParameterizedTest(name = "{0} bit/s, RTT {1} ms")
  @CsvSource({"10000000, 20", "50000000, 40", "100000000, 20", "20000000, 100"})
  void itConvergesToWhatThePathDelivers(long bitsPerSecond, int rttMillis) throws TcpException {
    Path path = new Path("bbr", bitsPerSecond, rttMillis, BDP_QUEUE);
    path.network.advance(Duration.ofSeconds(3));
    assertThat(path.utilisation(8)).isGreaterThan(0.9);
    long bandwidth = (Long) path.detail("bbr.bandwidth");
    assertThat(bandwidth * 8.0 / bitsPerSecond).isBetween(0.85, 1.1);
    assertThat(path.detail("deliveryRate").toString()).contains("B/s");
  }

  /** CUBIC holds a tenth of this path: its window is at 1.2 / sqrt(0.01) segments. */
  @ParameterizedTest(name = "{0} bit/s, RTT {1} ms")
  @CsvSource({"50000000, 20", "200000000, 20", "50000000, 60"})
  void oneSegmentInAHundredLostAtRandomCostsLittle(long bitsPerSecond, int rttMillis)
      throws TcpException {
    Path path = new Path("bbr", bitsPerSecond, rttMillis, BDP_QUEUE);
    ImpairmentSettings delay = ImpairmentSettings.NONE.withDelay(rttMillis * 500_000L, 0);
    path.cable.settings(0, delay.withRate(bitsPerSecond, BDP_QUEUE).withLoss(1).withSeed(1));
    path.network.advance(Duration.ofSeconds(2));
    assertThat(path.utilisation(10)).isGreaterThan(0.88);
    long undone = 0;
    for (String kind : new String[] {"DSACK", "Full", "Partial", "Loss"}) {
      undone += path.client.counter("TcpExt.TCP" + kind + "Undo");
    }
    assertThat(undone).as("recoveries taken back, where nothing was reordered").isZero();
    assertThat(path.client.counter("TcpExt.TCPTimeouts")).isZero();
  }

  @Test
  void itKeepsTheQueueShortWhereCubicFillsIt() throws TcpException {
    Path bbr = new Path("bbr", 20_000_000, 40, BDP_QUEUE);
    Path cubic = new Path("cubic", 20_000_000, 40, BDP_QUEUE);
    bbr.network.advance(Duration.ofSeconds(4));
    cubic.network.advance(Duration.ofSeconds(4));
    double product = 20_000_000 / 8.0 * 0.04;
    assertThat((Integer) bbr.detail("inFlight") / product).isLessThan(2.3);
    assertThat((Integer) cubic.detail("inFlight") / product).isGreaterThan(3);
  }

  @Test
  void itFollowsAPathThatBecomesSlowerAndFasterAgain() throws TcpException {
    Path path = new Path("bbr", 40_000_000, 20, 200);
    path.network.advance(Duration.ofSeconds(3));
    ImpairmentSettings delay = ImpairmentSettings.NONE.withDelay(10_000_000, 0);
    path.cable.settings(0, delay.withRate(10_000_000, 200));
    path.network.advance(Duration.ofSeconds(6));
    assertThat((Long) path.detail("bbr.bandwidth") * 8.0).isLessThan(13_000_000);
    path.cable.settings(0, delay.withRate(40_000_000, 200));
    path.network.advance(Duration.ofSeconds(10));
    assertThat(path.utilisation(3)).isGreaterThan(0.8);
  }

  @Test
  void aNewTcpModuleInEachStateGoesOnWhereTheOldOneWas() throws TcpException {
    Path path = new Path("bbr", 50_000_000, 20, BDP_QUEUE);
    Set<Object> states = new LinkedHashSet<>();
    for (int i = 0; i < 80; i++) {
      path.network.advance(Duration.ofMillis(97));
      Object before = path.detail("bbr.state");
      Object bandwidth = path.detail("bbr.bandwidth");
      path.client.replace("tcp");
      assertThat(path.detail("bbr.state")).isEqualTo(before);
      assertThat(path.detail("bbr.bandwidth")).isEqualTo(bandwidth);
      states.add(before);
    }
    assertThat(states).contains("startup", "down", "cruise", "refill", "up", "probe-rtt");
    assertThat(path.utilisation(4)).isGreaterThan(0.85);
  }

  @Test
  void whenItsBundleLeavesCubicTakesOverAndOnReturnItsStateIsThereAgain() throws TcpException {
    Path path = new Path("bbr", 50_000_000, 20, BDP_QUEUE);
    path.network.advance(Duration.ofSeconds(3));
    Object bandwidth = path.detail("bbr.bandwidth");
    path.client.leave(path.bbr);
    assertThat(path.detail("congestionControl")).isEqualTo("cubic (bbr is not there)");
    assertThat(path.utilisation(2)).isGreaterThan(0.85);
    path.client.replace("tcp");
    assertThat(path.detail("congestionControl")).isEqualTo("cubic (bbr is not there)");
    path.client.arrive(path.bbr);
    assertThat(path.detail("congestionControl")).isEqualTo("bbr");
    assertThat(path.detail("bbr.bandwidth")).isEqualTo(bandwidth);
    assertThat(path.utilisation(3)).isGreaterThan(0.85);
  }

  @Test
  void aChangeOnALiveConnectionCarriesTheWindowOver() throws TcpException {
    Path path = new Path("cubic", 50_000_000, 20, BDP_QUEUE);
    path.network.advance(Duration.ofSeconds(3));
    for (String name : new String[] {"bbr", "newreno", "bbr", "cubic"}) {
      path.change(name);
      assertThat(path.utilisation(2)).as("with %s", name).isGreaterThan(0.85);
    }
  }

  @Test
  void betweenTwoThatCountLossesWindowAndThresholdStayInThatInstant() throws TcpException {
    Path path = new Path("cubic", 50_000_000, 20, 100);
    path.network.advance(Duration.ofSeconds(3));
    Object window = path.detail("cwnd");
    Object threshold = path.detail("ssthresh");
    assertThat(threshold).isInstanceOf(Integer.class);
    for (String name : new String[] {"newreno", "cubic"}) {
      path.change(name);
      assertThat(path.detail("cwnd")).isEqualTo(window);
      assertThat(path.detail("ssthresh")).isEqualTo(threshold);
    }
  }

  /** It begins with the round trip that is known and drains; the pipe is not filled again. */
  @ParameterizedTest(name = "queue of {0}")
  @ValueSource(ints = {60, 100, BDP_QUEUE})
  void fromCubicToBbrThePathStaysKnown(int queue) throws TcpException {
    Path path = new Path("cubic", 50_000_000, 20, queue);
    path.network.advance(Duration.ofSeconds(3));
    Object window = path.detail("cwnd");
    path.change("bbr");
    assertThat(path.detail("cwnd")).isEqualTo(window);
    assertThat(path.detail("bbr.state")).isEqualTo("drain");
    assertThat((Long) path.detail("bbr.minRttMicros")).isBetween(20_000L, 22_000L);
    assertThat(path.states(600)).doesNotContain("startup");
    double product = 50_000_000 / 8.0 * 0.02;
    assertThat(path.product()).isBetween(0.85 * product, 1.2 * product);
    assertThat((Integer) path.detail("cwnd") / product).isBetween(0.9, 3.0);
    assertThat((Integer) path.detail("inFlight") / product).isLessThan(1.7);
    assertThat(path.utilisation(1)).isGreaterThan(0.85);
  }

  /** Cubic's threshold is the product: above it the window grows slowly. */
  @Test
  void fromBbrToCubicTheThresholdIsTheProduct() throws TcpException {
    Path path = new Path("bbr", 50_000_000, 20, BDP_QUEUE);
    path.network.advance(Duration.ofSeconds(3));
    while (!path.detail("bbr.state").equals("cruise")) {
      path.network.advance(Duration.ofMillis(1));
    }
    Object window = path.detail("cwnd");
    double product = path.product();
    path.change("cubic");
    assertThat(path.detail("cwnd")).isEqualTo(window);
    assertThat((Integer) path.detail("ssthresh") / product).isBetween(0.99, 1.01);
    assertThat((Integer) path.detail("cwnd") / product).isBetween(1.0, 2.6);
  }

  private static TcpListener listen(StackHarness server, int port) throws TcpException {
    return server.tcp().listen(IpEndpoint.of("10.0.0.2", port), 8);
  }

  @Test
  void whatAListenerAcceptsHasItsCongestionControlAndNotAnotherListeners() throws TcpException {
    VirtualNetwork network = new VirtualNetwork();
    StackHarness client = network.builder("one").addresses("10.0.0.1/24").build();
    StackHarness server = network.builder("other").addresses("10.0.0.2/24").build();
    server.arrive(new BbrFactory());
    network.connect(client, server, ImpairmentSettings.NONE.withDelay(1_000_000, 0));
    TcpListener chosen = listen(server, 80);
    chosen.option(TcpOption.CONGESTION_CONTROL, "bbr");
    TcpListener plain = listen(server, 81);
    for (int round = 0; round < 2; round++) {
      assertThat(accepted(network, client, server, chosen)).isEqualTo("bbr");
      assertThat(accepted(network, client, server, plain)).isEqualTo("cubic");
      server.replace("tcp");
    }
    server.set(TcpSettings.PID, "congestionControl", "newreno");
    assertThat(accepted(network, client, server, chosen)).isEqualTo("bbr");
    assertThat(accepted(network, client, server, plain)).isEqualTo("newreno");
    assertThatThrownBy(() -> plain.option(TcpOption.CONGESTION_CONTROL, "vegas"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bbr, cubic, newreno");
  }

  /** The congestion control of a connection to the listener that has carried data. */
  private static Object accepted(
      VirtualNetwork network, StackHarness client, StackHarness server, TcpListener listener)
      throws TcpException {
    TcpSocket socket = client.tcp().connect(listener.local());
    assertThat(network.advanceUntil(() -> listener.acceptQueue() > 0, Duration.ofSeconds(10)))
        .isTrue();
    TcpSocket accepted = listener.accept();
    BulkTransfer transfer = new BulkTransfer(accepted, socket, 100_000, 1, false);
    transfer.pump();
    assertThat(
            network.advanceUntil(
                () -> {
                  transfer.pump();
                  return transfer.readBytes() == 100_000;
                },
                Duration.ofSeconds(10)))
        .isTrue();
    return server
        .tcpControl()
        .info(((StackSocket) accepted).id())
        .details()
        .get("congestionControl");
  }

  @Test
  void aSocketChoosesAmongThoseThatAreThere() throws TcpException {
    Path path = new Path("cubic", 50_000_000, 20, BDP_QUEUE);
    path.socket.option(TcpOption.CONGESTION_CONTROL, "bbr");
    path.network.advance(Duration.ofSeconds(1));
    assertThat(path.detail("congestionControl")).isEqualTo("bbr");
    assertThatThrownBy(() -> path.socket.option(TcpOption.CONGESTION_CONTROL, "vegas"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("congestionControl = 'vegas'")
        .hasMessageContaining("bbr, cubic, newreno");
    path.client.leave(path.bbr);
    assertThatThrownBy(() -> path.socket.option(TcpOption.CONGESTION_CONTROL, "bbr"))
        .hasMessageContaining("there are cubic, newreno");
  }
}
