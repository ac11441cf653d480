package io.karavel.ip.internal;

import static io.karavel.ip.internal.IpFixture.OUR_MAC;
import static io.karavel.ip.internal.IpFixture.PEER;
import static io.karavel.ip.internal.IpFixture.PEER_MAC;
import static io.karavel.ip.internal.IpFixture.US;
import static io.karavel.ip.internal.IpFixture.arp;
import static io.karavel.ip.internal.IpFixture.bytes;
import static io.karavel.ip.internal.IpFixture.fragment;
import static io.karavel.ip.internal.IpFixture.fromPeer;
import static io.karavel.ip.internal.IpFixture.ip;
import static io.karavel.ip.internal.IpFixture.ipv4;
import static io.karavel.ip.internal.IpFixture.millis;
import static io.karavel.ip.internal.IpFixture.pattern;
import static io.karavel.ip.internal.IpFixture.tail;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.address.IpAddress;
import io.karavel.address.IpPrefix;
import io.karavel.address.MacAddress;
import io.karavel.engine.CloseReason;
import io.karavel.engine.DropReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.ip.PingReply;
import io.karavel.ip.PingRequest;
import io.karavel.wire.ArpPacket;
import io.karavel.wire.IcmpMessage;
import io.karavel.wire.Ipv4Header;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What one module leaves and the next takes over. */
class HandoverTest {
  private final IpFixture f = new IpFixture();

  /** As the engine does when a module leaves and another comes. */
  private void replace() {
    Handover kept = f.ip.export();
    f.ip.close(CloseReason.HANDED_OVER);
    assertThat(f.lane.timers.armed()).isZero();
    f.open(kept);
  }

  @Test
  void writesTheSameFormAgainAfterOpeningIt() throws Exception {
    populate(f);
    Handover first = f.ip.export();
    Ipv4Layer second = (Ipv4Layer) f.factory.create(f.lane);
    second.open(first);
    assertThat(second.export().sameForm(first)).isTrue();
  }

  @Test
  void keepsAddressesRoutesAndNeighbours() {
    populate(f);
    var addresses = f.ip.addresses();
    var routes = f.ip.routes();
    var neighbours = f.ip.neighbours();
    replace();
    assertThat(f.ip.addresses()).isEqualTo(addresses);
    assertThat(f.ip.routes()).isEqualTo(routes);
    assertThat(f.ip.neighbours()).isEqualTo(neighbours);
    f.expectNothingSent();
  }

  /** An added address, a removed one, static routes and neighbours in several states. */
  private static void populate(IpFixture f) {
    f.configure("eth0", Map.of("device", "d0", "addresses", "10.0.0.1/24, 10.4.0.1/16"));
    f.ip.onInterfacesChanged();
    f.ip.addAddress("eth0", IpPrefix.parse("10.7.0.1/24"));
    f.ip.removeAddress("eth0", IpPrefix.parse("10.4.0.1/16"));
    f.ip.addRoute(
        IpPrefix.parse("192.0.2.0/24"), Optional.of(IpAddress.ipv4(PEER)), Optional.empty(), 5);
    f.ip.addRoute(IpPrefix.parse("198.51.100.0/24"), Optional.empty(), Optional.of("eth0"), 1);
    f.meetPeer();
    f.ip.addNeighbour("eth0", IpAddress.parse("10.7.0.9"), MacAddress.of(0x0200_0000_0009L));
    f.send(f.datagram(0, PEER, 6, pattern(10)));
    f.ip.confirmReachable(PEER);
    f.receive(arp(ArpPacket.REQUEST, 0x0200_0000_0003L, ip("10.0.0.3"), 0, US));
    while (f.sent() != null) {}
  }

  @Test
  void keepsPacketsThatWaitForANeighbourAndItsRequestsGoOn() {
    f.send(f.datagram(0, PEER, 6, pattern(50)));
    f.advance(millis(1500));
    f.sent();
    f.sent();
    replace();
    f.expectNothingSent();
    f.advance(millis(500));
    assertThat(f.sent()).as("the third request, when it was due").isNotNull();
    f.receive(arp(ArpPacket.REPLY, PEER_MAC, PEER, OUR_MAC, US));
    assertThat(tail(f.sent(), 34)).isEqualTo(pattern(50));
    f.expectNoLeak();
  }

