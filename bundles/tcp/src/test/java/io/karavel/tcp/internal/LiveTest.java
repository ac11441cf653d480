package io.karavel.tcp.internal;

import static io.karavel.tcp.internal.TestNet.MILLI;
import static io.karavel.tcp.internal.TestNet.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.KeepalivePolicy;
import io.karavel.tcp.CongestionControl;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.CongestionView;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.RingMemory;
import io.karavel.tcp.spi.StackListener;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.wire.IcmpMessage;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Settings, policies, routes, memory and ICMP errors that change while connections live. */
class LiveTest {
  private final TestNet net = new TestNet();
  private final TestLane client = net.lane("10.0.0.1");
  private final TestLane server = net.lane("10.0.0.2");

  private static final class Policy implements KeepalivePolicy {
    int revision = 1;
    boolean enabled;
    long idle = 7200 * SECOND;

    @Override
    public int revision() {
      return revision;
    }

    @Override
    public boolean enabled(int localPort, int remoteIpv4, int remotePort) {
      return enabled;
    }

    @Override
    public long idleNanos() {
      return idle;
    }

    @Override
    public long intervalNanos() {
      return 75 * SECOND;
    }

    @Override
    public int probes() {
      return 10;
    }
  }

  @Test
  void fewerSynRetriesEndAConnectWhoseTimeIsOverOnTheNextTurn() throws Exception {
    net.loses = segment -> true;
    StackSocket socket = client.connect(server, 80);
    net.advance(5 * SECOND);
    client.settings("synRetries", 1);
    assertThat(socket.failure().error()).isEqualTo(TcpError.TIMED_OUT);
  }

  @Test
  void anOptionOfTheSocketGoesBeforeTheSettingAndItsChanges() throws Exception {
    net.loses = segment -> true;
    StackSocket socket = client.endpoints.newSocket();
    socket.option(TcpOption.SYN_RETRIES, 2);
    socket.connect(
        new io.karavel.address.IpEndpoint(io.karavel.address.IpAddress.ipv4(server.ipv4), 80));
    net.advance(5 * SECOND);
    client.settings("synRetries", 1);
    assertThat(socket.failure()).isNull();
    net.advance(2 * SECOND);
    assertThat(socket.failure().error()).isEqualTo(TcpError.TIMED_OUT);
  }

