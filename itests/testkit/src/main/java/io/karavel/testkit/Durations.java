package io.karavel.testkit;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as scripts write and show them: {@code "10ms"}, {@code "1.5s"}, {@code "2min"}. */
public final class Durations {
  private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(ns|us|ms|s|min|h|d)");

  private Durations() {}

  /**
   * Nanoseconds of a text: a decimal number and a unit of ns, us, ms, s, min, h or d.
   *
   * @throws IllegalArgumentException saying what is wrong with the text
   */
  public static long nanos(String text) {
    Matcher matcher = FORM.matcher(text.trim());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a time: write a number and ns, us, ms, s, min, h or d, as 1.5s");
    }
    long unit =
        switch (matcher.group(2)) {
          case "ns" -> 1L;
          case "us" -> 1_000L;
          case "ms" -> 1_000_000L;
          case "s" -> 1_000_000_000L;
          case "min" -> 60_000_000_000L;
          case "h" -> 3_600_000_000_000L;
          default -> 86_400_000_000_000L;
        };
    try {
      return new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit)).longValueExact();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("'" + text + "' is finer than a nanosecond", e);
    }
  }

  /** Seconds with as many decimals as it takes, three at least: {@code "1.200s"}. */
  public static String format(long nanos) {
    String sign = nanos < 0 ? "-" : "";
    long magnitude = Math.abs(nanos);
    String fraction = String.format(Locale.ROOT, "%09d", magnitude % 1_000_000_000L);
    int end = 9;
    while (end > 3 && fraction.charAt(end - 1) == '0') {
      end--;
    }
    return sign + magnitude / 1_000_000_000L + "." + fraction.substring(0, end) + "s";
  }
}
