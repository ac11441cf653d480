package io.karavel.ip.internal;

import static io.karavel.ip.internal.IpFixture.PEER;
import static io.karavel.ip.internal.IpFixture.PEER_MAC;
import static io.karavel.ip.internal.IpFixture.US;
import static io.karavel.ip.internal.IpFixture.ethernet;
import static io.karavel.ip.internal.IpFixture.fragment;
import static io.karavel.ip.internal.IpFixture.fromPeer;
import static io.karavel.ip.internal.IpFixture.icmp;
import static io.karavel.ip.internal.IpFixture.ip;
import static io.karavel.ip.internal.IpFixture.ipv4;
import static io.karavel.ip.internal.IpFixture.millis;
import static io.karavel.ip.internal.IpFixture.pattern;
import static io.karavel.ip.internal.IpFixture.tail;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.DropReason;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.packet.PacketBuffer;
import io.karavel.wire.EthernetHeader;
import io.karavel.wire.IcmpMessage;
import io.karavel.wire.Ipv4Header;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** ICMP: RFC 792, RFC 1122 §3.2.2, RFC 1191. */
class IcmpTest {
  private final IpFixture f = new IpFixture();

  @BeforeEach
  void meet() {
    f.meetPeer();
  }

  private static byte[] echo(int payload) {
    return icmp(IcmpMessage.ECHO_REQUEST, 0, 0x1234_0007, pattern(payload));
  }

  private static byte[] udp(int length) {
    return ipv4(PEER, US, 17, pattern(length));
  }

  /** An error of the peer about a TCP segment of ours. */
  private byte[] errorAboutOurSegment(int type, int code, int rest) {
    return ipv4(PEER, US, 1, icmp(type, code, rest, ipv4(US, PEER, 6, tcpStart())));
  }

  private static byte[] tcpStart() {
    return ByteBuffer.allocate(8).putShort((short) 50_000).putShort((short) 80).putInt(-9).array();
  }

  @Test
  void answersEchoWithTheSameIdentifierSequenceAndData() {
    f.receive(fromPeer(ipv4(PEER, US, 1, echo(56))));
    ByteBuffer reply = ByteBuffer.wrap(f.sent());
    assertThat(EthernetHeader.destination(reply, 0)).isEqualTo(PEER_MAC);
    assertThat(Ipv4Header.source(reply, 14)).isEqualTo(US);
    assertThat(Ipv4Header.destination(reply, 14)).isEqualTo(PEER);
    assertThat(Ipv4Header.checksumIsValid(reply, 14)).isTrue();
    assertThat(IcmpMessage.type(reply, 34)).isEqualTo(IcmpMessage.ECHO_REPLY);
    assertThat(IcmpMessage.identifier(reply, 34)).isEqualTo(0x1234);
    assertThat(IcmpMessage.sequence(reply, 34)).isEqualTo(7);
    assertThat(IcmpMessage.checksumIsValid(reply, 34, 64)).isTrue();
    byte[] data = new byte[56];
    reply.get(42, data);
    assertThat(data).isEqualTo(pattern(56));
    f.expectNothingSent();
    f.expectNoLeak();
  }

  @Test
  void answersEchoOfEverySizeWithARightChecksum() {
    for (int payload = 0; payload < 200; payload++) {
      f.receive(fromPeer(ipv4(PEER, US, 1, echo(payload))));
      byte[] reply = f.sent();
      assertThat(IcmpMessage.checksumIsValid(ByteBuffer.wrap(reply), 34, payload + 8)).isTrue();
    }
    f.expectNoLeak();
  }

  @Test
  void answersAnEchoOfZerosWithARightChecksum() {
    f.receive(fromPeer(ipv4(PEER, US, 1, icmp(IcmpMessage.ECHO_REQUEST, 0, 0, new byte[16]))));
    ByteBuffer reply = ByteBuffer.wrap(f.sent());
    assertThat(IcmpMessage.checksum(reply, 34)).isEqualTo(0xFFFF);
    assertThat(IcmpMessage.checksumIsValid(reply, 34, 24)).isTrue();
  }

