package io.karavel.scripts.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.karavel.testkit.Rfc;
import org.junit.jupiter.api.Test;

/** The window of CUBIC by the clock, told on the wire: RFC 9438 §4. */
class CubicRulesTest {
  private static final double C = 0.4;
  private static final double BETA = 0.7;

  /** With it CUBIC is as friendly as Reno (§4.3). */
  private static final double ALPHA = 3 * (1 - BETA) / (1 + BETA);

  /** On it the region of Reno lies far below the cubic function at windows of 80 segments. */
  private static final int LONG = 200;

  private static final int SHORT = 20;

  /** Slow start up to 80 segments, all of them on their way. */
  private static Rounds eighty(int rttMillis) {
    Rounds path = new Rounds(rttMillis);
    for (int window = 10; window < 80; window *= 2) {
      assertThat(path.round(rttMillis)).isEqualTo(window);
    }
    assertThat(path.window()).isEqualTo(80);
    return path;
  }

  /** Goes on until so many seconds after a time. */
  private static void until(Rounds path, int rttMillis, double seconds) {
    while (path.seconds() + rttMillis / 2000.0 < seconds) {
      path.round(rttMillis);
    }
  }

  @Test
  @Rfc("9438 4.6")
  void aLossLeavesSevenTenthsOfTheWindow() {
    Rounds path = eighty(LONG);
    double maximum = path.loseSecond(LONG);
    assertThat(maximum).isEqualTo(81);
    assertThat(path.threshold()).isCloseTo(BETA * maximum, within(0.001));
    assertThat(path.window()).isCloseTo(BETA * maximum, within(0.001));
    // and no more than that is on its way
    assertThat(path.round(LONG)).isEqualTo((int) (BETA * maximum));
    path.end();
  }

  /** Fast at first, flat where the loss was, and fast again beyond it. */
  @Test
  @Rfc({"9438 4.2", "9438 4.4", "9438 4.5"})
  void afterTheTimeKTheWindowIsBackWhereTheLossWas() {
    Rounds path = eighty(LONG);
    double maximum = path.loseSecond(LONG);
    double gap = maximum * (1 - BETA);
    double k = Math.cbrt(gap / C);
    double begin = path.seconds() + LONG / 1000.0;
    until(path, LONG, begin + k / 2);
    assertThat(path.window()).isCloseTo(maximum - gap / 8, within(1.5));
    until(path, LONG, begin + k);
    assertThat(path.window()).isCloseTo(maximum, within(0.5));
    until(path, LONG, begin + k * 3 / 2);
    assertThat(path.window()).isCloseTo(maximum + gap / 8, within(1.5));
    until(path, LONG, begin + k * 2);
    assertThat(path.window()).isCloseTo(maximum + gap, within(4.0));
    path.end();
  }

  /** A flow that loses again before it is back gives way: it aims at 0.85 of what it had. */
  @Test
  @Rfc("9438 4.7")
  void aLossBelowTheLastOneAimsLower() {
    Rounds path = eighty(LONG);
    path.loseSecond(LONG);
    until(path, LONG, path.seconds() + 1);
    double second = path.loseSecond(LONG);
    assertThat(second).isBetween(60.0, 79.0);
    double aim = second * (1 + BETA) / 2;
    double k = Math.cbrt((aim - path.window()) / C);
    double begin = path.seconds() + LONG / 1000.0;
    until(path, LONG, begin + k);
    assertThat(path.window()).isCloseTo(aim, within(1.0));
    // it stays there for a while
    until(path, LONG, begin + k + 1);
    assertThat(path.window()).isCloseTo(aim, within(2.0));
    path.end();
  }

  /** Where the cubic function is slower than Reno would be, the window is that of Reno. */
  @Test
  @Rfc("9438 4.3")
  void onAShortPathTheWindowGrowsAsRenoDoes() {
    Rounds path = new Rounds(SHORT);
    path.round(SHORT);
    double maximum = path.loseSecond(SHORT);
    assertThat(maximum).isEqualTo(21);
    int rounds = 0;
    while (path.window() < maximum) {
      path.round(SHORT);
      rounds++;
    }
    assertThat((double) rounds).isCloseTo(maximum * (1 - BETA) / ALPHA, within(1.5));
    // from the window of the loss on it is one segment in each round
    double window = path.window();
    for (int i = 0; i < 10; i++) {
      path.round(SHORT);
    }
    assertThat(path.window()).isCloseTo(window + 10, within(1.0));
    path.end();
  }
}
