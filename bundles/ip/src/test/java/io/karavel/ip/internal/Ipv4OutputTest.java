package io.karavel.ip.internal;

import static io.karavel.ip.internal.IpFixture.GATEWAY;
import static io.karavel.ip.internal.IpFixture.OUR_MAC;
import static io.karavel.ip.internal.IpFixture.PEER;
import static io.karavel.ip.internal.IpFixture.US;
import static io.karavel.ip.internal.IpFixture.arp;
import static io.karavel.ip.internal.IpFixture.ip;
import static io.karavel.ip.internal.IpFixture.pattern;
import static io.karavel.ip.internal.IpFixture.tail;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.DropReason;
import io.karavel.ip.spi.IpRoute;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.packet.PacketBuffer;
import io.karavel.wire.ArpPacket;
import io.karavel.wire.EthernetHeader;
import io.karavel.wire.InternetChecksum;
import io.karavel.wire.Ipv4Header;
import io.karavel.wire.TcpHeader;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Sending IPv4: RFC 791, RFC 1122 §3.3. */
class Ipv4OutputTest {
  private final IpFixture f = new IpFixture();

  private ByteBuffer sentPacket() {
    byte[] frame = f.sent();
    assertThat(frame).isNotNull();
    return ByteBuffer.wrap(tail(frame, EthernetHeader.LENGTH));
  }

  @Test
  void writesEveryFieldOfTheHeader() {
    f.meetPeer();
    PacketBuffer datagram = f.datagram(0, PEER, 6, pattern(100));
    datagram.trafficClass(0x2A);
    datagram.timeToLive(9);
    datagram.dontFragment(true);
    f.send(datagram);
    ByteBuffer packet = sentPacket();
    assertThat(Ipv4Header.version(packet, 0)).isEqualTo(4);
    assertThat(Ipv4Header.headerLength(packet, 0)).isEqualTo(20);
    assertThat(Ipv4Header.trafficClass(packet, 0)).isEqualTo(0x2A);
    assertThat(Ipv4Header.totalLength(packet, 0)).isEqualTo(120);
    assertThat(Ipv4Header.flagsAndFragmentOffset(packet, 0)).isEqualTo(Ipv4Header.DONT_FRAGMENT);
    assertThat(Ipv4Header.ttl(packet, 0)).isEqualTo(9);
    assertThat(Ipv4Header.protocol(packet, 0)).isEqualTo(6);
    assertThat(Ipv4Header.source(packet, 0)).isEqualTo(US);
    assertThat(Ipv4Header.destination(packet, 0)).isEqualTo(PEER);
    assertThat(Ipv4Header.checksumIsValid(packet, 0)).isTrue();
    assertThat(rest(packet, 20)).isEqualTo(pattern(100));
    f.expectNoLeak();
  }

  @Test
  void takesTheDefaultTtlLive() {
    f.meetPeer();
    f.send(f.datagram(0, PEER, 6, pattern(20)));
    assertThat(Ipv4Header.ttl(sentPacket(), 0)).isEqualTo(64);
    f.set("defaultTtl", 17);
    f.send(f.datagram(0, PEER, 6, pattern(20)));
    assertThat(Ipv4Header.ttl(sentPacket(), 0)).isEqualTo(17);
  }

  @Test
  void doesNotRepeatIdentifications() {
    f.meetPeer();
    java.util.Set<Integer> seen = new java.util.HashSet<>();
    for (int i = 0; i < 1000; i++) {
      f.send(f.datagram(0, PEER, 6, pattern(20)));
      assertThat(seen.add(Ipv4Header.identification(sentPacket(), 0))).isTrue();
    }
  }

  @Test
  void asksForTheGatewayOfARemoteDestination() {
    f.send(f.datagram(0, ip("192.0.2.7"), 6, pattern(20)));
    assertThat(ArpPacket.targetAddress(sentPacket(), 0)).isEqualTo(GATEWAY);
    f.receive(arp(ArpPacket.REPLY, 0x0200_0000_00FEL, GATEWAY, OUR_MAC, US));
    byte[] frame = f.sent();
    assertThat(EthernetHeader.destination(ByteBuffer.wrap(frame), 0)).isEqualTo(0x0200_0000_00FEL);
    assertThat(Ipv4Header.destination(ByteBuffer.wrap(frame), 14)).isEqualTo(ip("192.0.2.7"));
  }

