package io.karavel.tcp.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EphemeralPortsTest {
  private final EphemeralPorts ports = ports(3);

  private static EphemeralPorts ports(int seed) {
    byte[] secret = new byte[EphemeralPorts.SECRET_BYTES];
    new Random(seed).nextBytes(secret);
    return new EphemeralPorts(secret, new Random(4)::nextInt);
  }

  @Test
  void aSuccessorGoesOnWhereItsPredecessorWas() {
    Set<Integer> used = new HashSet<>();
    for (int i = 0; i < 400; i++) {
      used.add(ports.choose(40000, 40999, 1, 2, 80, p -> true));
      ports.choose(40000, 40999, 1, i, 80, p -> true);
    }
    EphemeralPorts successor = ports(3);
    successor.restore(ports.export());
    for (int i = 0; i < 100; i++) {
      int port = ports.choose(40000, 40999, 1, 2, 80, p -> true);
      assertThat(used.add(port)).isTrue();
      assertThat(successor.choose(40000, 40999, 1, 2, 80, p -> true)).isEqualTo(port);
    }
  }

  @Test
  void countersThatWereNeverNeededAreNotHandedOver() {
    assertThat(ports.export()).isNull();
  }

  @Test
  void countersOfAnotherSizeAreLeftAlone() {
    EphemeralPorts same = ports(3);
    same.restore(new byte[12]);
    assertThat(same.choose(40000, 40999, 1, 2, 80, p -> true))
        .isEqualTo(ports.choose(40000, 40999, 1, 2, 80, p -> true));
  }

  @Test
  void anotherSecretBeginsElsewhere() {
    assertThat(ports(4).choose(32768, 60999, 1, 2, 80, p -> true))
        .isNotEqualTo(ports.choose(32768, 60999, 1, 2, 80, p -> true));
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
