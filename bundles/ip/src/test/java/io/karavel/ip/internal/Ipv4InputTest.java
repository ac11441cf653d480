package io.karavel.ip.internal;

import static io.karavel.ip.internal.IpFixture.OUR_MAC;
import static io.karavel.ip.internal.IpFixture.PEER;
import static io.karavel.ip.internal.IpFixture.PEER_MAC;
import static io.karavel.ip.internal.IpFixture.US;
import static io.karavel.ip.internal.IpFixture.bytes;
import static io.karavel.ip.internal.IpFixture.ethernet;
import static io.karavel.ip.internal.IpFixture.fromPeer;
import static io.karavel.ip.internal.IpFixture.ip;
import static io.karavel.ip.internal.IpFixture.ipv4;
import static io.karavel.ip.internal.IpFixture.pattern;
import static io.karavel.ip.internal.IpFixture.tail;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.DropReason;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.packet.PacketBuffer;
import io.karavel.wire.EthernetHeader;
import io.karavel.wire.Ipv4Header;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Reception of IPv4: RFC 791, RFC 1122 §3.2.1. */
class Ipv4InputTest {
  private final IpFixture f = new IpFixture();

  private static byte[] good() {
    return ipv4(PEER, US, 6, pattern(100));
  }

  private static byte[] withHeaderChange(int index, int value) {
    byte[] packet = good();
    packet[index] = (byte) value;
    Ipv4Header.updateChecksum(ByteBuffer.wrap(packet), 0);
    return packet;
  }

  @Test
  void givesADatagramToItsTransportFromTheTransportHeaderOn() {
    f.receive(fromPeer(good()));
    PacketBuffer datagram = f.tcp.datagrams.remove();
    assertThat(bytes(datagram)).isEqualTo(pattern(100));
    assertThat(datagram.sourceIpv4()).isEqualTo(PEER);
    assertThat(datagram.destinationIpv4()).isEqualTo(US);
    assertThat(datagram.protocol()).isEqualTo(6);
    assertThat(datagram.timeToLive()).isEqualTo(64);
    assertThat(datagram.dontFragment()).isTrue();
    assertThat(datagram.transportOffset()).isEqualTo(datagram.offset());
    assertThat(datagram.networkOffset()).isEqualTo(datagram.offset() - 20);
    assertThat(datagram.interfaceIndex()).isEqualTo(1);
    datagram.release();
    f.expectNoLeak();
  }

  @Test
  void cutsThePaddingOfShortFrames() {
    byte[] padded = Arrays.copyOf(ipv4(PEER, US, 6, pattern(20)), 46);
    padded[45] = 99;
    f.receive(fromPeer(padded));
    assertThat(bytes(f.tcp.datagrams.remove())).isEqualTo(pattern(20));
  }

  @Test
  void dropsWhatIsTruncatedAtEveryLength() {
    byte[] whole = good();
    for (int length = 0; length < whole.length; length++) {
      f.receive(fromPeer(Arrays.copyOf(whole, length)));
    }
    assertThat(f.dropped(DropReason.IP_TRUNCATED)).isEqualTo(whole.length);
    assertThat(f.count("Ip.InHdrErrors")).isEqualTo(whole.length);
    assertThat(f.tcp.datagrams).isEmpty();
    f.expectNoLeak();
  }

  @Test
  void dropsImpossibleHeaders() {
    f.receive(fromPeer(withHeaderChange(0, 0x65)));
    f.receive(fromPeer(withHeaderChange(0, 0x44)));
    byte[] shortTotal = good();
    Ipv4Header.totalLength(ByteBuffer.wrap(shortTotal), 0, 19);
    f.receive(fromPeer(shortTotal));
    assertThat(f.dropped(DropReason.IP_HEADER)).isEqualTo(3);
    byte[] wrongChecksum = good();
    wrongChecksum[8]--;
    f.receive(fromPeer(wrongChecksum));
    assertThat(f.dropped(DropReason.IP_CHECKSUM)).isEqualTo(1);
    assertThat(f.tcp.datagrams).isEmpty();
    f.expectNoLeak();
  }