  @Test
  void tellsLaterThatThereIsNoRoute() {
    f.configure("eth0", Map.of("device", "d0", "addresses", "10.0.0.1/24"));
    f.ip.onInterfacesChanged();
    PacketBuffer datagram = f.datagram(0, ip("192.0.2.7"), 6, pattern(20));
    f.ip.send(datagram);
    assertThat(f.tcp.errors).as("never from inside send").isEmpty();
    f.settle();
    assertThat(f.tcp.errors).singleElement().satisfies(e -> assertThat(e.code()).isZero());
    assertThat(f.tcp.errors.get(0).destination()).isEqualTo(ip("192.0.2.7"));
    assertThat(f.dropped(DropReason.IP_NO_ROUTE)).isEqualTo(1);
    assertThat(f.count("Ip.OutNoRoutes")).isEqualTo(1);
    f.expectNoLeak();
  }

  @Test
  void refusesASourceThatIsNotOurs() {
    f.send(f.datagram(ip("10.0.0.77"), PEER, 6, pattern(20)));
    f.send(f.datagram(ip("127.0.0.1"), PEER, 6, pattern(20)));
    assertThat(f.dropped(DropReason.IP_NO_SOURCE)).isEqualTo(2);
    assertThat(f.ip.route(ip("10.0.0.77"), PEER)).isNull();
    f.expectNothingSent();
    f.expectNoLeak();
  }

  @Test
  void sendsBroadcastAndMulticastToTheirMacAddresses() {
    f.send(f.datagram(0, -1, 17, pattern(20)));
    f.send(f.datagram(0, ip("10.0.0.255"), 17, pattern(20)));
    f.send(f.datagram(0, ip("224.129.2.3"), 17, pattern(20)));
    assertThat(EthernetHeader.destination(ByteBuffer.wrap(f.sent()), 0))
        .isEqualTo(EthernetHeader.BROADCAST);
    assertThat(EthernetHeader.destination(ByteBuffer.wrap(f.sent()), 0))
        .isEqualTo(EthernetHeader.BROADCAST);
    assertThat(EthernetHeader.destination(ByteBuffer.wrap(f.sent()), 0))
        .isEqualTo(0x0100_5E01_0203L);
  }

  @Test
  void tellsTheMtuOfADatagramTooBigWithDontFragment() {
    f.meetPeer();
    PacketBuffer datagram = f.datagram(0, PEER, 6, pattern(1481));
    datagram.dontFragment(true);
    f.send(datagram);
    f.expectNothingSent();
    assertThat(f.dropped(DropReason.IP_FRAGMENTATION_NEEDED)).isEqualTo(1);
    TestTransport.ToldError error = f.tcp.errors.get(0);
    assertThat(error.type()).isEqualTo(3);
    assertThat(error.code()).isEqualTo(4);
    assertThat(error.mtu()).isEqualTo(1500);
    PacketBuffer fits = f.datagram(0, PEER, 6, pattern(1480));
    fits.dontFragment(true);
    f.send(fits);
    assertThat(sentPacket().capacity()).isEqualTo(1500);
  }

  @Test
  void fragmentsAtMultiplesOfEightWithinTheMtu() throws Exception {
    f.meetPeer();
    byte[] payload = pattern(8000);
    f.send(f.datagram(0, PEER, 17, payload));
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int identification = -1;
    for (int i = 0; i < 6; i++) {
      ByteBuffer packet = sentPacket();
      assertThat(Ipv4Header.checksumIsValid(packet, 0)).isTrue();
      assertThat(packet.capacity()).isLessThanOrEqualTo(1500);
      assertThat(Ipv4Header.totalLength(packet, 0)).isEqualTo(packet.capacity());
      assertThat(Ipv4Header.fragmentOffset(packet, 0)).isEqualTo(all.size());
      assertThat(Ipv4Header.moreFragments(packet, 0)).isEqualTo(i < 5);
      int id = Ipv4Header.identification(packet, 0);
      assertThat(i == 0 || id == identification).isTrue();
      identification = id;
      all.write(rest(packet, 20));
    }
    f.expectNothingSent();
    assertThat(all.toByteArray()).isEqualTo(payload);
    assertThat(f.count("Ip.FragOKs")).isEqualTo(1);
    assertThat(f.count("Ip.FragCreates")).isEqualTo(6);
    f.expectNoLeak();
  }

  @Test
  void completesAPartialChecksumOverSlicesForAPlainDevice() {
    f.meetPeer();
    f.send(tcpDatagram(pattern(333), 111, 0));
    ByteBuffer packet = sentPacket();
    assertThat(tcpChecksumIsValid(packet)).isTrue();
    assertThat(rest(packet, 40)).isEqualTo(pattern(333));
    assertThat(f.count("IpExt.OutChecksummed")).isEqualTo(1);
    f.expectNoLeak();
  }