  @Test
  void aWrongRangeOfPortsLeavesNoPortAndSaysSo() throws Exception {
    StackListener listener = server.listen(80, 100);
    client.settings("ephemeralPorts", "50000-50002");
    Set<Integer> ports = new HashSet<>();
    List<StackSocket> sockets = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      sockets.add(client.connect(server, 80));
      net.run();
    }
    for (StackSocket socket : sockets.subList(0, 3)) {
      assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
      ports.add(socket.local().port());
    }
    assertThat(ports).containsExactlyInAnyOrder(50000, 50001, 50002);
    assertThat(sockets.get(3).failure().error()).isEqualTo(TcpError.NO_FREE_PORT);
    assertThat(sockets.get(3).failure()).hasMessageContaining("50000 to 50002");
    assertThat(listener.acceptQueue()).isEqualTo(3);
    server.listen(81, 100);
    StackSocket elsewhere = client.connect(server, 81);
    net.run();
    assertThat(elsewhere.state()).isEqualTo(TcpState.ESTABLISHED);
  }

  @Test
  void aChangeReachesThousandsOfConnectionsInBoundedSlices() throws Exception {
    net.noting = false;
    server.listen(80, 65535);
    server.settings("maxAcceptBacklog", 65535);
    List<StackSocket> sockets = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      sockets.add(client.connect(server, 80));
      if (i % 100 == 0) {
        net.run();
      }
    }
    net.run();
    assertThat(client.count("Tcp.Connections")).isEqualTo(3000);
    client.keepaliveSlot.set(policy);
    policy.enabled = true;
    int turns = 0;
    client.again = true;
    while (client.turn()) {
      turns++;
    }
    assertThat(turns).isBetween(5, 40);
    for (StackSocket socket : sockets) {
      assertThat(client.module.info(socket.id()).timer()).isEqualTo("keepalive");
    }
  }

  private final Policy policy = new Policy();

  @Test
  void theKeepalivePolicyRulesConnectionsThatDoNotSayOtherwise() throws Exception {
    server.listen(80, 100);
    policy.enabled = true;
    client.keepaliveSlot.set(policy);
    StackSocket asPolicy = client.connect(server, 80);
    StackSocket refuses = client.connect(server, 80);
    refuses.option(TcpOption.KEEPALIVE, false);
    net.run();
    net.advance(SECOND);
    assertThat(client.module.info(asPolicy.id()).timer()).isEqualTo("keepalive");
    assertThat(client.module.info(refuses.id()).timer()).isEmpty();
    policy.idle = 10 * SECOND;
    policy.revision++;
    client.again = true;
    net.sent.clear();
    net.advance(9 * SECOND);
    assertThat(net.sent.stream().filter(s -> s.fromPort() == asPolicy.local().port())).hasSize(1);
    refuses.option(TcpOption.KEEPALIVE, true);
    refuses.option(TcpOption.KEEPALIVE_TIME_SECONDS, 3);
    net.sent.clear();
    net.advance(SECOND);
    assertThat(net.sent.stream().filter(s -> s.fromPort() == refuses.local().port())).isNotEmpty();
    policy.enabled = false;
    policy.revision++;
    client.again = true;
    net.advance(SECOND);
    assertThat(client.module.info(asPolicy.id()).timer()).isEmpty();
  }

  @Test
  void lowerMtuOfTheRouteMakesSmallerSegments() throws Exception {
    StackListener listener = server.listen(80, 100);
    StackSocket socket = client.connect(server, 80);
    net.run();
    TcpSocket accepted = listener.accept();
    socket.write(ByteBuffer.allocate(20_000));
    net.run();
    client.ip.mtu = 1000;
    client.ip.routeRevision++;
    net.sent.clear();
    socket.write(ByteBuffer.allocate(20_000));
    net.advance(SECOND);
    assertThat(accepted.available()).isEqualTo(40_000);
    assertThat(net.sent.stream().mapToInt(TestNet.Sent::payloadBytes).max().orElse(0))
        .isBetween(900, 960);
  }

  @Test
  void anIcmpErrorMattersOnlyForWhatIsInFlight() throws Exception {
    net.loses = segment -> true;
    StackSocket socket = client.connect(server, 80);
    net.run();
    TestNet.Sent syn = net.sent.get(0);
    icmp(IcmpMessage.HOST_UNREACHABLE, syn, syn.sequence());
    net.run();
    assertThat(socket.failure()).isNull();
    icmp(IcmpMessage.PORT_UNREACHABLE, syn, syn.sequence() + 1000);
    net.run();
    assertThat(socket.failure()).isNull();
    assertThat(client.count("TcpExt.OutOfWindowIcmps")).isEqualTo(1);
    net.advance(63 * SECOND);
    assertThat(socket.failure().error()).isEqualTo(TcpError.HOST_UNREACHABLE);
    StackSocket second = client.connect(server, 80);
    net.run();
    TestNet.Sent secondSyn = net.sent.get(net.sent.size() - 1);
    icmp(IcmpMessage.PORT_UNREACHABLE, secondSyn, secondSyn.sequence());
    net.run();
    assertThat(second.failure()).as("soft in SYN-SENT, whatever it says").isNull();
    net.advance(63 * SECOND);
    assertThat(second.failure().error()).isEqualTo(TcpError.CONNECTION_REFUSED);
  }

  private void icmp(int code, TestNet.Sent about, int sequence) {
    client.module.onIcmpError(
        IcmpMessage.UNREACHABLE,
        code,
        0,
        about.from(),
        about.to(),
        about.fromPort(),
        about.toPort(),
        sequence);
  }

  @Test
  void fragmentationNeededMakesSmallerSegments() throws Exception {
    StackListener listener = server.listen(80, 100);
    StackSocket socket = client.connect(server, 80);
    net.run();
    net.loses = segment -> segment.payloadBytes() > 1000;
    socket.write(ByteBuffer.allocate(5000));
    net.run();
    TestNet.Sent data =
        net.sent.stream().filter(s -> s.payloadBytes() > 1000).findFirst().orElseThrow();
    client.module.onIcmpError(
        IcmpMessage.UNREACHABLE,
        IcmpMessage.FRAGMENTATION_NEEDED,
        1000,
        data.from(),
        data.to(),
        data.fromPort(),
        data.toPort(),
        data.sequence());
    net.advance(SECOND);
    assertThat(listener.accept().available()).isEqualTo(5000);
  }

  @Test
  void aWriterHeldByTheLowWaterIsToldWhenItIsRaised() throws Exception {
    client.settings("notSentLowWater", 2000);
    server.listen(80, 100);
    StackSocket socket = client.connect(server, 80);
    net.run();
    socket.write(ByteBuffer.allocate(130_000));
    net.advance(SECOND);
    assertThat(socket.ready() & TcpSocket.WRITABLE).isZero();
    boolean[] told = {false};
    socket.readyListener(() -> told[0] = true);
    told[0] = false;
    client.settings("notSentLowWater", 100_000);
    net.run();
    assertThat(told[0]).isTrue();
    assertThat(socket.ready() & TcpSocket.WRITABLE).isNotZero();
  }

  @Test
  void aWriterWithoutMemoryWaitsOnceHoweverOftenItTries() {
    MemoryWaiters waiters =
        new MemoryWaiters(new TcpLane(client, io.karavel.tcp.TcpSettings.defaults()));
    StackSocket socket = client.endpoints.newSocket();
    for (int i = 0; i < 1000; i++) {
      waiters.add(socket);
    }
    assertThat(waiters.waiting()).containsExactly(socket);
  }

  @Test
  void writersWithoutMemoryAreToldWhenThereIsSomeAgain() throws Exception {
    StackListener listener = server.listen(80, 100);
    client.settings("bufferMemory", 1 << 20);
    assertThat(client.endpoints.memory().limitBytes()).isEqualTo(1 << 20);
    List<StackSocket> sockets = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      StackSocket socket = client.connect(server, 80);
      socket.option(TcpOption.SEND_BUFFER_BYTES, 262_144);
      net.run();
      sockets.add(socket);
    }
    net.loses = segment -> true;
    StackSocket starved = null;
    for (StackSocket socket : sockets) {
      int taken = socket.write(ByteBuffer.allocate(262_144));
      assertThat(taken).as("sendBufferMin").isGreaterThanOrEqualTo(4096);
      net.run();
      if (socket.write(ByteBuffer.allocate(1)) == 0 && taken < 10_000) {
        starved = socket;
      }
    }
    net.run();
    assertThat(starved).isNotNull();
    assertThat(client.endpoints.memory().usedBytes())
        .isGreaterThan((1 << 20) - RingMemory.LARGE_BYTES);
    boolean[] told = {false};
    starved.readyListener(() -> told[0] = true);
    told[0] = false;
    net.advance(50 * MILLI);
    assertThat(told[0]).isFalse();
    sockets.get(0).abort();
    net.advance(50 * MILLI);
    assertThat(told[0]).isTrue();
    assertThat(starved.write(ByteBuffer.allocate(1000))).isEqualTo(1000);
    assertThat(listener.acceptQueue()).isEqualTo(20);
  }

  @Test
  void bytesFlowAlsoWhenTheMemoryOfBothStacksIsUsedUp() throws Exception {
    StackListener listener = server.listen(80, 100);
    StackSocket connector = client.connect(server, 80);
    client.ip.segmentationBytes = 65535;
    net.run();
    TcpSocket accepted = listener.accept();
    client.endpoints.memory().limitBytes(0);
    server.endpoints.memory().limitBytes(0);
    long written = 0;
    long read = 0;
    ByteBuffer target = ByteBuffer.allocate(70_000);
    ByteBuffer source = ByteBuffer.allocate(20_000);
    for (int step = 0; step < 20_000 && read < 1_000_000; step++) {
      for (int i = 0; i < source.capacity(); i++) {
        source.put(i, (byte) ((written + i) * 13));
      }
      written += connector.write(source.clear());
      net.advance(MILLI);
      for (int n = accepted.read(target.clear()); n > 0; n = accepted.read(target.clear())) {
        for (int i = 0; i < n; i++) {
          if (target.get(i) != (byte) ((read + i) * 13)) {
            throw new AssertionError("byte " + (read + i) + " is wrong");
          }
        }
        read += n;
      }
    }
    assertThat(read).isGreaterThanOrEqualTo(1_000_000);
    assertThat(client.endpoints.memory().usedBytes()).isLessThan(5 * RingMemory.SMALL_BYTES);
  }

  @Test
  void orphansBeyondTheLimitAreReset() throws Exception {
    client.settings("maxOrphans", 1);
    server.listen(80, 100);
    List<StackSocket> sockets = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      StackSocket socket = client.connect(server, 80);
      net.run();
      sockets.add(socket);
    }
    net.sent.clear();
    for (StackSocket socket : sockets) {
      socket.close();
      net.run();
    }
    assertThat(client.count("Tcp.Orphans")).isEqualTo(1);
    assertThat(client.count("TcpExt.TCPAbortOnMemory")).isEqualTo(2);
    assertThat(net.sent.stream().filter(s -> s.has(TcpHeader.RST))).hasSize(2);
  }

  @Test
  void aStackThatIsNotConfiguredKeepsTheDefaults() throws Exception {
    TcpModuleFactory factory =
        new TcpModuleFactory(TcpSettings.parse(java.util.Map.of("synRetries", 1)));
    TestLane host = new TestLane(net, "host", "10.0.0.9", TcpSettings.defaults());
    host.configured = false;
    assertThat(factory.create(host)).isNotNull();
    factory.settings(TcpSettings.parse(java.util.Map.of("synRetries", 2)));
    assertThat(host.hasTasks()).isFalse();
    host.configured = true;
    assertThat(factory.create(host)).isNotNull();
    factory.settings(TcpSettings.parse(java.util.Map.of("synRetries", 3)));
    assertThat(host.hasTasks()).isTrue();
  }

  @Test
  void whatArrivesWhileAModuleIsMadeIsNotLost() throws Exception {
    TcpSettings changed = TcpSettings.parse(java.util.Map.of("synRetries", 2));
    TestLane late = net.lane("10.0.0.9");
    late.leave();
    late.whileMaking =
        () -> {
          late.factory.congestionControls().arrive(new Other());
          late.factory.settings(changed);
        };
    late.arrive();
    net.run();
    assertThat(late.endpoints.congestionControls()).contains("other");
    assertThat(late.hasTasks()).isFalse();
  }

  /** Never asked for a connection here. */
  private static final class Other implements CongestionControlFactory {
    @Override
    public String name() {
      return "other";
    }

    @Override
    public CongestionControl create(CongestionView view, int windowBytes, int thresholdBytes) {
      throw new AssertionError("nobody connects");
    }
  }

  @Test
  void listsPagesAndDetails() throws Exception {
    StackListener listener = server.listen(80, 100);
    listener.owner("web");
    List<StackSocket> sockets = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      sockets.add(client.connect(server, 80));
      net.run();
    }
    List<Long> seen = new ArrayList<>();
    long cursor = 0;
    int pages = 0;
    do {
      var page = server.module.list(cursor, 32, info -> true);
      page.entries().forEach(info -> seen.add(info.id()));
      cursor = page.next();
      pages++;
    } while (cursor != 0);
    assertThat(seen).hasSize(51).doesNotHaveDuplicates();
    assertThat(seen.get(0)).isEqualTo(listener.id());
    assertThat(pages).isGreaterThan(2);
    var info = server.module.info(listener.id());
    assertThat(info.state()).isEqualTo(TcpState.LISTEN);
    assertThat(info.owner()).isEqualTo("web");
    assertThat(info.receiveQueue()).isEqualTo(50);
    assertThat(info.details()).containsEntry("accepted", 50L);
    sockets.get(0).write(ByteBuffer.allocate(10));
    net.run();
    var connection = client.module.info(sockets.get(0).id());
    assertThat(connection.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(connection.details()).containsKeys("cwnd", "ssthresh", "mtu", "orphan");
    assertThat(client.module.info(12345)).isNull();
    assertThat(server.module.summary().byState().get(TcpState.ESTABLISHED)).isEqualTo(50);
  }
}