  @Test
  void skipsOptionsWellFormedOrNot() {
    byte[] payload = pattern(40);
    for (byte[] options :
        new byte[][] {
          {7, 7, 4, 0, 0, 0, 0, 1}, {1, 1, 1, 1}, {68, 0, 5, 0}, {(byte) 148, 4, 0, 0}
        }) {
      f.receive(fromPeer(withOptions(options, payload)));
      assertThat(bytes(f.tcp.datagrams.remove())).isEqualTo(payload);
    }
  }

  @Test
  void dropsSourceRoutesUnlessTheyAreAccepted() {
    byte[] loose = {1, (byte) 131, 7, 4, 10, 0, 0, 9};
    f.receive(fromPeer(withOptions(loose, pattern(10))));
    assertThat(f.dropped(DropReason.IP_SOURCE_ROUTE)).isEqualTo(1);
    f.set("acceptSourceRoute", true);
    f.receive(fromPeer(withOptions(loose, pattern(10))));
    assertThat(f.tcp.datagrams).hasSize(1);
  }

  private static byte[] withOptions(byte[] options, byte[] payload) {
    int headerLength = 20 + options.length;
    ByteBuffer packet = ByteBuffer.allocate(headerLength + payload.length);
    Ipv4Header.write(packet, 0, 0, headerLength + payload.length, 1, 0, 64, 6, PEER, US);
    Ipv4Header.headerLength(packet, 0, headerLength);
    packet.put(20, options).put(headerLength, payload);
    Ipv4Header.updateChecksum(packet, 0);
    return packet.array();
  }

  @Test
  void dropsMartianSources() {
    String[] martians = {
      "0.0.0.0",
      "0.1.2.3",
      "127.0.0.1",
      "224.0.0.1",
      "240.0.0.1",
      "255.255.255.255",
      "10.0.0.1",
      "10.0.0.255",
      "10.0.0.0"
    };
    for (String martian : martians) {
      f.receive(fromPeer(ipv4(ip(martian), US, 6, pattern(20))));
    }
    assertThat(f.dropped(DropReason.IP_MARTIAN_SOURCE)).isEqualTo(martians.length);
    assertThat(f.tcp.datagrams).isEmpty();
    f.expectNothingSent();
    f.expectNoLeak();
  }

  @Test
  void dropsWhatIsForOthersAndForNobody() {
    f.receive(fromPeer(ipv4(PEER, ip("10.0.0.7"), 6, pattern(20))));
    f.receive(fromPeer(ipv4(PEER, ip("8.8.8.8"), 6, pattern(20))));
    f.receive(fromPeer(ipv4(PEER, ip("224.0.0.251"), 6, pattern(20))));
    assertThat(f.dropped(DropReason.IP_NOT_OURS)).isEqualTo(3);
    f.receive(fromPeer(ipv4(PEER, ip("127.0.0.1"), 6, pattern(20))));
    f.receive(fromPeer(ipv4(PEER, ip("0.0.0.0"), 6, pattern(20))));
    assertThat(f.dropped(DropReason.IP_MARTIAN_DESTINATION)).isEqualTo(2);
    f.expectNothingSent();
    f.expectNoLeak();
  }

  @Test
  void dropsAUnicastDatagramInABroadcastFrame() {
    f.receive(ethernet(EthernetHeader.BROADCAST, PEER_MAC, EthernetHeader.TYPE_IPV4, good()));
    assertThat(f.dropped(DropReason.IP_LINK_BROADCAST)).isEqualTo(1);
  }

  @Test
  void takesBroadcastAndAllHostsIn() {
    for (String group : new String[] {"255.255.255.255", "10.0.0.255", "224.0.0.1"}) {
      byte[] packet = ipv4(PEER, ip(group), 6, pattern(20));
      f.receive(ethernet(EthernetHeader.BROADCAST, PEER_MAC, EthernetHeader.TYPE_IPV4, packet));
    }
    assertThat(f.tcp.datagrams).hasSize(3);
  }

  @Test
  void filtersByReversePathAsConfiguredLive() {
    byte[] stranger = fromPeer(ipv4(ip("192.0.2.1"), US, 6, pattern(20)));
    f.set("reversePathFilter", "loose");
    f.receive(stranger);
    assertThat(f.tcp.datagrams).as("the default route leads there").hasSize(1);
    f.configure("eth0", Map.of("device", "d0", "addresses", "10.0.0.1/24"));
    f.ip.onInterfacesChanged();
    f.receive(stranger);
    assertThat(f.dropped(DropReason.IP_REVERSE_PATH)).isEqualTo(1);
    f.set("reversePathFilter", "off");
    f.receive(stranger);
    assertThat(f.tcp.datagrams).hasSize(2);
  }

