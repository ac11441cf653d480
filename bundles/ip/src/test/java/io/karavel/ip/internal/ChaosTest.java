package io.karavel.ip.internal;

import static io.karavel.ip.internal.IpFixture.OUR_MAC;
import static io.karavel.ip.internal.IpFixture.PEER;
import static io.karavel.ip.internal.IpFixture.PEER_MAC;
import static io.karavel.ip.internal.IpFixture.US;
import static io.karavel.ip.internal.IpFixture.arp;
import static io.karavel.ip.internal.IpFixture.fragment;
import static io.karavel.ip.internal.IpFixture.fromPeer;
import static io.karavel.ip.internal.IpFixture.icmp;
import static io.karavel.ip.internal.IpFixture.ip;
import static io.karavel.ip.internal.IpFixture.ipv4;
import static io.karavel.ip.internal.IpFixture.millis;
import static io.karavel.ip.internal.IpFixture.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.address.IpPrefix;
import io.karavel.address.MacAddress;
import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.ip.PingReply;
import io.karavel.ip.PingRequest;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.packet.PacketBuffer;
import io.karavel.wire.ArpPacket;
import io.karavel.wire.Ipv4Header;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything at once, at random but repeatable: traffic, operators, drivers and modules. */
class ChaosTest {
  private final IpFixture f = new IpFixture();
  private final List<CompletableFuture<PingReply>> pings = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void losesNoBufferAndNobodyWhoWaits(long seed) {
    Random random = new Random(seed);
    f.device.discard = true;
    f.tcp.discard = true;
    f.set("neighboursMaximum", 24);
    f.set("reassemblyDatagrams", 5);
    for (int step = 0; step < 6_000; step++) {
      traffic(random);
      if (random.nextInt(20) == 0) {
        operate(random);
      }
      if (random.nextInt(60) == 0) {
        replace();
      }
      f.advance(millis(random.nextInt(400)));
      assertThat(f.ip.neighbours()).hasSizeLessThanOrEqualTo(24);
    }
    f.advance(millis(600_000));
    assertThat(pings).isNotEmpty().allSatisfy(ping -> assertThat(ping).isDone());
    f.ip.close(CloseReason.DISPOSED);
    f.slot("nic:d0").parked.clear();
    f.expectNoLeak();
    assertThat(f.lane.timers.armed()).isZero();
  }

  private void replace() {
    Handover kept = f.ip.export();
    f.ip.close(CloseReason.HANDED_OVER);
    assertThat(f.lane.timers.armed()).isZero();
    f.open(kept);
    assertThat(f.ip.export().sameForm(kept)).isTrue();
  }

  private static int host(Random random) {
    return ip("10.0.0." + (2 + random.nextInt(40)));
  }

  private void traffic(Random random) {
    int host = host(random);
    long mac = 0x0200_0000_0100L + (host & 0xFF);
    byte[] some = pattern(1 + random.nextInt(1400));
    int block = random.nextInt(4) * 16;
    int flags = block | (random.nextInt(3) == 0 ? 0 : Ipv4Header.MORE_FRAGMENTS);
    switch (random.nextInt(9)) {
      case 0 -> f.receive(arp(ArpPacket.REQUEST, mac, host, 0, random.nextBoolean() ? US : host));
      case 1 -> f.receive(arp(ArpPacket.REPLY, mac, host, OUR_MAC, US));
      case 2 -> f.receive(fromPeer(ipv4(host, US, 6, some)));
      case 3 -> f.receive(fromPeer(ipv4(host, US, 17, some)));
      case 4 -> f.receive(fromPeer(ipv4(host, US, 1, icmp(8, 0, 1, some))));
      case 5 -> f.receive(fromPeer(fragment(PEER, US, 6, random.nextInt(8), flags, pattern(128))));
      case 6 -> {
        PacketBuffer datagram = f.datagram(0, random.nextInt(9) == 0 ? US : host, 6, some);
        datagram.dontFragment(random.nextBoolean());
        f.send(datagram);
        f.ip.confirmReachable(host);
      }
      case 7 -> f.send(f.datagram(0, ip("192.0.2.1"), 17, pattern(5000)));
      default -> f.ip.suspect(host);
    }
  }

  private void operate(Random random) {
    IpPrefix extra = IpPrefix.parse("10.9." + random.nextInt(5) + ".1/24");
    IpPrefix net = IpPrefix.parse("198.51." + random.nextInt(5) + ".0/24");
    try {
      switch (random.nextInt(13)) {
        case 0 -> f.ip.addAddress("eth0", extra);
        case 1 -> f.ip.removeAddress("eth0", extra);
        case 2 -> f.ip.addRoute(net, Optional.of(IpAddress.ipv4(PEER)), Optional.empty(), 3);
        case 3 -> f.ip.removeRoute(net, Optional.empty());
        case 4 -> f.ip.flushNeighbours(Optional.empty(), Optional.empty());
        case 5 -> f.ip.addNeighbour("eth0", IpAddress.ipv4(host(random)), MacAddress.of(PEER_MAC));
        case 6 -> f.ip.removeNeighbour("eth0", IpAddress.ipv4(host(random)));
        case 7 -> {
          f.slot("nic:d0").module = random.nextBoolean() ? f.device : null;
          f.ip.onInterfacesChanged();
        }
        case 8 -> {
          f.device.capabilities =
              DeviceCapabilities.plain(random.nextInt(8) == 0, 576 + random.nextInt(2000));
          f.slot("nic:d0").module = f.device;
          f.ip.onInterfacesChanged();
        }
        case 9 -> {
          boolean enabled = random.nextInt(4) > 0;
          f.configure(
              "eth0",
              Map.of(
                  "device",
                  "d0",
                  "addresses",
                  "10.0.0.1/24",
                  "gateway",
                  "10.0.0.254",
                  "enabled",
                  enabled));
          f.ip.onInterfacesChanged();
        }
        case 10 -> {
          f.lane.table.remove("eth0");
          f.ip.onInterfacesChanged();
          f.lane.table.put(
              f.lane.table.interfaces().values().stream().findFirst().orElseGet(this::eth0));
          f.ip.onInterfacesChanged();
        }
        case 11 -> f.set("conflictDetection", random.nextBoolean() ? "strict" : "optimistic");
        default ->
            pings.add(
                f.ip.ping(
                    new PingRequest(
                        IpAddress.ipv4(random.nextInt(3) == 0 ? US : host(random)),
                        random.nextInt(3),
                        random.nextInt(1000),
                        random.nextInt(3000),
                        0,
                        random.nextBoolean(),
                        millis(1 + random.nextInt(3000)))));
      }
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).as("every refusal says why").isNotBlank();
    }
    f.settle();
    f.slot("nic:d0").parked.clear();
  }

  private io.karavel.ip.InterfaceSettings eth0() {
    try {
      return io.karavel.ip.InterfaceSettings.parse(
          "eth0", Map.of("device", "d0", "addresses", "10.0.0.1/24", "mac", "02:00:00:00:00:01"));
    } catch (io.karavel.engine.SettingsException e) {
      throw new AssertionError(e);
    }
  }
}