  @Test
  void countsRequestsOnAndGivesUpWhenTheOldModuleWouldHave() {
    f.send(f.datagram(0, PEER, 6, pattern(50)));
    f.advance(millis(2500));
    replace();
    f.advance(millis(499));
    assertThat(f.dropped(DropReason.NEIGHBOUR_UNREACHABLE)).isZero();
    f.advance(millis(1));
    assertThat(f.dropped(DropReason.NEIGHBOUR_UNREACHABLE)).isEqualTo(1);
    f.expectNoLeakAfterSent();
  }

  @Test
  void goesOnReassembling() {
    f.meetPeer();
    byte[] whole = pattern(200);
    int more = Ipv4Header.MORE_FRAGMENTS;
    f.receive(fromPeer(fragment(PEER, US, 6, 4, more, Arrays.copyOf(whole, 96))));
    replace();
    f.receive(fromPeer(fragment(PEER, US, 6, 4, 12, tail(whole, 96))));
    assertThat(bytes(f.tcp.datagrams.peek())).isEqualTo(whole);
    f.tcp.datagrams.remove().release();
    f.receive(fromPeer(fragment(PEER, US, 6, 5, more, Arrays.copyOf(whole, 96))));
    f.advance(millis(20_000));
    replace();
    f.advance(millis(10_000));
    assertThat(f.dropped(DropReason.FRAGMENT_TIMEOUT)).isEqualTo(1);
    f.expectNoLeakAfterSent();
  }

  @Test
  void goesOnWaitingForAnEchoReply() throws Exception {
    f.meetPeer();
    PingRequest request = new PingRequest(IpAddress.ipv4(PEER), 9, 1, 8, 0, false, millis(1000));
    CompletableFuture<PingReply> answered = f.ip.ping(request);
    byte[] message = tail(f.sent(), 34);
    CompletableFuture<PingReply> lost =
        f.ip.ping(new PingRequest(IpAddress.ipv4(PEER), 9, 2, 8, 0, false, millis(1000)));
    f.advance(millis(100));
    replace();
    message[0] = IcmpMessage.ECHO_REPLY;
    IcmpMessage.updateChecksum(ByteBuffer.wrap(message), 0, message.length);
    f.receive(fromPeer(ipv4(PEER, US, 1, message)));
    assertThat(answered.get().roundTripNanos()).isEqualTo(millis(100));
    f.advance(millis(899));
    assertThat(lost).isNotDone();
    f.advance(millis(1));
    assertThat(lost.get().outcome()).isEqualTo(PingReply.TIMEOUT);
  }

  @Test
  void doesNotBeginAgainWithIdentificationsUsedBefore() {
    f.meetPeer();
    java.util.Set<Integer> seen = new java.util.HashSet<>();
    for (int i = 0; i < 100; i++) {
      f.send(f.datagram(0, PEER, 17, pattern(10)));
      assertThat(seen.add(Ipv4Header.identification(ByteBuffer.wrap(f.sent()), 14))).isTrue();
      if (i % 10 == 9) {
        replace();
      }
    }
  }

  @Test
  void takesInWhatItSentToItselfBefore() {
    f.ip.send(f.datagram(0, US, 6, pattern(30)));
    replace();
    assertThat(f.tcp.datagrams).hasSize(1);
    f.tcp.datagrams.remove().release();
    f.expectNoLeak();
  }

  @Test
  void goesOnProbingWhereTheOldModuleStood() {
    IpFixture g = new IpFixture(Map.of());
    assertThat(g.sent()).isNotNull();
    Handover kept = g.ip.export();
    g.ip.close(CloseReason.HANDED_OVER);
    g.open(kept);
    g.expectNothingSent();
    g.advance(millis(30_000));
    assertThat(g.device.sent).as("two probes, two announcements").hasSize(4);
    assertThat(g.ip.addresses().get(0).state()).isEqualTo("valid");
  }

