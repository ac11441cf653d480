package io.karavel.ip.internal;

import static io.karavel.ip.internal.IpFixture.OUR_MAC;
import static io.karavel.ip.internal.IpFixture.PEER;
import static io.karavel.ip.internal.IpFixture.US;
import static io.karavel.ip.internal.IpFixture.ip;
import static io.karavel.ip.internal.IpFixture.pattern;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.address.IpAddress;
import io.karavel.address.IpPrefix;
import io.karavel.ip.AddressInfo;
import io.karavel.ip.RouteInfo;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.wire.ArpPacket;
import io.karavel.wire.EthernetHeader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Interfaces, addresses and routes as they are configured, changed and asked for. */
class InterfacesTest {
  private final IpFixture f = new IpFixture();

  private void reconfigure(String name, Map<String, ?> raw) {
    f.configure(name, raw);
    f.ip.onInterfacesChanged();
    f.settle();
  }

  private List<String> routes() {
    return f.ip.routes().stream().map(InterfacesTest::describe).toList();
  }

  private static String describe(RouteInfo r) {
    return r.destination()
        + r.gateway().map(g -> " via " + g).orElse("")
        + " dev "
        + r.interfaceName()
        + " src "
        + r.source()
        + " metric "
        + r.metric()
        + " "
        + r.origin();
  }

  @Test
  void showsConfiguredAddressesAndTheRoutesThatFollow() {
    AddressInfo info = f.ip.addresses().get(0);
    assertThat(info.interfaceName()).isEqualTo("eth0");
    assertThat(info.device()).isEqualTo("d0");
    assertThat(info.address()).isEqualTo(IpPrefix.parse("10.0.0.1/24"));
    assertThat(info.mac().bits()).isEqualTo(OUR_MAC);
    assertThat(info.mtu()).isEqualTo(1500);
    assertThat(info.up()).isTrue();
    assertThat(info.state()).isEqualTo("valid");
    assertThat(info.origin()).isEqualTo("configured");
    assertThat(routes())
        .containsExactly(
            "10.0.0.0/24 dev eth0 src 10.0.0.1 metric 0 connected",
            "0.0.0.0/0 via 10.0.0.254 dev eth0 src 10.0.0.1 metric 0 configured");
  }

  @Test
  void carriesSeveralAddressesAndAnswersForEach() {
    reconfigure("eth0", Map.of("device", "d0", "addresses", "10.0.0.1/24, 10.5.0.1/16"));
    assertThat(f.ip.isLocal(ip("10.5.0.1"))).isTrue();
    assertThat(f.ip.isLocal(US)).isTrue();
    f.receive(
        IpFixture.arp(ArpPacket.REQUEST, 0x0200_0000_0005L, ip("10.5.0.9"), 0, ip("10.5.0.1")));
    assertThat(ArpPacket.senderAddress(ByteBuffer.wrap(f.sent()), 14)).isEqualTo(ip("10.5.0.1"));
    assertThat(f.ip.route(0, ip("10.5.7.7")).sourceIpv4()).isEqualTo(ip("10.5.0.1"));
    assertThat(f.ip.route(0, PEER).sourceIpv4()).isEqualTo(US);
    assertThat(f.ip.route(ip("10.5.0.1"), PEER).sourceIpv4()).isEqualTo(ip("10.5.0.1"));
  }

  @Test
  void addsAndRemovesAddressesFromTheShell() {
    int revision = f.ip.routeRevision();
    f.ip.addAddress("eth0", IpPrefix.parse("10.7.0.1/24"));
    assertThat(f.ip.isLocal(ip("10.7.0.1"))).isTrue();
    assertThat(f.ip.routeRevision()).isGreaterThan(revision);
    assertThat(f.ip.addresses().get(1).origin()).isEqualTo("added");
    f.ip.onInterfacesChanged();
    assertThat(f.ip.isLocal(ip("10.7.0.1"))).as("nothing changed").isTrue();
    f.ip.removeAddress("eth0", IpPrefix.parse("10.0.0.1/24"));
    f.ip.onInterfacesChanged();
    assertThat(f.ip.isLocal(US)).as("removed until configured anew").isFalse();
    reconfigure("eth0", Map.of("device", "d0", "addresses", "10.0.0.1/24", "mtu", 1400));
    assertThat(f.ip.isLocal(US)).isTrue();
    assertThat(f.ip.isLocal(ip("10.7.0.1"))).isFalse();
  }

