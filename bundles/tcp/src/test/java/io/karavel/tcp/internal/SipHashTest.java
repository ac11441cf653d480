package io.karavel.tcp.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SipHashTest {
  /** The reference vector for the key 00..0f and the message 00..0f. */
  @Test
  void givesTheReferenceValueForSixteenBytes() {
    byte[] key = new byte[16];
    for (int i = 0; i < 16; i++) {
      key[i] = (byte) i;
    }
    assertThat(new SipHash(key, 0).hash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L))
        .isEqualTo(0x3f2acc7f57c29bdbL);
  }

  @Test
  void dependsOnEveryPartOfAFlowAndOnTheKey() {
    SipHash hash = new SipHash(new byte[16], 0);
    long base = hash.hashFlow(1, 2, 3, 4, 5);
    assertThat(hash.hashFlow(1, 2, 3, 4, 5)).isEqualTo(base);
    assertThat(hash.hashFlow(9, 2, 3, 4, 5)).isNotEqualTo(base);
    assertThat(hash.hashFlow(1, 9, 3, 4, 5)).isNotEqualTo(base);
    assertThat(hash.hashFlow(1, 2, 9, 4, 5)).isNotEqualTo(base);
    assertThat(hash.hashFlow(1, 2, 3, 9, 5)).isNotEqualTo(base);
    assertThat(hash.hashFlow(1, 2, 3, 4, 9)).isNotEqualTo(base);
    assertThat(hash.hashFlow(1, 40000, 3, 4, 5)).isNotEqualTo(hash.hashFlow(1, 40000, 3, 4, 6));
    byte[] other = new byte[16];
    other[15] = 1;
    assertThat(new SipHash(other, 0).hashFlow(1, 2, 3, 4, 5)).isNotEqualTo(base);
  }
}