  @Test
  void appliesAConfigurationThatChangedMeanwhile() {
    populate(f);
    Handover kept = f.ip.export();
    f.ip.close(CloseReason.HANDED_OVER);
    f.configure("eth0", Map.of("device", "d0", "addresses", "10.0.0.1/24"));
    f.open(kept);
    assertThat(f.ip.addresses()).hasSize(1);
    f.lane.table.remove("eth0");
    replace();
    assertThat(f.ip.addresses()).isEmpty();
    assertThat(f.ip.neighbours()).isEmpty();
  }

  @Test
  void findsAnInterfaceAgainByItsNameUnderAnotherIndex() {
    populate(f);
    var routes = f.ip.routes();
    var neighbours = f.ip.neighbours();
    Handover kept = f.ip.export();
    f.ip.close(CloseReason.HANDED_OVER);
    f.lane.table.remove("eth0");
    f.configure("eth0", Map.of("device", "d0", "addresses", "10.0.0.1/24, 10.4.0.1/16"));
    assertThat(f.lane.table.indexOf("eth0")).isEqualTo(2);
    f.open(kept);
    assertThat(f.ip.routes()).isEqualTo(routes);
    assertThat(f.ip.neighbours()).isEqualTo(neighbours);
    f.receive(arp(ArpPacket.REQUEST, PEER_MAC, PEER, 0, US), 2);
    assertThat(f.sent()).isNotNull();
  }

  @Test
  void knowsTheFramingWhileTheDeviceIsAwayToo() {
    f.meetPeer();
    f.slot("nic:d0").module = null;
    replace();
    f.send(f.datagram(0, PEER, 6, pattern(50)));
    assertThat(f.slot("nic:d0").parked.size()).isEqualTo(1);
  }

  @Test
  void keepsFieldsItDoesNotKnow() throws Exception {
    HandoverWriter future = new HandoverWriter("ip", 1);
    future.putText(4711, "of a later version");
    f.ip.close(CloseReason.HANDED_OVER);
    f.open(future.finish());
    HandoverReader in = f.ip.export().reader();
    String found = null;
    while (in.next()) {
      found = in.tag() == 4711 ? in.textValue() : found;
    }
    assertThat(found).isEqualTo("of a later version");
  }

  @Test
  void refusesStateItCannotReadAndLeavesNothingArmed() {
    f.ip.close(CloseReason.HANDED_OVER);
    Ipv4Layer next = (Ipv4Layer) f.factory.create(f.lane);
    Handover later = new HandoverWriter("ip", 2).putInt(1, 1).finish();
    assertThatThrownBy(() -> next.open(later))
        .isInstanceOf(HandoverException.class)
        .hasMessageContaining("version 2");
    HandoverWriter wrong = new HandoverWriter("ip", 1);
    wrong.begin(20).putInt(4, 99).end();
    assertThatThrownBy(() -> next.open(wrong.finish())).hasMessageContaining("interface 99");
    assertThat(f.lane.timers.armed()).isZero();
  }

  @Test
  void readsTheGoldenFileOfVersion1() throws Exception {
    byte[] form = HexFormat.of().parseHex(golden());
    IpFixture g = new IpFixture();
    populate(g);
    g.send(g.datagram(0, ip("10.0.0.8"), 6, pattern(20)));
    while (g.sent() != null) {}
    assertThat(HexFormat.of().formatHex(g.ip.export().form())).isEqualTo(golden());
    var addresses = g.ip.addresses();
    var routes = g.ip.routes();
    g.ip.close(CloseReason.HANDED_OVER);
    g.open(Handover.restored("ip", 1, form));
    assertThat(g.ip.addresses()).isEqualTo(addresses);
    assertThat(g.ip.routes()).isEqualTo(routes);
    assertThat(g.ip.neighbours().stream().map(n -> n.address() + " " + n.state()))
        .containsExactly(
            "10.0.0.2 REACHABLE", "10.0.0.3 STALE", "10.0.0.8 INCOMPLETE", "10.7.0.9 PERMANENT");
    assertThat(g.ip.neighbours().get(2).queued()).as("packets do not come from disk").isZero();
  }

  private static String golden() throws Exception {
    try (InputStream in = HandoverTest.class.getResourceAsStream("ip-state-v1.hex")) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", "");
    }
  }
}