  @Test
  void publishesTheAddressesInUse() {
    assertThat(f.lane.localAddresses.all()).containsExactly(IpAddress.ipv4(US));
    f.ip.addAddress("eth0", IpPrefix.parse("10.7.0.1/24"));
    assertThat(f.lane.localAddresses.all())
        .containsExactlyInAnyOrder(IpAddress.ipv4(US), IpAddress.parse("10.7.0.1"));
    f.lane.table.remove("eth0");
    f.ip.onInterfacesChanged();
    assertThat(f.lane.localAddresses.all()).isEmpty();
  }

  @Test
  void followsAPrefixLengthThatChanges() {
    reconfigure("eth0", Map.of("device", "d0", "addresses", "10.0.0.1/16"));
    assertThat(routes()).containsExactly("10.0.0.0/16 dev eth0 src 10.0.0.1 metric 0 connected");
    assertThat(f.ip.isLocal(US)).isTrue();
  }

  @Test
  void saysWhyAnAddressIsRefused() {
    assertThatThrownBy(() -> f.ip.addAddress("eth1", IpPrefix.parse("10.7.0.1/24")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no interface 'eth1'")
        .hasMessageContaining("eth0");
    assertThatThrownBy(() -> f.ip.addAddress("eth0", IpPrefix.parse("10.0.0.1/16")))
        .hasMessageContaining("already");
    assertThatThrownBy(() -> f.ip.addAddress("eth0", IpPrefix.parse("224.0.0.1/24")))
        .hasMessageContaining("unicast");
    assertThatThrownBy(() -> f.ip.addAddress("eth0", IpPrefix.parse("10.7.0.255/24")))
        .hasMessageContaining("broadcast");
    assertThatThrownBy(() -> f.ip.removeAddress("eth0", IpPrefix.parse("10.0.0.1/25")))
        .hasMessageContaining("10.0.0.1/24");
    f.set("routesMaximum", 16);
    for (int i = 0; i < 14; i++) {
      f.ip.addAddress("eth0", IpPrefix.parse("10.8." + i + ".1/24"));
    }
    assertThatThrownBy(() -> f.ip.addAddress("eth0", IpPrefix.parse("10.9.0.1/24")))
        .hasMessageContaining("routesMaximum");
  }

  @Test
  void prefersTheLongestPrefixThenTheLowestMetric() {
    f.ip.addRoute(
        IpPrefix.parse("192.0.2.0/24"),
        Optional.of(IpAddress.parse("10.0.0.3")),
        Optional.empty(),
        9);
    f.ip.addRoute(
        IpPrefix.parse("192.0.2.0/24"),
        Optional.of(IpAddress.parse("10.0.0.4")),
        Optional.empty(),
        5);
    f.ip.addRoute(
        IpPrefix.parse("192.0.2.128/25"),
        Optional.of(IpAddress.parse("10.0.0.5")),
        Optional.empty(),
        7);
    assertThat(gatewayTo("192.0.2.1")).isEqualTo("10.0.0.4");
    assertThat(gatewayTo("192.0.2.200")).isEqualTo("10.0.0.5");
    assertThat(gatewayTo("198.51.100.1")).isEqualTo("10.0.0.254");
    assertThat(f.ip.routeTo(IpAddress.ipv4(PEER)).orElseThrow().gateway()).isEmpty();
    assertThat(f.ip.removeRoute(IpPrefix.parse("192.0.2.0/24"), Optional.empty())).isEqualTo(2);
    assertThat(gatewayTo("192.0.2.1")).isEqualTo("10.0.0.254");
  }

  @Test
  void theGatewayOfAnInterfaceChangesLive() {
    assertThat(gatewayTo("198.51.100.1")).isEqualTo("10.0.0.254");
    reconfigure("eth0", Map.of("device", "d0", "addresses", "10.0.0.1/24", "gateway", "10.0.0.9"));
    assertThat(gatewayTo("198.51.100.1")).isEqualTo("10.0.0.9");
    reconfigure("eth0", Map.of("device", "d0", "addresses", "10.0.0.1/24"));
    assertThat(f.ip.routeTo(IpAddress.parse("198.51.100.1"))).isEmpty();
  }

  private String gatewayTo(String destination) {
    RouteInfo route = f.ip.routeTo(IpAddress.parse(destination)).orElseThrow();
    return route.gateway().orElseThrow().toString();
  }

  @Test
  void showsTheRouteToItself() {
    RouteInfo route = f.ip.routeTo(IpAddress.ipv4(US)).orElseThrow();
    assertThat(route.interfaceName()).isEqualTo("lo");
    assertThat(route.origin()).isEqualTo("local");
    assertThat(f.ip.route(0, US).mtu()).isEqualTo(65_535);
    f.set("loopbackMtuBytes", 1500);
    assertThat(f.ip.route(0, US).mtu()).isEqualTo(1500);
  }

  @Test
  void saysWhyARouteIsRefused() {
    IpPrefix net = IpPrefix.parse("192.0.2.0/24");
    assertThatThrownBy(() -> f.ip.addRoute(net, Optional.empty(), Optional.empty(), 0))
        .hasMessageContaining("gateway or an interface");
    assertThatThrownBy(
            () ->
                f.ip.addRoute(net, Optional.of(IpAddress.parse("192.0.2.1")), Optional.empty(), 0))
        .hasMessageContaining("not a neighbour");
    assertThatThrownBy(
            () -> f.ip.addRoute(net, Optional.of(IpAddress.ipv4(US)), Optional.empty(), 0))
        .hasMessageContaining("cannot be a gateway");
    assertThatThrownBy(
            () ->
                f.ip.addRoute(
                    IpPrefix.parse("192.0.2.1/24"), Optional.empty(), Optional.of("eth0"), 0))
        .hasMessageContaining("192.0.2.0/24");
    f.ip.addRoute(net, Optional.empty(), Optional.of("eth0"), 0);
    assertThatThrownBy(() -> f.ip.addRoute(net, Optional.empty(), Optional.of("eth0"), 0))
        .hasMessageContaining("already");
  }

  @Test
  void removesAnInterfaceWithAllThatHangsOnIt() {
    f.ip.addRoute(IpPrefix.parse("192.0.2.0/24"), Optional.empty(), Optional.of("eth0"), 0);
    f.meetPeer();
    f.send(f.datagram(0, ip("10.0.0.9"), 6, pattern(10)));
    f.lane.table.remove("eth0");
    f.ip.onInterfacesChanged();
    assertThat(f.ip.addresses()).isEmpty();
    assertThat(f.ip.routes()).isEmpty();
    assertThat(f.ip.neighbours()).isEmpty();
    assertThat(f.ip.isLocal(US)).isFalse();
    f.expectNoLeakAfterSent();
  }

  @Test
  void takesAnInterfaceOutOfUseAndBack() {
    reconfigure("eth0", Map.of("device", "d0", "addresses", "10.0.0.1/24", "enabled", "false"));
    assertThat(f.ip.isLocal(US)).isFalse();
    assertThat(f.ip.route(0, PEER)).isNull();
    reconfigure("eth0", Map.of("device", "d0", "addresses", "10.0.0.1/24"));
    assertThat(f.ip.isLocal(US)).isTrue();
  }

  @Test
  void announcesItsAddressesAgainWithANewMac() {
    f.set("arpAnnounceCount", 1);
    reconfigure(
        "eth0", Map.of("device", "d0", "addresses", "10.0.0.1/24", "mac", "02:00:00:00:00:11"));
    byte[] frame = f.sent();
    assertThat(ArpPacket.senderMac(ByteBuffer.wrap(frame), 14)).isEqualTo(0x0200_0000_0011L);
    assertThat(ArpPacket.targetAddress(ByteBuffer.wrap(frame), 14)).isEqualTo(US);
    assertThat(EthernetHeader.source(ByteBuffer.wrap(frame), 0)).isEqualTo(0x0200_0000_0011L);
  }

  @Test
  void probesOnlyOnceADeviceIsThere() {
    IpFixture g = new IpFixture(Map.of());
    g.expectNothingLeftOf(3);
    g.configure("eth1", Map.of("device", "d1", "addresses", "10.1.0.1/24"));
    g.ip.onInterfacesChanged();
    assertThat(g.ip.isLocal(ip("10.1.0.1"))).isTrue();
    TestDevice late = new TestDevice(DeviceCapabilities.plain(false, 1400));
    g.slot("nic:d1").module = late;
    g.ip.onInterfacesChanged();
    assertThat(late.sent).as("the first probe").hasSize(1);
    assertThat(g.ip.route(0, ip("10.1.0.2")).mtu()).isEqualTo(1400);
  }

  @Test
  void beginsAgainWithProbesAndNeighboursOnAnotherDevice() {
    IpFixture g = new IpFixture(Map.of());
    g.advance(IpFixture.millis(2500));
    g.meetPeer();
    g.expectNoLeakAfterSent();
    TestDevice other = new TestDevice(DeviceCapabilities.plain(false, 1500));
    g.slot("nic:d1").module = other;
    g.configure("eth0", Map.of("device", "d1", "addresses", "10.0.0.1/24"));
    g.ip.onInterfacesChanged();
    assertThat(g.ip.neighbours()).isEmpty();
    g.advance(IpFixture.millis(30_000));
    g.expectNothingSent();
    assertThat(other.sent).as("three probes and two announcements").hasSize(5);
    assertThat(g.ip.addresses().get(0).state()).isEqualTo("valid");
  }

  @Test
  void sendsNoFrameByADeviceThatTurnsOutToBeBare() {
    IpFixture g = new IpFixture(Map.of());
    g.send(g.datagram(0, PEER, 6, pattern(10)));
    while (g.sent() != null) {}
    g.device.capabilities = DeviceCapabilities.plain(true, 1500);
    g.ip.onInterfacesChanged();
    g.advance(IpFixture.millis(30_000));
    g.expectNothingSent();
    assertThat(g.ip.addresses().get(0).state()).isEqualTo("valid");
    g.device.capabilities = DeviceCapabilities.plain(false, 1500);
    g.ip.onInterfacesChanged();
    assertThat(g.device.sent).as("the first probe").hasSize(1);
  }

  @Test
  void keepsInterfacesApart() {
    TestDevice other = new TestDevice(DeviceCapabilities.plain(false, 1500));
    f.slot("nic:d1").module = other;
    reconfigure("eth1", Map.of("device", "d1", "addresses", "10.1.0.1/24"));
    f.send(f.datagram(0, ip("10.1.0.2"), 6, pattern(10)));
    f.expectNothingSent();
    assertThat(other.sent).hasSize(1);
    f.receive(IpFixture.arp(ArpPacket.REQUEST, 0x0200_0000_0005L, PEER, 0, ip("10.1.0.1")), 1);
    f.expectNothingSent();
    assertThat(f.ip.neighbours()).hasSize(1);
  }

  @Test
  void doesNotTakeTheLastAddressOfAPrefixOf31ForABroadcast() {
    reconfigure("eth0", Map.of("device", "d0", "addresses", "10.0.0.0/31"));
    f.send(f.datagram(0, ip("10.0.0.1"), 6, pattern(10)));
    assertThat(EthernetHeader.type(ByteBuffer.wrap(f.sent()), 0))
        .isEqualTo(EthernetHeader.TYPE_ARP);
  }
}
