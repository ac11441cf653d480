package io.karavel.ip.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.ip.InterfaceSettings;
import io.karavel.packet.PacketQueue;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Token bucket, route table and neighbour table against plain models. */
class SmallPartsTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void allowsTheBurstAtOnceAndThenTheRate() {
    TokenBucket bucket = new TokenBucket();
    int taken = 0;
    for (int i = 0; i < 100; i++) {
      taken += bucket.take(5 * SECOND, 10, 7) ? 1 : 0;
    }
    assertThat(taken).isEqualTo(7);
    for (long now = 5 * SECOND; now <= 15 * SECOND; now += SECOND / 1000) {
      taken += bucket.take(now, 10, 7) ? 1 : 0;
    }
    assertThat(taken).isEqualTo(107);
  }

  @Test
  void fillsUpToTheBurstOnlyAndSurvivesTheWrapOfTheClock() {
    TokenBucket bucket = new TokenBucket();
    long now = Long.MAX_VALUE - SECOND;
    assertThat(bucket.take(now, 1000, 2)).isTrue();
    now += 3600 * SECOND;
    assertThat(bucket.take(now, 1000, 2)).isTrue();
    assertThat(bucket.take(now, 1000, 2)).isTrue();
    assertThat(bucket.take(now, 1000, 2)).isFalse();
    assertThat(bucket.take(now + SECOND, 0, 2)).as("rate 0").isFalse();
  }

  @Test
  void findsTheSameRouteAsASearchThroughAll() {
    Random random = new Random(4632);
    LinkInterface link = link();
    RouteTable table = new RouteTable();
    for (int round = 0; round < 50; round++) {
      java.util.List<Route> routes = new java.util.ArrayList<>();
      for (int i = random.nextInt(60); i >= 0; i--) {
        int length = random.nextInt(33);
        int mask = length == 0 ? 0 : -1 << (32 - length);
        int network = (0x0A00_0000 | random.nextInt() & 0x0303_0303) & mask;
        routes.add(new Route(network, length, i + 1, link, 0, random.nextInt(3), "static"));
      }
      table.replace(routes);
      for (int i = 0; i < 200; i++) {
        int address = 0x0A00_0000 | (random.nextInt() & 0x0303_0303);
        Route found = table.lookup(address);
        Route best = null;
        for (Route route : routes) {
          boolean matches = (address & route.mask()) == route.destination();
          if (matches
              && (best == null
                  || route.length() > best.length()
                  || (route.length() == best.length() && route.metric() < best.metric()))) {
            best = route;
          }
        }
        assertThat(found).isEqualTo(best);
      }
    }
  }

  @Test
  void keepsTheNeighboursThatAMapWouldKeep() {
    Random random = new Random(826);
    LinkInterface link = link();
    NeighbourTable table = new NeighbourTable();
    Map<Integer, Neighbour> model = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      int address = random.nextInt(700);
      Neighbour present = table.find(link, address);
      assertThat(present).isSameAs(model.get(address));
      if (present == null) {
        Neighbour added = new Neighbour(link, address, null, new PacketQueue());
        table.add(added);
        model.put(address, added);
      } else if (random.nextInt(3) > 0) {
        table.remove(present);
        model.remove(address);
      }
      assertThat(table.size()).isEqualTo(model.size());
    }
    assertThat(table.all()).containsExactlyInAnyOrderElementsOf(model.values());
  }

  private static LinkInterface link() {
    try {
      return new LinkInterface(
          1, InterfaceSettings.parse("e", Map.of("device", "d", "addresses", "10.0.0.1/24")), null);
    } catch (io.karavel.engine.SettingsException e) {
      throw new AssertionError(e);
    }
  }
}