  @Test
  void answersAFragmentedEchoInFragments() {
    byte[] whole = echo(8000);
    for (int at = 0; at < whole.length; at += 1480) {
      int end = Math.min(whole.length, at + 1480);
      int flags = (end < whole.length ? Ipv4Header.MORE_FRAGMENTS : 0) | at / 8;
      f.receive(fromPeer(fragment(PEER, US, 1, 5, flags, Arrays.copyOfRange(whole, at, end))));
    }
    ByteBuffer answer = ByteBuffer.allocate(whole.length);
    for (byte[] frame = f.sent(); frame != null; frame = f.sent()) {
      int offset = Ipv4Header.fragmentOffset(ByteBuffer.wrap(frame), 14);
      answer.put(offset, tail(frame, 34));
    }
    assertThat(IcmpMessage.checksumIsValid(answer, 0, whole.length)).isTrue();
    byte[] data = new byte[8000];
    answer.get(8, data);
    assertThat(data).isEqualTo(pattern(8000));
    f.expectNoLeak();
  }

  @Test
  void ignoresEchoToBroadcastUnlessToldOtherwise() {
    byte[] frame =
        ethernet(
            EthernetHeader.BROADCAST,
            PEER_MAC,
            EthernetHeader.TYPE_IPV4,
            ipv4(PEER, ip("10.0.0.255"), 1, echo(8)));
    f.receive(frame);
    f.expectNothingSent();
    assertThat(f.dropped(DropReason.ICMP_BROADCAST)).isEqualTo(1);
    f.set("icmpEchoIgnoreBroadcast", false);
    f.receive(frame);
    assertThat(Ipv4Header.source(ByteBuffer.wrap(f.sent()), 14)).isEqualTo(US);
  }

  @Test
  void limitsEchoRepliesLive() {
    f.set("icmpEchoRepliesPerSecond", 10);
    f.set("icmpEchoBurst", 3);
    for (int i = 0; i < 5; i++) {
      f.receive(fromPeer(ipv4(PEER, US, 1, echo(8))));
    }
    assertThat(f.device.sent).hasSize(3);
    assertThat(f.dropped(DropReason.ICMP_RATE_LIMIT)).isEqualTo(2);
    f.advance(millis(100));
    f.receive(fromPeer(ipv4(PEER, US, 1, echo(8))));
    f.receive(fromPeer(ipv4(PEER, US, 1, echo(8))));
    assertThat(f.device.sent).hasSize(4);
    f.set("icmpEchoRepliesPerSecond", 0);
    f.advance(millis(10_000));
    f.receive(fromPeer(ipv4(PEER, US, 1, echo(8))));
    assertThat(f.device.sent.stream().filter(b -> b.length() == 14 + 20 + 16)).hasSize(4);
  }

  @Test
  void dropsMalformedMessagesAndWrongChecksums() {
    for (int length = 0; length < 8; length++) {
      f.receive(fromPeer(ipv4(PEER, US, 1, Arrays.copyOf(echo(0), length))));
    }
    assertThat(f.dropped(DropReason.ICMP_MALFORMED)).isEqualTo(8);
    byte[] wrong = echo(8);
    wrong[10] ^= 1;
    f.receive(fromPeer(ipv4(PEER, US, 1, wrong)));
    assertThat(f.dropped(DropReason.ICMP_CHECKSUM)).isEqualTo(1);
    assertThat(f.count("Icmp.InCsumErrors")).isEqualTo(1);
    assertThat(f.count("Icmp.InErrors")).isEqualTo(9);
    f.expectNothingSent();
    f.expectNoLeak();
  }

  @Test
  void trustsAChecksumTheDeviceVerified() {
    byte[] wrong = echo(8);
    wrong[2] ^= 1;
    byte[] bytes = fromPeer(ipv4(PEER, US, 1, wrong));
    PacketBuffer frame = f.lane.packets.allocate(bytes.length);
    frame.memory().put(frame.append(bytes.length), bytes);
    frame.interfaceIndex(1);
    frame.checksumState(PacketBuffer.CHECKSUM_VERIFIED);
    f.ip.onFrame(frame);
    assertThat(f.device.sent).hasSize(1);
  }

