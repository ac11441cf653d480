package io.karavel.tcp.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EphemeralPortsTest {
  private final EphemeralPorts ports;

  EphemeralPortsTest() {
    byte[] secret = new byte[EphemeralPorts.SECRET_BYTES];
    new Random(3).nextBytes(secret);
    ports = new EphemeralPorts(secret, new Random(4)::nextInt);
  }

  @Test
  void handsOutEveryPortOfTheRangeBeforeAnyTwice() {
    Set<Integer> used = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      int port = ports.choose(40000, 40999, 1, 2, 80, p -> true);
      assertThat(port).isBetween(40000, 40999);
      assertThat(used.add(port)).isTrue();
    }
  }

  @Test
  void findsTheOnlyFreePortAndSaysWhenThereIsNone() {
    assertThat(ports.choose(40000, 40999, 1, 2, 80, p -> p == 40123)).isEqualTo(40123);
    assertThat(ports.choose(40000, 40999, 1, 2, 80, p -> false)).isZero();
    assertThat(ports.choose(40000, 40000, 1, 2, 80, p -> true)).isEqualTo(40000);
  }

  @Test
  void sequencesTowardsDifferentPeersBeginAtUnrelatedPlaces() {
    Set<Integer> starts = new HashSet<>();
    for (int peer = 0; peer < 200; peer++) {
      starts.add(ports.choose(32768, 60999, 1, peer, 80, p -> true));
    }
    assertThat(starts).hasSizeGreaterThan(190);
  }
}
