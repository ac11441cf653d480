package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ValuesTest {
  @Test
  void aNumberHasThreeDecimalsUnlessItIsWhole() {
    assertThat(Values.text(7.0)).isEqualTo("7");
    assertThat(Values.text(-7.0)).isEqualTo("-7");
    assertThat(Values.text(0.0005)).isEqualTo("0.001");
    assertThat(Values.text(1234.5)).isEqualTo("1234.500");
    assertThat(Values.text(-0.25)).isEqualTo("-0.250");
    assertThat(Values.text(2.9999)).isEqualTo("3.000");
    assertThat(Values.text(Double.NaN)).isEqualTo("NaN");
    assertThat(Values.text(1e300)).isEqualTo(String.format(Locale.ROOT, "%.3f", 1e300));
  }

  @Test
  void whatIsWrittenIsTheNearestOfThreeDecimals() {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      double number = random.nextInt() / 1e6 * Math.pow(10, random.nextInt(7));
      if (number != Math.rint(number)) {
        String text = Values.text(number);
        assertThat(text).matches("-?\\d+\\.\\d{3}");
        double tie = 1e-15 * Math.abs(number);
        assertThat(Double.parseDouble(text)).isCloseTo(number, within(0.0005 + tie));
      }
    }
  }

  @Test
  void aValueIsOnOneLine() {
    assertThat(Values.text("a\n\tb\u007fc")).isEqualTo("a b c");
    assertThat(Values.text("käse │")).isEqualTo("käse │");
    assertThat(Values.text(null)).isEmpty();
    assertThat(Values.text(Optional.of(1.5))).isEqualTo("1.500");
    assertThat(Values.text(Optional.empty())).isEmpty();
    assertThat(Values.text(List.of(1, "x"))).isEqualTo("1, x");
    assertThat(Values.text(Map.of("a", 1))).isEqualTo("a=1");
  }
}