  @Test
  void ignoresRedirectsAndUnknownTypes() {
    for (int type : new int[] {IcmpMessage.REDIRECT, IcmpMessage.SOURCE_QUENCH, 13, 17, 42}) {
      f.receive(fromPeer(ipv4(PEER, US, 1, icmp(type, 0, 0, ipv4(US, PEER, 6, tcpStart())))));
    }
    assertThat(f.dropped(DropReason.ICMP_IGNORED)).isEqualTo(5);
    assertThat(f.count("Icmp.InRedirects")).isEqualTo(1);
    assertThat(f.tcp.errors).isEmpty();
    f.expectNothingSent();
    f.expectNoLeak();
  }

  @Test
  void handsErrorsToTheTransport() {
    f.receive(fromPeer(errorAboutOurSegment(3, 3, 0)));
    f.receive(fromPeer(errorAboutOurSegment(3, 4, 1400)));
    f.receive(fromPeer(errorAboutOurSegment(11, 0, 0)));
    f.receive(fromPeer(errorAboutOurSegment(12, 0, 0)));
    assertThat(f.tcp.errors)
        .containsExactly(
            new TestTransport.ToldError(3, 3, 0, US, PEER, 50_000, 80, -9),
            new TestTransport.ToldError(3, 4, 1400, US, PEER, 50_000, 80, -9),
            new TestTransport.ToldError(11, 0, 0, US, PEER, 50_000, 80, -9),
            new TestTransport.ToldError(12, 0, 0, US, PEER, 50_000, 80, -9));
    f.expectNoLeak();
  }

  @Test
  void choosesAPlateauForARouterThatDoesNotSayItsMtu() {
    byte[] big = ipv4(US, PEER, 6, pattern(1480));
    byte[] quote = Arrays.copyOf(big, 28);
    f.receive(fromPeer(ipv4(PEER, US, 1, icmp(3, 4, 0, quote))));
    assertThat(f.tcp.errors.get(0).mtu()).isEqualTo(1492);
  }

  @Test
  void dropsErrorsAboutWhatWeNeverSent() {
    byte[] foreign = icmp(3, 3, 0, ipv4(ip("10.0.0.9"), PEER, 6, tcpStart()));
    f.receive(fromPeer(ipv4(PEER, US, 1, foreign)));
    byte[] laterFragment = icmp(3, 3, 0, fragment(US, PEER, 6, 1, 100, tcpStart()));
    f.receive(fromPeer(ipv4(PEER, US, 1, laterFragment)));
    byte[] unknownProtocol = icmp(3, 2, 0, ipv4(US, PEER, 99, tcpStart()));
    f.receive(fromPeer(ipv4(PEER, US, 1, unknownProtocol)));
    assertThat(f.dropped(DropReason.ICMP_UNMATCHED)).isEqualTo(3);
    byte[] tooShort = icmp(3, 3, 0, Arrays.copyOf(ipv4(US, PEER, 6, tcpStart()), 27));
    f.receive(fromPeer(ipv4(PEER, US, 1, tooShort)));
    assertThat(f.dropped(DropReason.ICMP_MALFORMED)).isEqualTo(1);
    assertThat(f.tcp.errors).isEmpty();
    f.expectNoLeak();
  }

