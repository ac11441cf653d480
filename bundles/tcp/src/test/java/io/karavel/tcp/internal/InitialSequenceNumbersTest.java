package io.karavel.tcp.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InitialSequenceNumbersTest {
  private static byte[] secret(int seed) {
    byte[] secret = new byte[InitialSequenceNumbers.SECRET_BYTES];
    new Random(seed).nextBytes(secret);
    return secret;
  }

  private final InitialSequenceNumbers numbers = new InitialSequenceNumbers(secret(1));

  @Test
  void growByOneEveryFourMicrosecondsForTheSameConnection() {
    int first = numbers.next(1_000_000_000L, 1, 2, 3, 4);
    assertThat(numbers.next(1_000_003_999L, 1, 2, 3, 4) - first).isZero();
    assertThat(numbers.next(1_000_004_000L, 1, 2, 3, 4) - first).isEqualTo(1);
    assertThat(numbers.next(2_000_000_000L, 1, 2, 3, 4) - first).isEqualTo(250_000);
  }

  @Test
  void ofOneConnectionTellNothingOfAnother() {
    Set<Integer> differences = new HashSet<>();
    for (int port = 1; port <= 1000; port++) {
      differences.add(numbers.next(0, 1, port, 3, 4) - numbers.next(0, 1, port + 1, 3, 4));
    }
    assertThat(differences).hasSizeGreaterThan(990);
  }

  @Test
  void goOnAcrossModulesWithTheSameSecretAndDifferWithAnother() {
    int here = numbers.next(5, 1, 2, 3, 4);
    assertThat(new InitialSequenceNumbers(secret(1)).next(5, 1, 2, 3, 4)).isEqualTo(here);
    assertThat(new InitialSequenceNumbers(secret(2)).next(5, 1, 2, 3, 4)).isNotEqualTo(here);
  }

  @Test
  void timestampOffsetsAreOneForAPairOfHostsAndDifferBetweenPairs() {
    assertThat(numbers.timestampOffset(1, 3)).isEqualTo(numbers.timestampOffset(1, 3));
    assertThat(numbers.timestampOffset(1, 3)).isNotEqualTo(numbers.timestampOffset(1, 4));
  }
}
