package io.karavel.ip.internal;

import static io.karavel.ip.internal.IpFixture.OUR_MAC;
import static io.karavel.ip.internal.IpFixture.PEER;
import static io.karavel.ip.internal.IpFixture.PEER_MAC;
import static io.karavel.ip.internal.IpFixture.US;
import static io.karavel.ip.internal.IpFixture.arp;
import static io.karavel.ip.internal.IpFixture.ethernet;
import static io.karavel.ip.internal.IpFixture.ip;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.DropReason;
import io.karavel.ip.NeighbourInfo;
import io.karavel.wire.ArpPacket;
import io.karavel.wire.EthernetHeader;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Reception of ARP packets: RFC 826 and RFC 5227. */
class ArpTest {
  private final IpFixture f = new IpFixture();

  @Test
  void answersARequestForOurAddressToTheAskerAlone() {
    f.receive(arp(ArpPacket.REQUEST, PEER_MAC, PEER, 0, US));
    assertThat(f.sent())
        .isEqualTo(
            ethernet(
                PEER_MAC,
                OUR_MAC,
                EthernetHeader.TYPE_ARP,
                arpBytes(ArpPacket.REPLY, OUR_MAC, US, PEER_MAC, PEER)));
    f.expectNothingSent();
    f.expectNoLeak();
  }

  @Test
  void learnsTheAskerAsStale() {
    f.receive(arp(ArpPacket.REQUEST, PEER_MAC, PEER, 0, US));
    assertThat(f.ip.neighbours()).hasSize(1);
    NeighbourInfo peer = f.ip.neighbours().get(0);
    assertThat(peer.state()).isEqualTo("STALE");
    assertThat(peer.address().toString()).isEqualTo("10.0.0.2");
    assertThat(peer.mac().orElseThrow().toString()).isEqualTo("02:00:00:00:00:02");
  }

  @Test
  void answersAProbeForOurAddressWithoutLearningAnything() {
    f.receive(arp(ArpPacket.REQUEST, PEER_MAC, 0, 0, US));
    byte[] reply = f.sent();
    assertThat(ArpPacket.operation(ByteBuffer.wrap(reply), 14)).isEqualTo(ArpPacket.REPLY);
    assertThat(f.ip.neighbours()).isEmpty();
  }

  @Test
  void staysSilentAboutOtherAddresses() {
    f.receive(arp(ArpPacket.REQUEST, PEER_MAC, PEER, 0, ip("10.0.0.9")));
    f.expectNothingSent();
    assertThat(f.ip.neighbours()).isEmpty();
    assertThat(f.dropped(DropReason.ARP_OTHER_TARGET)).isEqualTo(1);
  }

  @Test
  void doesNotMakeEntriesOfAnnouncementsAndUnaskedReplies() {
    f.receive(arp(ArpPacket.REQUEST, PEER_MAC, PEER, 0, PEER));
    f.receive(arp(ArpPacket.REPLY, PEER_MAC, PEER, OUR_MAC, US));
    assertThat(f.ip.neighbours()).isEmpty();
    f.expectNothingSent();
    f.expectNoLeak();
  }

  @Test
  void takesANewMacFromAnAnnouncementOfAKnownNeighbour() {
    f.meetPeer();
    f.receive(arp(ArpPacket.REQUEST, 0x0200_0000_0099L, PEER, 0, PEER));
    assertThat(f.ip.neighbours().get(0).mac().orElseThrow().bits()).isEqualTo(0x0200_0000_0099L);
    assertThat(f.ip.neighbours().get(0).state()).isEqualTo("STALE");
  }

  @Test
  void doubtsAReachableNeighbourOnlyWhenItsMacChanges() {
    f.meetPeer();
    f.ip.confirmReachable(PEER);
    f.receive(arp(ArpPacket.REQUEST, PEER_MAC, PEER, 0, PEER));
    assertThat(f.ip.neighbours().get(0).state()).isEqualTo("REACHABLE");
    f.receive(arp(ArpPacket.REQUEST, 0x0200_0000_0099L, PEER, 0, PEER));
    assertThat(f.ip.neighbours().get(0).state()).isEqualTo("STALE");
  }

