package io.karavel.ip.internal;

import static io.karavel.ip.internal.IpFixture.OUR_MAC;
import static io.karavel.ip.internal.IpFixture.PEER;
import static io.karavel.ip.internal.IpFixture.PEER_MAC;
import static io.karavel.ip.internal.IpFixture.US;
import static io.karavel.ip.internal.IpFixture.arp;
import static io.karavel.ip.internal.IpFixture.ip;
import static io.karavel.ip.internal.IpFixture.millis;
import static io.karavel.ip.internal.IpFixture.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpPrefix;
import io.karavel.ip.NeighbourInfo;
import io.karavel.wire.ArpPacket;
import io.karavel.wire.EthernetHeader;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Keys of io.karavel.ip changed while the module works, as far as no other test does it. */
class LiveSettingsTest {
  private final IpFixture f = new IpFixture();

  private void sendToPeer() {
    f.send(f.datagram(0, PEER, 6, pattern(10)));
  }

  private String state() {
    return f.ip.neighbours().stream().map(NeighbourInfo::state).findFirst().orElse("gone");
  }

  private int sentArp() {
    int count = 0;
    for (byte[] frame = f.sent(); frame != null; frame = f.sent()) {
      count += EthernetHeader.type(ByteBuffer.wrap(frame), 0) == EthernetHeader.TYPE_ARP ? 1 : 0;
    }
    return count;
  }

  @Test
  void neighbourReachableMs() {
    f.set("neighbourReachableMs", 1000);
    sendToPeer();
    f.receive(arp(ArpPacket.REPLY, PEER_MAC, PEER, OUR_MAC, US));
    f.advance(millis(499));
    assertThat(state()).isEqualTo("REACHABLE");
    f.advance(millis(1002));
    assertThat(state()).isEqualTo("STALE");
  }

  @Test
  void neighbourProbeDelayMs() {
    f.set("neighbourProbeDelayMs", 300);
    f.meetPeer();
    sendToPeer();
    sentArp();
    f.advance(millis(299));
    assertThat(sentArp()).isZero();
    f.advance(millis(1));
    assertThat(sentArp()).isEqualTo(1);
  }

  @Test
  void neighbourUnicastProbes() {
    f.set("neighbourUnicastProbes", 5);
    f.meetPeer();
    sendToPeer();
    f.advance(millis(5000 + 4999));
    assertThat(state()).isEqualTo("PROBE");
    assertThat(sentArp()).isEqualTo(5);
    f.advance(millis(1));
    assertThat(state()).isEqualTo("FAILED");
  }

  @Test
  void neighbourStaleMs() {
    f.set("neighbourStaleMs", 2000);
    f.meetPeer();
    f.advance(millis(1999));
    assertThat(state()).isEqualTo("STALE");
    f.advance(millis(1001));
    assertThat(state()).isEqualTo("gone");
  }

  @Test
  void conflictDetectionForNewAddresses() {
    f.set("conflictDetection", "strict");
    f.ip.addAddress("eth0", IpPrefix.parse("10.7.0.1/24"));
    assertThat(f.ip.isLocal(ip("10.7.0.1"))).isFalse();
    f.set("conflictDetection", "off");
    f.ip.addAddress("eth0", IpPrefix.parse("10.8.0.1/24"));
    assertThat(f.ip.isLocal(ip("10.8.0.1"))).isTrue();
    assertThat(f.ip.isLocal(US)).as("what was there stays").isTrue();
  }

  @Test
  void theTimesOfProbingAndAnnouncing() {
    f.set("conflictDetection", "strict");
    f.set("arpProbeWaitMs", 0);
    f.set("arpProbeCount", 2);
    f.set("arpProbeMinimumMs", 50);
    f.set("arpProbeMaximumMs", 50);
    f.set("arpAnnounceWaitMs", 70);
    f.set("arpAnnounceCount", 3);
    f.set("arpAnnounceIntervalMs", 90);
    f.ip.addAddress("eth0", IpPrefix.parse("10.7.0.1/24"));
    f.advance(0);
    assertThat(f.count("Arp.OutProbes")).isEqualTo(1);
    f.advance(millis(49));
    assertThat(f.count("Arp.OutProbes")).isEqualTo(1);
    f.advance(millis(1));
    assertThat(f.count("Arp.OutProbes")).isEqualTo(2);
    f.advance(millis(69));
    assertThat(f.count("Arp.OutAnnouncements")).isZero();
    assertThat(f.ip.isLocal(ip("10.7.0.1"))).isFalse();
    f.advance(millis(1));
    assertThat(f.count("Arp.OutAnnouncements")).isEqualTo(1);
    assertThat(f.ip.isLocal(ip("10.7.0.1"))).isTrue();
    f.advance(millis(89));
    assertThat(f.count("Arp.OutAnnouncements")).isEqualTo(1);
    f.advance(millis(91));
    assertThat(f.count("Arp.OutAnnouncements")).isEqualTo(3);
    f.advance(millis(1000));
    assertThat(f.count("Arp.OutAnnouncements")).isEqualTo(3);
  }

  @Test
  void arpProbeMaximumMsWhileProbingGoesOn() {
    IpFixture g = new IpFixture(Map.of());
    g.set("arpProbeMinimumMs", 10);
    g.set("arpProbeMaximumMs", 10);
    g.advance(millis(2010));
    assertThat(g.count("Arp.OutProbes"))
        .as("the second by the deadline it had, the third by the new interval")
        .isEqualTo(3);
  }

  @Test
  void arpDefendIntervalMs() {
    f.set("arpDefendIntervalMs", 200);
    byte[] rival = arp(ArpPacket.REQUEST, PEER_MAC, US, 0, US);
    f.receive(rival);
    f.advance(millis(199));
    f.receive(rival);
    assertThat(f.count("Arp.Defences")).isEqualTo(1);
    f.advance(millis(1));
    f.receive(rival);
    assertThat(f.count("Arp.Defences")).isEqualTo(2);
  }

  @Test
  void conflictRetryMs() {
    f.set("conflictDefence", "never");
    f.set("conflictRetryMs", 400);
    byte[] rival = arp(ArpPacket.REQUEST, PEER_MAC, US, 0, US);
    f.receive(rival);
    f.advance(millis(399));
    assertThat(f.ip.addresses().get(0).state()).isEqualTo("conflict");
    f.advance(millis(1));
    assertThat(f.ip.addresses().get(0).state()).isEqualTo("valid");
    f.set("conflictRetryMs", 0);
    f.receive(rival);
    f.advance(millis(86_400_000));
    assertThat(f.ip.addresses().get(0).state()).isEqualTo("conflict");
  }

  @Test
  void aLoweredLimitHoldsForWhatIsThereAtTheNextArrival() {
    for (int i = 10; i < 60; i++) {
      f.send(f.datagram(0, ip("10.0.0." + i), 6, pattern(20)));
    }
    assertThat(f.ip.neighbours()).hasSize(50);
    f.set("neighboursMaximum", 16);
    f.send(f.datagram(0, ip("10.0.0.99"), 6, pattern(20)));
    assertThat(f.ip.neighbours()).hasSize(16);
  }
}
