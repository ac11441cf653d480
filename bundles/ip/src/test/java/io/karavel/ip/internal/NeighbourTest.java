package io.karavel.ip.internal;

import static io.karavel.ip.internal.IpFixture.OUR_MAC;
import static io.karavel.ip.internal.IpFixture.PEER;
import static io.karavel.ip.internal.IpFixture.PEER_MAC;
import static io.karavel.ip.internal.IpFixture.US;
import static io.karavel.ip.internal.IpFixture.arp;
import static io.karavel.ip.internal.IpFixture.ethernet;
import static io.karavel.ip.internal.IpFixture.ip;
import static io.karavel.ip.internal.IpFixture.millis;
import static io.karavel.ip.internal.IpFixture.pattern;
import static io.karavel.ip.internal.IpFixture.tail;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.address.IpAddress;
import io.karavel.address.MacAddress;
import io.karavel.engine.DropReason;
import io.karavel.wire.ArpPacket;
import io.karavel.wire.EthernetHeader;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Resolution and reachability: RFC 1122 §2.3.2, RFC 4861 §7.3 applied to ARP. */
class NeighbourTest {
  private final IpFixture f = new IpFixture();

  private byte[] request() {
    return ethernet(
        EthernetHeader.BROADCAST,
        OUR_MAC,
        EthernetHeader.TYPE_ARP,
        ArpTest.arpBytes(ArpPacket.REQUEST, OUR_MAC, US, 0, PEER));
  }

  private byte[] unicastRequest() {
    return ethernet(
        PEER_MAC,
        OUR_MAC,
        EthernetHeader.TYPE_ARP,
        ArpTest.arpBytes(ArpPacket.REQUEST, OUR_MAC, US, 0, PEER));
  }

  private void sendToPeer(int bytes) {
    f.send(f.datagram(0, PEER, 6, pattern(bytes)));
  }

  private void peerReplies() {
    f.receive(arp(ArpPacket.REPLY, PEER_MAC, PEER, OUR_MAC, US));
  }

  private String state() {
    return f.ip.neighbours().get(0).state();
  }

  @Test
  void keepsPacketsWhileResolvingAndSendsThemInOrder() {
    sendToPeer(100);
    sendToPeer(200);
    assertThat(f.sent()).isEqualTo(request());
    f.expectNothingSent();
    assertThat(f.ip.neighbours().get(0).queued()).isEqualTo(2);
    peerReplies();
    assertThat(f.sent()).hasSize(14 + 20 + 100);
    byte[] second = f.sent();
    assertThat(second).hasSize(14 + 20 + 200);
    assertThat(EthernetHeader.destination(ByteBuffer.wrap(second), 0)).isEqualTo(PEER_MAC);
    assertThat(EthernetHeader.source(ByteBuffer.wrap(second), 0)).isEqualTo(OUR_MAC);
    assertThat(tail(second, 34)).isEqualTo(pattern(200));
    assertThat(state()).isEqualTo("REACHABLE");
    f.expectNoLeak();
  }

  @Test
  void repeatsTheRequestOncePerSecondAndGivesUpAfterThree() {
    sendToPeer(100);
    assertThat(f.sent()).isEqualTo(request());
    f.advance(millis(999));
    f.expectNothingSent();
    f.advance(millis(1));
    assertThat(f.sent()).isEqualTo(request());
    f.advance(millis(1000));
    assertThat(f.sent()).isEqualTo(request());
    f.advance(millis(999));
    assertThat(f.dropped(DropReason.NEIGHBOUR_UNREACHABLE)).isZero();
    f.advance(millis(1));
    f.expectNothingSent();
    assertThat(state()).isEqualTo("FAILED");
    assertThat(f.dropped(DropReason.NEIGHBOUR_UNREACHABLE)).isEqualTo(1);
    f.expectNoLeak();
  }

  @Test
  void tellsTheTransportThatTheHostIsUnreachable() {
    f.send(f.datagram(0, PEER, 6, pattern(40)));
    f.advance(millis(3000));
    ByteBuffer header = ByteBuffer.wrap(pattern(40));
    assertThat(f.tcp.errors)
        .containsExactly(
            new TestTransport.ToldError(
                3,
                1,
                0,
                US,
                PEER,
                header.getShort(0) & 0xFFFF,
                header.getShort(2) & 0xFFFF,
                header.getInt(4)));
  }