  @Test
  void leavesAPartialChecksumToADeviceThatCanCompleteIt() {
    f.device.capabilities = new DeviceCapabilities(false, 1500, true, 0, false);
    f.ip.onInterfacesChanged();
    f.meetPeer();
    f.send(tcpDatagram(pattern(333), 111, 0));
    PacketBuffer sent = f.device.sent.remove();
    assertThat(sent.checksumState()).isEqualTo(PacketBuffer.CHECKSUM_PARTIAL);
    assertThat(sent.checksumStart()).isEqualTo(sent.offset() + 34);
    assertThat(sent.checksumOffset()).isEqualTo(16);
    assertThat(sent.sliceCount()).isEqualTo(2);
    sent.release();
    f.expectNoLeak();
  }

  @Test
  void givesASuperSegmentWholeToADeviceThatCutsIt() {
    f.device.capabilities = new DeviceCapabilities(false, 1500, true, 65_535, false);
    f.ip.onInterfacesChanged();
    f.meetPeer();
    assertThat(f.ip.route(0, PEER).segmentationBytes()).isEqualTo(65_535);
    f.send(tcpDatagram(pattern(30_000), 111, 1460));
    PacketBuffer sent = f.device.sent.remove();
    assertThat(sent.length()).isEqualTo(14 + 20 + 20 + 30_000);
    assertThat(sent.segmentSize()).isEqualTo(1460);
    sent.release();
    f.expectNoLeak();
  }

  @Test
  void cutsASuperSegmentThatIsTooLargeForTheDevice() {
    f.device.capabilities = new DeviceCapabilities(false, 1500, true, 20_000, false);
    f.ip.onInterfacesChanged();
    f.meetPeer();
    f.send(tcpDatagram(pattern(19_960), 111, 1460));
    assertThat(f.device.sent).hasSize(1);
    f.send(tcpDatagram(pattern(19_961), 111, 1460));
    assertThat(f.device.sent).hasSize(1 + 14);
    assertThat(f.device.sent)
        .allSatisfy(b -> assertThat(b.checksumState()).isEqualTo(PacketBuffer.CHECKSUM_PARTIAL));
  }

  @Test
  void cutsASuperSegmentForADeviceThatCannot() throws Exception {
    f.meetPeer();
    byte[] payload = pattern(10_000);
    f.send(tcpDatagram(payload, 777, 1460));
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int firstId = -1;
    for (int i = 0; i < 7; i++) {
      ByteBuffer packet = sentPacket();
      boolean last = i == 6;
      assertThat(Ipv4Header.checksumIsValid(packet, 0)).isTrue();
      assertThat(Ipv4Header.totalLength(packet, 0)).isEqualTo(packet.capacity());
      assertThat(packet.capacity()).isEqualTo(40 + (last ? 10_000 - 6 * 1460 : 1460));
      firstId = i == 0 ? Ipv4Header.identification(packet, 0) : firstId;
      assertThat(Ipv4Header.identification(packet, 0)).isEqualTo((firstId + i) & 0xFFFF);
      assertThat(TcpHeader.sequenceNumber(packet, 20)).isEqualTo(0xFFFF_F000 + all.size());
      assertThat(TcpHeader.acknowledgmentNumber(packet, 20)).isEqualTo(4711);
      int flags = TcpHeader.ACK;
      flags |= i == 0 ? TcpHeader.CWR : 0;
      flags |= last ? TcpHeader.PSH | TcpHeader.FIN : 0;
      assertThat(TcpHeader.flags(packet, 20)).isEqualTo(flags);
      assertThat(tcpChecksumIsValid(packet)).isTrue();
      all.write(rest(packet, 40));
    }
    f.expectNothingSent();
    assertThat(all.toByteArray()).isEqualTo(payload);
    f.send(f.datagram(0, PEER, 6, pattern(20)));
    assertThat(Ipv4Header.identification(sentPacket(), 0))
        .as("seven were used")
        .isEqualTo((firstId + 7) & 0xFFFF);
    f.expectNoLeak();
  }

  @Test
  void tellsTheMtuWhenTheSegmentsOfASuperSegmentAreTooBig() {
    f.meetPeer();
    f.send(tcpDatagram(pattern(10_000), 777, 1461));
    assertThat(f.tcp.errors.get(0).mtu()).isEqualTo(1500);
    f.expectNothingSent();
    f.expectNoLeak();
  }