  @Test
  void doesNotTakeAQuestionForAConfirmation() {
    f.receive(
        ethernet(
            OUR_MAC,
            PEER_MAC,
            EthernetHeader.TYPE_ARP,
            arpBytes(ArpPacket.REQUEST, PEER_MAC, PEER, OUR_MAC, US)));
    assertThat(f.sent()).isNotNull();
    assertThat(f.ip.neighbours().get(0).state()).isEqualTo("STALE");
  }

  @Test
  void doesNotLearnAnAskerFromOutsideThePrefixButAnswersHim() {
    f.receive(arp(ArpPacket.REQUEST, PEER_MAC, ip("192.168.7.7"), 0, US));
    assertThat(f.sent()).isNotNull();
    assertThat(f.ip.neighbours()).isEmpty();
  }

  @Test
  void dropsMalformedPacketsAtEveryLength() {
    byte[] whole = arp(ArpPacket.REQUEST, PEER_MAC, PEER, 0, US);
    for (int length = 0; length < whole.length; length++) {
      f.receive(java.util.Arrays.copyOf(whole, length));
    }
    assertThat(f.dropped(DropReason.ETHERNET_TRUNCATED)).isEqualTo(14);
    assertThat(f.dropped(DropReason.ARP_MALFORMED)).isEqualTo(28);
    f.expectNothingSent();
    f.expectNoLeak();
  }

  @Test
  void dropsImpossibleSenders() {
    f.receive(arp(ArpPacket.REQUEST, 0x0300_0000_0002L & 0xFFFF_FFFF_FFFFL, PEER, 0, US));
    assertThat(f.dropped(DropReason.ETHERNET_SOURCE)).isEqualTo(1);
    byte[] group = arpBytes(ArpPacket.REQUEST, 0x0100_0000_0002L, PEER, 0, US);
    f.receive(ethernet(OUR_MAC, PEER_MAC, EthernetHeader.TYPE_ARP, group));
    f.receive(arp(ArpPacket.REQUEST, PEER_MAC, ip("224.0.0.1"), 0, US));
    f.receive(arp(ArpPacket.REQUEST, PEER_MAC, ip("127.0.0.1"), 0, US));
    f.receive(arp(7, PEER_MAC, PEER, 0, US));
    assertThat(f.dropped(DropReason.ARP_MALFORMED)).isEqualTo(4);
    f.expectNothingSent();
    f.expectNoLeak();
  }

  @Test
  void dropsItsOwnPacketThatComesBack() {
    f.receive(arp(ArpPacket.REQUEST, OUR_MAC, US, 0, US));
    assertThat(f.dropped(DropReason.ARP_OWN)).isEqualTo(1);
    assertThat(f.count("Arp.Conflicts")).isZero();
  }

  @Test
  void dropsFramesForOthersAndOfUnknownType() {
    f.receive(ethernet(0x0200_0000_0077L, PEER_MAC, EthernetHeader.TYPE_IPV4, new byte[46]));
    f.receive(ethernet(OUR_MAC, PEER_MAC, EthernetHeader.TYPE_IPV6, new byte[46]));
    f.receive(ethernet(OUR_MAC, PEER_MAC, 46, new byte[46]));
    assertThat(f.dropped(DropReason.ETHERNET_OTHER_HOST)).isEqualTo(1);
    assertThat(f.dropped(DropReason.ETHERNET_UNKNOWN_TYPE)).isEqualTo(2);
    f.expectNoLeak();
  }

  static byte[] arpBytes(int operation, long senderMac, int sender, long targetMac, int target) {
    ByteBuffer packet = ByteBuffer.allocate(ArpPacket.LENGTH);
    ArpPacket.write(packet, 0, operation, senderMac, sender, targetMac, target);
    return packet.array();
  }
}
