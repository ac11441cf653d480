package io.karavel.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SeqTest {
  @Test
  void comparesAcrossTheWrap() {
    assertThat(Seq.lessThan(0xFFFF_FFFF, 0)).isTrue();
    assertThat(Seq.lessThan(0, 0xFFFF_FFFF)).isFalse();
    assertThat(Seq.greaterThan(5, 0xFFFF_FFF0)).isTrue();
    assertThat(Seq.lessOrEqual(7, 7)).isTrue();
    assertThat(Seq.greaterOrEqual(7, 7)).isTrue();
    assertThat(Seq.lessThan(0x7FFF_FFFF, 0x8000_0000)).isTrue();
    assertThat(Seq.lessThan(0x8000_0000, 0x7FFF_FFFF)).isFalse();
  }

  @Test
  void takesTheLaterAndTheEarlierAcrossTheWrap() {
    assertThat(Seq.max(0xFFFF_FFFE, 3)).isEqualTo(3);
    assertThat(Seq.min(0xFFFF_FFFE, 3)).isEqualTo(0xFFFF_FFFE);
    assertThat(Seq.difference(3, 0xFFFF_FFFE)).isEqualTo(5);
    assertThat(Seq.difference(0xFFFF_FFFE, 3)).isEqualTo(-5);
  }

  @Test
  void agreesWithLongArithmeticForNearNumbers() {
    Random random = new Random(42);
    for (int i = 0; i < 100_000; i++) {
      int a = random.nextInt();
      int distance = random.nextInt() >> 1;
      int b = a + distance;
      assertThat(Seq.lessThan(a, b)).isEqualTo(distance > 0);
      assertThat(Seq.lessOrEqual(a, b)).isEqualTo(distance >= 0);
      assertThat(Seq.greaterThan(a, b)).isEqualTo(distance < 0);
      assertThat(Seq.greaterOrEqual(a, b)).isEqualTo(distance <= 0);
      assertThat(Seq.difference(b, a)).isEqualTo(distance);
    }
  }

  @Test
  void containsExactlyTheNumbersOfAWindow() {
    assertThat(Seq.between(0, 0xFFFF_FFFF, 1)).isTrue();
    assertThat(Seq.between(0xFFFF_FFFF, 0xFFFF_FFFF, 1)).isTrue();
    assertThat(Seq.between(1, 0xFFFF_FFFF, 1)).isTrue();
    assertThat(Seq.between(2, 0xFFFF_FFFF, 1)).isFalse();
    assertThat(Seq.between(0xFFFF_FFFE, 0xFFFF_FFFF, 1)).isFalse();
    assertThat(Seq.inWindow(1, 0xFFFF_FFFF, 1)).isFalse();
    assertThat(Seq.inWindow(0, 0xFFFF_FFFF, 1)).isTrue();
    assertThat(Seq.inWindow(9, 9, 9)).isFalse();
    assertThat(Seq.between(9, 9, 9)).isTrue();
  }
}