  @Test
  void letsFinishedFramesWaitWhileTheDeviceIsAway() {
    f.device.capabilities = new DeviceCapabilities(false, 1500, true, 65_535, false);
    f.ip.onInterfacesChanged();
    f.meetPeer();
    f.slot("nic:d0").module = null;
    f.ip.onInterfacesChanged();
    f.send(tcpDatagram(pattern(2_000), 777, 1460));
    assertThat(f.slot("nic:d0").parked.size()).isEqualTo(2);
    PacketBuffer parked = f.slot("nic:d0").parked.poll();
    ByteBuffer packet = ByteBuffer.wrap(tail(IpFixture.bytes(parked), 14));
    assertThat(tcpChecksumIsValid(packet)).as("any driver can send it").isTrue();
    parked.release();
    f.slot("nic:d0").parked.clear();
    f.expectNoLeak();
  }

  @Test
  void dropsWhileNoDeviceWasEverSeen() {
    f.configure("eth0", Map.of("device", "d9", "addresses", "10.0.0.1/24"));
    f.ip.onInterfacesChanged();
    f.send(f.datagram(0, PEER, 6, pattern(20)));
    assertThat(f.dropped(DropReason.IP_INTERFACE_DOWN)).isEqualTo(1);
    f.expectNoLeak();
  }

  @Test
  void followsTheMtuLive() {
    f.meetPeer();
    IpRoute before = f.ip.route(0, PEER);
    assertThat(before).isEqualTo(new IpRoute("eth0", US, 1500, true, 0, true));
    int revision = f.ip.routeRevision();
    f.configure("eth0", Map.of("device", "d0", "addresses", "10.0.0.1/24", "mtu", 600));
    f.ip.onInterfacesChanged();
    assertThat(f.ip.routeRevision()).isGreaterThan(revision);
    assertThat(f.ip.route(0, PEER).mtu()).isEqualTo(600);
    f.device.capabilities = DeviceCapabilities.plain(false, 500);
    f.ip.onInterfacesChanged();
    assertThat(f.ip.route(0, PEER).mtu()).as("what the device can carry").isEqualTo(500);
    f.send(f.datagram(0, PEER, 17, pattern(1000)));
    assertThat(sentPacket().capacity()).isEqualTo(500);
  }

  @Test
  void sendsBarePacketsByABareDevice() {
    f.device.capabilities = DeviceCapabilities.plain(true, 1500);
    f.ip.onInterfacesChanged();
    f.send(f.datagram(0, PEER, 6, pattern(20)));
    byte[] packet = f.sent();
    assertThat(packet).hasSize(40);
    assertThat(packet[0]).isEqualTo((byte) 0x45);
    assertThat(f.ip.neighbours()).isEmpty();
  }

  /** A TCP segment with its payload in two slices, cut where the first has an odd length. */
  private PacketBuffer tcpDatagram(byte[] payload, int cut, int segmentSize) {
    PacketBuffer datagram = f.datagram(US, PEER, 6, new byte[20]);
    int at = datagram.offset();
    int flags = TcpHeader.ACK | TcpHeader.PSH | TcpHeader.FIN | TcpHeader.CWR;
    TcpHeader.write(datagram.memory(), at, 1000, 80, 0xFFFF_F000, 4711, 20, flags, 5000, 0);
    ByteBuffer ring = ByteBuffer.allocateDirect(payload.length + 7).put(7, payload);
    datagram.addSlice(ring, 7, cut);
    datagram.addSlice(ring, 7 + cut, payload.length - cut);
    int pseudo = InternetChecksum.pseudoHeaderIpv4(US, PEER, 6, 20 + payload.length);
    TcpHeader.checksum(datagram.memory(), at, pseudo);
    datagram.checksumPartial(at, TcpHeader.CHECKSUM_OFFSET);
    datagram.dontFragment(true);
    if (segmentSize > 0) {
      datagram.segmentation(PacketBuffer.SEGMENTATION_TCP4, segmentSize);
    }
    return datagram;
  }

  private static byte[] rest(ByteBuffer packet, int from) {
    byte[] bytes = new byte[packet.capacity() - from];
    packet.get(from, bytes);
    return bytes;
  }

  private static boolean tcpChecksumIsValid(ByteBuffer packet) {
    int length = packet.capacity() - 20;
    int pseudo =
        InternetChecksum.pseudoHeaderIpv4(
            Ipv4Header.source(packet, 0), Ipv4Header.destination(packet, 0), 6, length);
    return InternetChecksum.sum(packet, 20, length, pseudo) == 0xFFFF;
  }

  @Test
  void boundsTheErrorsThatWait() {
    f.set("localErrorsMaximum", 3);
    for (int i = 0; i < 5; i++) {
      f.ip.send(f.datagram(ip("10.0.0.77"), PEER, 6, pattern(20)));
    }
    f.settle();
    assertThat(f.tcp.errors).hasSize(3);
    assertThat(f.count("IpExt.LocalErrorsLost")).isEqualTo(2);
  }
}
