package io.karavel.scripts.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.address.MacAddress;
import io.karavel.ip.spi.IpControl;
import io.karavel.shell.internal.doctor.Checks;
import io.karavel.shell.internal.doctor.Finding;
import io.karavel.shell.internal.doctor.Snapshot;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.PacketBuilder;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import io.karavel.testkit.script.PacketScript;
import io.karavel.wire.ArpPacket;
import io.karavel.wire.EthernetHeader;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the checks of {@code net:doctor} find in a stack in which something is made to go wrong. */
class DoctorTest {
  private static final IpEndpoint ANY_80 = new IpEndpoint(IpAddress.ANY, 80);

  private Map<String, Long> before = Map.of();

  private void begin(StackHarness stack) {
    before = stack.counters();
  }

  private List<Finding> examine(StackHarness stack) {
    List<TcpConnectionInfo> listeners = new ArrayList<>();
    List<TcpConnectionInfo> stuck = new ArrayList<>();
    Map<IpEndpoint, Integer> ports = new HashMap<>();
    for (TcpConnectionInfo info : stack.connections(any -> true)) {
      if (info.state() == TcpState.LISTEN) {
        listeners.add(info);
        continue;
      }
      if (info.local().port() >= stack.tcpSettings().ephemeralFirst()
          && info.local().port() <= stack.tcpSettings().ephemeralLast()) {
        ports.merge(info.remote(), 1, Integer::sum);
      }
      if (info.id() != 0) {
        TcpConnectionInfo details = stack.tcpControl().info(info.id());
        stuck.add(details);
      }
    }
    return Checks.examine(
        new Snapshot()
            .counters(before, stack.counters(), 1_000_000_000L)
            .tcp(stack.tcpSummary(), stack.tcpSettings())
            .connections(listeners, stuck, ports)
            .ip(
                stack.ask("ip", IpControl.class, IpControl::addresses),
                stack.ask("ip", IpControl.class, IpControl::neighbours)));
  }

  private void finds(StackHarness stack, String name) {
    List<Finding> findings = examine(stack);
    assertThat(findings).filteredOn(Finding::now).extracting(Finding::name).containsExactly(name);
  }

  private static PacketBuilder from(int port) {
    return new PacketBuilder()
        .from(StackHarness.PEER, port)
        .to(StackHarness.LOCAL, 80)
        .window(65535);
  }

  private static WirePacket open(StackHarness stack, int port) {
    stack.output();
    stack.deliver(from(port).sequence(1000).flags(TcpHeader.SYN).tcp());
    List<WirePacket> answers = stack.output();
    if (answers.isEmpty()) {
      return null;
    }
    stack.deliver(
        from(port)
            .sequence(1001)
            .acknowledgment(answers.get(0).sequenceNumber() + 1)
            .flags(TcpHeader.ACK)
            .tcp());
    return answers.get(0);
  }

  @Test
  void nothingIsFoundWhileConnectionsOpenTransferAndClose() throws Exception {
    PacketScript script = PacketScript.create().openPassively();
    begin(script.harness());
    script.inject("P. 1:101(100) ack 1").discardSent().read(100);
    script.write(100).discardSent().inject(". 101:101(0) ack 101");
    script.inject("F. 101:101(0) ack 101").discardSent().close().discardSent();
    script.inject(". 102:102(0) ack 102");
    assertThat(examine(script.harness())).isEmpty();
  }

  @Test
  void aSynQueueThatOverflows() throws Exception {
    StackHarness stack =
        StackHarness.builder().tcp("maxSynBacklog", 16).tcp("synCookies", "off").build();
    TcpListener listener = stack.tcp().listen(ANY_80, 100);
    begin(stack);
    for (int port = 2000; port < 2040; port++) {
      stack.deliver(from(port).sequence(1000).flags(TcpHeader.SYN).tcp());
    }
    finds(stack, "syn-backlog");
    listener.close();
  }

  @Test
  void anAcceptQueueThatNobodyDrains() throws Exception {
    StackHarness stack = StackHarness.create();
    TcpListener listener = stack.tcp().listen(ANY_80, 2);
    begin(stack);
    for (int port = 2000; port < 2005; port++) {
      open(stack, port);
    }
    finds(stack, "accept-queue");
    for (TcpSocket socket = listener.accept(); socket != null; socket = listener.accept()) {
      socket.close();
    }
    stack.settle();
    // drained, it has happened and is over
    begin(stack);
    assertThat(examine(stack)).noneMatch(Finding::now);
    assertThat(examine(stack)).extracting(Finding::name).contains("accept-queue");
  }

  @Test
  void anApplicationThatDoesNotRead() {
    PacketScript script = PacketScript.create();
    script.option(TcpOption.RECEIVE_BUFFER_BYTES, 4096).openPassively();
    begin(script.harness());
    for (int i = 0; i < 20; i++) {
      int from = 1 + i * 200;
      script.inject("P. " + from + ":" + (from + 200) + "(200) ack 1");
    }
    script.discardSent();
    finds(script.harness(), "application-not-reading");
    script.read(4000).discardSent();
    assertThat(examine(script.harness())).isEmpty();
  }

