package io.karavel.ip.internal;

import static io.karavel.ip.internal.IpFixture.OUR_MAC;
import static io.karavel.ip.internal.IpFixture.PEER;
import static io.karavel.ip.internal.IpFixture.PEER_MAC;
import static io.karavel.ip.internal.IpFixture.US;
import static io.karavel.ip.internal.IpFixture.arp;
import static io.karavel.ip.internal.IpFixture.ethernet;
import static io.karavel.ip.internal.IpFixture.millis;
import static io.karavel.ip.internal.IpFixture.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.DropReason;
import io.karavel.wire.ArpPacket;
import io.karavel.wire.EthernetHeader;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Probing, announcing and defending addresses: RFC 5227. */
class AddressConflictTest {
  private static byte[] probe() {
    return ethernet(
        EthernetHeader.BROADCAST,
        OUR_MAC,
        EthernetHeader.TYPE_ARP,
        ArpTest.arpBytes(ArpPacket.REQUEST, OUR_MAC, 0, 0, US));
  }

  private static byte[] announcement() {
    return ethernet(
        EthernetHeader.BROADCAST,
        OUR_MAC,
        EthernetHeader.TYPE_ARP,
        ArpTest.arpBytes(ArpPacket.REQUEST, OUR_MAC, US, 0, US));
  }

  private static byte[] rival() {
    return arp(ArpPacket.REQUEST, PEER_MAC, US, 0, US);
  }

  private static String state(IpFixture f) {
    return f.ip.addresses().get(0).state();
  }

  @Test
  void probesThreeTimesAndAnnouncesTwiceWhileTheAddressIsInUse() {
    IpFixture f = new IpFixture(Map.of());
    assertThat(f.sent()).as("the first probe goes out at once").isEqualTo(probe());
    assertThat(f.ip.isLocal(US)).isTrue();
    assertThat(state(f)).isEqualTo("tentative");
    f.advance(millis(999));
    f.expectNothingSent();
    f.advance(millis(1001));
    assertThat(f.sent()).as("within PROBE_MIN to PROBE_MAX").isEqualTo(probe());
    f.advance(millis(2000));
    assertThat(f.sent()).isEqualTo(probe());
    f.expectNothingSent();
    f.advance(millis(2000));
    assertThat(f.sent()).as("ANNOUNCE_WAIT").isEqualTo(announcement());
    assertThat(state(f)).isEqualTo("valid");
    f.advance(millis(2000));
    assertThat(f.sent()).as("ANNOUNCE_INTERVAL").isEqualTo(announcement());
    f.advance(millis(100_000));
    f.expectNothingSent();
    assertThat(f.lane.timers.armed()).isZero();
  }

  @Test
  void usesTheAddressOnlyAfterProbingWhenStrict() {
    IpFixture f = new IpFixture(Map.of("conflictDetection", "strict"));
    assertThat(f.ip.isLocal(US)).isFalse();
    assertThat(f.ip.route(0, PEER)).isNull();
    f.advance(millis(1000));
    assertThat(f.sent()).isEqualTo(probe());
    f.advance(millis(6000));
    assertThat(f.sent()).isEqualTo(probe());
    assertThat(f.sent()).isEqualTo(probe());
    assertThat(f.sent()).isEqualTo(announcement());
    assertThat(f.ip.isLocal(US)).isTrue();
    assertThat(f.ip.route(0, PEER)).isNotNull();
  }

  @Test
  void announcesAtOnceWithoutDetection() {
    IpFixture f = new IpFixture(Map.of("conflictDetection", "off"));
    assertThat(f.sent()).isEqualTo(announcement());
    assertThat(state(f)).isEqualTo("valid");
  }

  @Test
  void givesAnAddressUpWhenAnotherStationHasItDuringProbing() {
    IpFixture f = new IpFixture(Map.of());
    f.sent();
    f.receive(arp(ArpPacket.REPLY, PEER_MAC, US, OUR_MAC, 0));
    assertThat(state(f)).isEqualTo("conflict");
    assertThat(f.ip.isLocal(US)).isFalse();
    assertThat(f.count("Arp.Conflicts")).isEqualTo(1);
    assertThat(f.dropped(DropReason.ARP_CONFLICT)).isEqualTo(1);
    assertThat(f.lane.events.since(0)).anySatisfy(e -> assertThat(e.text()).contains("taken out"));
    f.expectNothingSent();
  }

  @Test
  void givesAnAddressUpWhenAnotherStationProbesForItAtTheSameTime() {
    IpFixture f = new IpFixture(Map.of("conflictDetection", "strict"));
    f.receive(arp(ArpPacket.REQUEST, PEER_MAC, 0, 0, US));
    assertThat(state(f)).isEqualTo("conflict");
    f.expectNothingSent();
  }

  @Test
  void probesAgainAfterAMinuteAndTakesTheAddressIfItIsFree() {
    IpFixture f = new IpFixture(Map.of());
    f.receive(rival());
    while (f.sent() != null) {}
    f.advance(millis(59_999));
    f.expectNothingSent();
    f.advance(millis(1));
    assertThat(f.sent()).isEqualTo(probe());
    f.advance(millis(10_000));
    assertThat(state(f)).isEqualTo("valid");
    assertThat(f.ip.isLocal(US)).isTrue();
  }

  @Test
  void defendsAnAddressAtMostOnceInTenSecondsAndKeepsIt() {
    IpFixture f = new IpFixture(Map.of("conflictDetection", "off", "arpAnnounceCount", 0));
    f.receive(rival());
    assertThat(f.sent()).isEqualTo(announcement());
    f.receive(rival());
    f.advance(millis(9_999));
    f.receive(rival());
    f.expectNothingSent();
    f.advance(millis(1));
    f.receive(rival());
    assertThat(f.sent()).isEqualTo(announcement());
    assertThat(state(f)).isEqualTo("valid");
    assertThat(f.count("Arp.Conflicts")).isEqualTo(4);
    assertThat(f.count("Arp.Defences")).isEqualTo(2);
  }

  @Test
  void defendsOnceAndThenGivesUpIfToldSo() {
    IpFixture f =
        new IpFixture(
            Map.of("conflictDetection", "off", "arpAnnounceCount", 0, "conflictDefence", "once"));
    f.receive(rival());
    assertThat(f.sent()).isEqualTo(announcement());
    f.receive(rival());
    f.expectNothingSent();
    assertThat(state(f)).isEqualTo("conflict");
  }

  @Test
  void changesTheDefenceLive() {
    IpFixture f = new IpFixture();
    f.set("conflictDefence", "never");
    f.receive(rival());
    f.expectNothingSent();
    assertThat(state(f)).isEqualTo("conflict");
  }

  @Test
  void doesNotTakeTheRivalForANeighbour() {
    IpFixture f = new IpFixture();
    f.receive(rival());
    assertThat(f.ip.neighbours()).isEmpty();
    f.expectNoLeakAfterSent();
  }

  @Test
  void dropsWhatIsSentFromAnAddressGivenUp() {
    IpFixture f = new IpFixture();
    f.set("conflictDefence", "never");
    f.receive(rival());
    f.send(f.datagram(US, PEER, 6, pattern(20)));
    assertThat(f.dropped(DropReason.IP_NO_ROUTE)).isEqualTo(1);
    f.expectNothingSent();
  }
}