  @Test
  void asksAgainWhenAPacketComesForAFailedNeighbour() {
    sendToPeer(100);
    f.advance(millis(3000));
    while (f.sent() != null) {}
    sendToPeer(100);
    assertThat(f.sent()).isEqualTo(request());
    assertThat(state()).isEqualTo("INCOMPLETE");
  }

  @Test
  void retriesAndTimesAsConfiguredLive() {
    f.set("neighbourRetransmitMs", 200);
    f.set("neighbourBroadcastProbes", 2);
    sendToPeer(100);
    assertThat(f.sent()).isEqualTo(request());
    f.advance(millis(200));
    assertThat(f.sent()).isEqualTo(request());
    f.advance(millis(200));
    f.expectNothingSent();
    assertThat(state()).isEqualTo("FAILED");
  }

  @Test
  void boundsTheQueueByPacketsAndTheOldestGivesWay() {
    f.set("neighbourQueuePackets", 3);
    for (int i = 1; i <= 5; i++) {
      sendToPeer(i);
    }
    assertThat(f.dropped(DropReason.NEIGHBOUR_QUEUE_FULL)).isEqualTo(2);
    f.sent();
    peerReplies();
    assertThat(f.sent()).hasSize(34 + 3);
    assertThat(f.sent()).hasSize(34 + 4);
    assertThat(f.sent()).hasSize(34 + 5);
  }

  @Test
  void boundsTheQueueByBytesButKeepsTheLatest() {
    f.set("neighbourQueueBytes", 1500);
    sendToPeer(1000);
    sendToPeer(1001);
    assertThat(f.dropped(DropReason.NEIGHBOUR_QUEUE_FULL)).isEqualTo(1);
    assertThat(f.ip.neighbours().get(0).queued()).isEqualTo(1);
    f.sent();
    peerReplies();
    assertThat(f.sent()).hasSize(34 + 1001);
  }

  @Test
  void probesAStaleNeighbourDirectlyAfterADelayOfUse() {
    f.meetPeer();
    sendToPeer(10);
    assertThat(f.sent()).hasSize(44);
    assertThat(state()).isEqualTo("DELAY");
    f.advance(millis(4999));
    f.expectNothingSent();
    f.advance(millis(1));
    assertThat(f.sent()).isEqualTo(unicastRequest());
    assertThat(state()).isEqualTo("PROBE");
    peerReplies();
    assertThat(state()).isEqualTo("REACHABLE");
    f.advance(millis(10_000));
    f.expectNothingSent();
  }

  @Test
  void isSparedTheProbeByTheTransportsConfirmation() {
    f.meetPeer();
    sendToPeer(10);
    f.sent();
    f.advance(millis(3000));
    f.ip.confirmReachable(PEER);
    assertThat(state()).isEqualTo("REACHABLE");
    f.advance(millis(10_000));
    f.expectNothingSent();
  }

  @Test
  void failsANeighbourThatDoesNotAnswerThreeProbesWhileTrafficGoesOn() {
    f.meetPeer();
    sendToPeer(10);
    f.sent();
    f.advance(millis(5000));
    assertThat(f.sent()).isEqualTo(unicastRequest());
    sendToPeer(11);
    assertThat(f.sent()).as("still sent to the known address").hasSize(45);
    f.advance(millis(2000));
    assertThat(f.sent()).isEqualTo(unicastRequest());
    assertThat(f.sent()).isEqualTo(unicastRequest());
    f.advance(millis(1000));
    assertThat(state()).isEqualTo("FAILED");
    f.expectNothingSent();
  }

  @Test
  void fadesFromReachableToStaleBetweenHalfAndOneAndAHalfTimesThirtySeconds() {
    sendToPeer(10);
    peerReplies();
    assertThat(state()).isEqualTo("REACHABLE");
    f.advance(millis(14_999));
    assertThat(state()).isEqualTo("REACHABLE");
    f.advance(millis(30_002));
    assertThat(state()).isEqualTo("STALE");
    while (f.sent() != null) {}
    sendToPeer(10);
    assertThat(state()).isEqualTo("DELAY");
  }

  @Test
  void forgetsAnUnusedNeighbourAndThenRestsWithoutTimers() {
    f.meetPeer();
    f.advance(millis(59_000));
    assertThat(f.ip.neighbours()).hasSize(1);
    f.advance(millis(32_000));
    assertThat(f.ip.neighbours()).isEmpty();
    assertThat(f.count("Neighbour.Entries")).isZero();
    f.advance(millis(120_000));
    assertThat(f.lane.timers.armed()).isZero();
  }