  @Test
  void aPeerThatDoesNotRead() {
    PacketScript script = PacketScript.create().openPassively();
    begin(script.harness());
    script.inject(". 1:1(0) ack 1 win 0").write(100);
    Lives.pass(script, 2000);
    finds(script.harness(), "peer-not-reading");
  }

  @Test
  void aNeighbourThatDoesNotAnswerArp() throws Exception {
    StackHarness stack = StackHarness.builder().ethernet().build();
    begin(stack);
    TcpSocket socket = stack.socket();
    socket.connect(IpEndpoint.of("10.77.0.99", 80));
    stack.settle().advance(Duration.ofSeconds(10));
    assertThat(examine(stack)).extracting(Finding::name).contains("no-arp-reply");
    assertThat(examine(stack).get(0).symptom()).contains("10.77.0.99");
  }

  @Test
  void anAddressThatSomebodyElseHas() {
    StackHarness stack = StackHarness.builder().ethernet().build();
    stack.advance(Duration.ofSeconds(10));
    begin(stack);
    ByteBuffer packet = ByteBuffer.allocate(ArpPacket.LENGTH);
    long mac = MacAddress.parse("02:00:00:00:77:77").bits();
    int address = StackHarness.LOCAL.ipv4Bits();
    ArpPacket.write(packet, 0, ArpPacket.REQUEST, mac, address, 0, address);
    stack.deliver(
        PacketBuilder.ethernet(
            EthernetHeader.BROADCAST, mac, EthernetHeader.TYPE_ARP, packet.array()));
    finds(stack, "duplicate-address");
  }

  @Test
  void aPathThatSwallowsLargePackets() {
    PacketScript script = PacketScript.create().tcp("mtuProbing", "blackhole").openPassively();
    begin(script.harness());
    script.write(1460).discardSent();
    Lives.pass(script, 7000);
    assertThat(examine(script.harness())).extracting(Finding::name).contains("black-hole-mtu");
  }

  @Test
  void damagedPackets() {
    StackHarness stack = StackHarness.create();
    begin(stack);
    stack.deliver(from(2000).sequence(1).flags(TcpHeader.SYN).badTcpChecksum(true).tcp());
    finds(stack, "checksum-errors");
    begin(stack);
    stack.deliver(from(2000).sequence(1).flags(TcpHeader.SYN).badIpChecksum(true).tcp());
    finds(stack, "checksum-errors");
  }

  @Test
  void aPathThatLosesEverything() {
    PacketScript script = PacketScript.create().openPassively();
    begin(script.harness());
    script.write(100);
    Lives.pass(script, 20_000);
    finds(script.harness(), "retransmission-storm");
  }

  @Test
  void moreInTimeWaitThanThereIsRoomFor() throws Exception {
    StackHarness stack = StackHarness.builder().tcp("maxTimeWait", 2).build();
    TcpListener listener = stack.tcp().listen(ANY_80, 10);
    begin(stack);
    for (int port = 2000; port < 2003; port++) {
      WirePacket synAck = open(stack, port);
      TcpSocket socket = listener.accept();
      socket.close();
      stack.settle();
      stack.deliver(
          from(port)
              .sequence(1001)
              .acknowledgment(synAck.sequenceNumber() + 2)
              .flags(TcpHeader.FIN | TcpHeader.ACK)
              .tcp());
    }
    finds(stack, "time-wait-pressure");
  }

  @Test
  void noPortLeftTowardsAPeer() throws Exception {
    StackHarness stack = StackHarness.builder().tcp("ephemeralPorts", "40000-40001").build();
    begin(stack);
    TcpSocket last = null;
    for (int i = 0; i < 3; i++) {
      last = stack.socket();
      last.connect(new IpEndpoint(StackHarness.PEER, 80));
      stack.settle();
    }
    assertThat(last.failure()).isInstanceOf(TcpException.class);
    finds(stack, "port-exhaustion");
    assertThat(stack.counter("TcpExt.TCPNoFreePort")).isEqualTo(1);
  }

  @Test
  void noMemoryForWhatIsReceived() throws Exception {
    StackHarness stack = StackHarness.builder().tcp("bufferMemory", 1 << 20).build();
    TcpListener listener = stack.tcp().listen(ANY_80, 1000);
    begin(stack);
    for (int port = 2000; port < 2040; port++) {
      WirePacket synAck = open(stack, port);
      listener.accept();
      int sequence = 1001;
      for (int i = 0; i < 40; i++) {
        stack.deliver(
            from(port)
                .sequence(sequence)
                .acknowledgment(synAck.sequenceNumber() + 1)
                .flags(TcpHeader.ACK | TcpHeader.PSH)
                .payload(new byte[1000])
                .tcp());
        sequence += 1000;
      }
    }
    stack.output();
    assertThat(examine(stack)).extracting(Finding::name).contains("buffer-exhaustion");
  }
}