  @Test
  void dropsASourceWhoseRouteLeavesElsewhereWhenStrict() {
    f.slot("nic:d1").module = new TestDevice(DeviceCapabilities.plain(false, 1500));
    f.configure("eth1", Map.of("device", "d1", "addresses", "10.1.0.1/24"));
    f.ip.onInterfacesChanged();
    byte[] packet = fromPeer(ipv4(ip("10.1.0.9"), US, 6, pattern(20)));
    f.set("reversePathFilter", "loose");
    f.receive(packet);
    assertThat(f.tcp.datagrams).hasSize(1);
    f.set("reversePathFilter", "strict");
    f.receive(packet);
    assertThat(f.dropped(DropReason.IP_REVERSE_PATH)).isEqualTo(1);
  }

  @Test
  void letsDatagramsWaitWhileTheTransportIsAway() {
    f.lane.<TestTransport>testSlot("tcp").module = null;
    f.receive(fromPeer(good()));
    PacketBuffer parked = f.lane.testSlot("tcp").parked.poll();
    assertThat(bytes(parked)).isEqualTo(pattern(100));
    parked.release();
    f.expectNoLeak();
  }

  @Test
  void dropsFramesOfNoInterfaceAndOfADisabledOne() {
    f.receive(fromPeer(good()), 5);
    f.receive(fromPeer(good()), 0);
    assertThat(f.dropped(DropReason.DEVICE_UNUSED)).isEqualTo(2);
    f.configure("eth0", Map.of("device", "d0", "addresses", "10.0.0.1/24", "enabled", "false"));
    f.ip.onInterfacesChanged();
    f.receive(fromPeer(good()));
    assertThat(f.dropped(DropReason.IP_INTERFACE_DOWN)).isEqualTo(1);
    f.expectNoLeak();
  }

  @Test
  void takesBarePacketsFromABareDevice() {
    f.device.capabilities = DeviceCapabilities.plain(true, 1500);
    f.ip.onInterfacesChanged();
    f.receive(good());
    assertThat(f.tcp.datagrams).hasSize(1);
    byte[] version6 = new byte[48];
    version6[0] = 0x60;
    f.receive(version6);
    assertThat(f.dropped(DropReason.IP_VERSION)).isEqualTo(1);
    f.receive(new byte[0]);
    assertThat(f.dropped(DropReason.IP_TRUNCATED)).isEqualTo(1);
  }

  @Test
  void neverThrowsAndNeverLeaksOnRandomFrames() {
    Random random = new Random(826);
    f.tcp.discard = true;
    f.device.discard = true;
    byte[][] seeds = {
      good(),
      ipv4(PEER, US, 1, IpFixture.icmp(8, 0, 0x10001, pattern(30))),
      ipv4(PEER, US, 1, IpFixture.icmp(3, 4, 500, ipv4(US, PEER, 6, pattern(8)))),
      IpFixture.fragment(PEER, US, 1, 9, Ipv4Header.MORE_FRAGMENTS | 3, pattern(64)),
      tail(IpFixture.arp(1, PEER_MAC, PEER, 0, US), 14)
    };
    for (int round = 0; round < 100_000; round++) {
      byte[] bytes = seeds[random.nextInt(seeds.length)].clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      if (random.nextBoolean() && bytes[0] >> 4 == 4 && (bytes[0] & 15) * 4 <= bytes.length) {
        Ipv4Header.updateChecksum(ByteBuffer.wrap(bytes), 0);
      }
      int type = bytes.length == 28 ? EthernetHeader.TYPE_ARP : EthernetHeader.TYPE_IPV4;
      byte[] cut = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(200)) : bytes;
      f.receive(ethernet(OUR_MAC, PEER_MAC, type, cut));
      if (round % 1000 == 0) {
        f.advance(IpFixture.millis(500));
      }
    }
    f.advance(IpFixture.millis(120_000));
    f.expectNoLeak();
  }
}