  @Test
  void tellsThatAProtocolIsUnreachable() {
    byte[] packet = udp(100);
    f.receive(fromPeer(packet));
    ByteBuffer frame = ByteBuffer.wrap(f.sent());
    assertThat(IcmpMessage.type(frame, 34)).isEqualTo(3);
    assertThat(IcmpMessage.code(frame, 34)).isEqualTo(2);
    assertThat(IcmpMessage.checksumIsValid(frame, 34, frame.capacity() - 34)).isTrue();
    assertThat(Ipv4Header.source(frame, 14)).isEqualTo(US);
    assertThat(Ipv4Header.destination(frame, 14)).isEqualTo(PEER);
    byte[] quote = new byte[packet.length];
    frame.get(42, quote);
    assertThat(quote).isEqualTo(packet);
    assertThat(f.dropped(DropReason.IP_UNKNOWN_PROTOCOL)).isEqualTo(1);
    f.expectNoLeak();
  }

  @Test
  void quotesAsMuchAsConfigured() {
    f.receive(fromPeer(udp(1000)));
    assertThat(f.sent()).as("576 bytes in all").hasSize(14 + 576);
    f.set("icmpErrorQuoteBytes", 68);
    f.receive(fromPeer(udp(1000)));
    assertThat(f.sent()).hasSize(14 + 20 + 8 + 68);
  }

  @Test
  void limitsErrorsLive() {
    f.set("icmpErrorsPerSecond", 2);
    f.set("icmpErrorBurst", 2);
    for (int i = 0; i < 5; i++) {
      f.receive(fromPeer(udp(20)));
    }
    assertThat(f.device.sent).hasSize(2);
    assertThat(f.dropped(DropReason.ICMP_RATE_LIMIT)).isEqualTo(3);
    assertThat(f.dropped(DropReason.IP_UNKNOWN_PROTOCOL)).isEqualTo(5);
    f.advance(millis(500));
    f.receive(fromPeer(udp(20)));
    assertThat(f.device.sent).hasSize(3);
  }

  @Test
  void sendsNoErrorAboutBroadcastsFragmentsAndSourcesThatAreNoHost() {
    byte[] broadcast = ipv4(PEER, ip("10.0.0.255"), 17, pattern(20));
    f.receive(ethernet(EthernetHeader.BROADCAST, PEER_MAC, EthernetHeader.TYPE_IPV4, broadcast));
    byte[] multicast = ipv4(PEER, ip("224.0.0.1"), 17, pattern(20));
    f.receive(ethernet(0x0100_5E00_0001L, PEER_MAC, EthernetHeader.TYPE_IPV4, multicast));
    f.receive(fromPeer(ipv4(ip("10.0.0.255"), US, 17, pattern(20))));
    assertThat(f.dropped(DropReason.IP_UNKNOWN_PROTOCOL)).isEqualTo(2);
    f.expectNothingSent();
    f.expectNoLeak();
  }

  @Test
  void sendsNoErrorToTheBroadcastAddressOfAnotherInterface() {
    f.slot("nic:d1").module = new TestDevice(DeviceCapabilities.plain(false, 1500));
    f.configure("eth1", Map.of("device", "d1", "addresses", "10.1.0.1/24"));
    f.ip.onInterfacesChanged();
    f.receive(fromPeer(ipv4(ip("10.1.0.255"), US, 17, pattern(20))));
    assertThat(f.dropped(DropReason.IP_UNKNOWN_PROTOCOL)).isEqualTo(1);
    assertThat(f.count("Icmp.OutDestUnreachs")).isZero();
  }

  @Test
  void sendsNoErrorAboutAnIcmpError() {
    f.set("reassemblyTimeoutMs", 1000);
    byte[] error = icmp(3, 3, 0, ipv4(US, PEER, 6, pattern(40)));
    byte[] first = Arrays.copyOf(error, 48);
    f.receive(fromPeer(fragment(PEER, US, 1, 3, Ipv4Header.MORE_FRAGMENTS, first)));
    byte[] echo = Arrays.copyOf(echo(100), 48);
    f.receive(fromPeer(fragment(PEER, US, 1, 4, Ipv4Header.MORE_FRAGMENTS, echo)));
    f.advance(millis(1000));
    assertThat(f.device.sent).as("about the echo, not about the error").hasSize(1);
    assertThat(Ipv4Header.identification(ByteBuffer.wrap(f.sent()), 42)).isEqualTo(4);
  }
}
