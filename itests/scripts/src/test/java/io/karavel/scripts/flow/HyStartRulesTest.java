package io.karavel.scripts.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.karavel.testkit.Rfc;
import org.junit.jupiter.api.Test;

/** How the first slow start ends before a queue overflows: RFC 9406, on a path of 100 ms. */
class HyStartRulesTest {
  private static final int RTT = 100;

  /** More than an eighth longer. */
  private static final int LONGER = 113;

  private static final int SAME = 112;

  /** Forty segments are on their way, after two rounds of the same round trip. */
  private static Rounds forty() {
    Rounds path = new Rounds(RTT);
    path.round(RTT);
    path.round(RTT);
    assertThat(path.window()).isEqualTo(40);
    return path;
  }

  /**
   * Rounds are counted by sequence number and end some segments before those of the clock, since
   * what an acknowledgement lets go is sent after it has ended one: six of the eight samples of the
   * first longer round come with the last segments of the forty.
   */
  private static Rounds conservative() {
    Rounds path = forty();
    path.round(LONGER);
    assertThat(path.window()).isEqualTo(80);
    path.round(LONGER);
    assertThat(path.window()).isCloseTo(80 + 1 + 79 / 4.0, within(1.0));
    return path;
  }

  @Test
  @Rfc("9406 4.2")
  void eightSamplesThatAreAnEighthLongerLetSlowStartGrowByAQuarterOnly() {
    Rounds path = conservative();
    for (int round = 0; round < 2; round++) {
      double before = path.window();
      path.round(LONGER);
      assertThat(path.window()).isCloseTo(before * 5 / 4, within(1.0));
    }
    assertThat(path.threshold()).isInfinite();
    path.end();
  }

  /** An acknowledgement lets it grow by eight segments at most, as it is not paced. */
  @Test
  @Rfc({"9406 4.2", "9406 4.3"})
  void fewerSamplesThanEightAreNotEnough() {
    Rounds path = forty();
    path.round(LONGER, 6);
    assertThat(path.window()).isEqualTo(80);
    path.round(LONGER, 12);
    assertThat(path.window()).isEqualTo(80 + 7 * 8);
    path.end();
  }

  @Test
  @Rfc("9406 4.2")
  void aRoundTripThatIsNotAnEighthLongerDoesNotCount() {
    Rounds path = forty();
    path.round(SAME);
    path.round(SAME);
    assertThat(path.window()).isEqualTo(160);
    path.end();
  }

  @Test
  @Rfc("9406 4.2")
  void aRoundTripThatFallsAgainBringsSlowStartBack() {
    Rounds path = conservative();
    double before = path.window();
    path.round(RTT);
    // as much as the eight samples take
    assertThat(path.window()).isBetween(before * 2 - 8, before * 2);
    before = path.window();
    path.round(RTT);
    assertThat(path.window()).isCloseTo(before * 2, within(1.0));
    assertThat(path.threshold()).isInfinite();
    path.end();
  }

  /** The round in which it began is one of the five. */
  @Test
  @Rfc({"9406 4.2", "9438 4.10"})
  void afterFiveRoundsOfItSlowStartIsOver() {
    Rounds path = conservative();
    for (int round = 2; round <= 4; round++) {
      path.round(LONGER);
      assertThat(path.threshold()).as("round %s", round).isInfinite();
    }
    path.round(LONGER);
    double window = path.window();
    assertThat(path.threshold()).isBetween(window - 1, window);
    path.round(LONGER);
    assertThat(path.window()).isBetween(window, window + 1.5);
    path.end();
  }
}