  @Test
  void probesASuspectAtOnce() {
    sendToPeer(10);
    peerReplies();
    while (f.sent() != null) {}
    f.ip.suspect(PEER);
    assertThat(f.sent()).isEqualTo(unicastRequest());
    assertThat(state()).isEqualTo("PROBE");
  }

  @Test
  void keepsTheTableWithinItsLimitAndTheIdleGiveWay() {
    f.set("neighboursMaximum", 16);
    f.meetPeer();
    sendToPeer(10);
    f.ip.confirmReachable(PEER);
    for (int i = 10; i < 60; i++) {
      f.advance(millis(1));
      f.send(f.datagram(0, ip("10.0.0." + i), 6, pattern(20)));
    }
    assertThat(f.ip.neighbours()).hasSize(16);
    assertThat(f.ip.neighbours().get(0).state()).as("in use, so it stays").isEqualTo("REACHABLE");
    assertThat(f.count("Neighbour.Evicted")).isEqualTo(35);
    assertThat(f.dropped(DropReason.NEIGHBOUR_TABLE_FULL)).isEqualTo(35);
  }

  @Test
  void usesAPermanentNeighbourWithoutAskingAndNeverForgetsIt() {
    f.ip.addNeighbour("eth0", IpAddress.ipv4(PEER), MacAddress.of(0x0200_0000_0042L));
    sendToPeer(10);
    assertThat(EthernetHeader.destination(ByteBuffer.wrap(f.sent()), 0))
        .isEqualTo(0x0200_0000_0042L);
    f.receive(arp(ArpPacket.REQUEST, PEER_MAC, PEER, 0, US));
    f.advance(millis(1_000_000));
    assertThat(f.ip.neighbours().get(0).state()).isEqualTo("PERMANENT");
    assertThat(f.ip.neighbours().get(0).mac().orElseThrow().bits()).isEqualTo(0x0200_0000_0042L);
    assertThat(f.ip.flushNeighbours(Optional.empty(), Optional.empty())).isZero();
  }

  @Test
  void flushesOneOrAll() {
    f.meetPeer();
    f.receive(arp(ArpPacket.REQUEST, 0x0200_0000_0003L, ip("10.0.0.3"), 0, US));
    f.receive(arp(ArpPacket.REQUEST, 0x0200_0000_0004L, ip("10.0.0.4"), 0, US));
    assertThat(f.ip.flushNeighbours(Optional.empty(), Optional.of(IpAddress.ipv4(PEER))))
        .isEqualTo(1);
    assertThat(f.ip.flushNeighbours(Optional.of("eth0"), Optional.empty())).isEqualTo(2);
    assertThat(f.ip.neighbours()).isEmpty();
    sendToPeer(10);
    assertThat(f.ip.flushNeighbours(Optional.empty(), Optional.empty())).isEqualTo(1);
    assertThat(f.dropped(DropReason.NEIGHBOUR_REMOVED)).isEqualTo(1);
    assertThatThrownBy(() -> f.ip.flushNeighbours(Optional.of("eth9"), Optional.empty()))
        .hasMessageContaining("eth9")
        .hasMessageContaining("eth0");
  }

  @Test
  void removesAPermanentNeighbourByName() {
    f.ip.addNeighbour("eth0", IpAddress.ipv4(PEER), MacAddress.of(0x0200_0000_0042L));
    assertThat(f.ip.removeNeighbour("eth0", IpAddress.ipv4(PEER))).isTrue();
    assertThat(f.ip.removeNeighbour("eth0", IpAddress.ipv4(PEER))).isFalse();
    assertThat(f.ip.neighbours()).isEmpty();
    sendToPeer(10);
    assertThat(f.sent()).isEqualTo(request());
  }

  @Test
  void refusesNeighboursThatCannotBe() {
    assertThatThrownBy(
            () -> f.ip.addNeighbour("eth0", IpAddress.parse("10.9.0.1"), MacAddress.of(2)))
        .hasMessageContaining("prefix");
    assertThatThrownBy(() -> f.ip.addNeighbour("eth0", IpAddress.ipv4(PEER), MacAddress.BROADCAST))
        .hasMessageContaining("unicast");
  }
}
