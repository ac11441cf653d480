package io.karavel.tcp.internal.connection.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Rounds, samples and thresholds of HyStart++ to the byte and nanosecond: RFC 9406 §4.2. */
class HyStartRoundsTest {
  private static final long MILLI = 1_000_000L;

  /** An eighth more than 100 ms: what begins conservative slow start. */
  private static final long LONGER = 112_500_000L;

  private final HyStart start = new HyStart();

  /** So many acknowledgements of 1000 bytes; so much is outstanding after each. */
  private void acknowledge(int count, long rttNanos, int inFlightBytes) {
    for (int i = 0; i < count; i++) {
      assertThat(start.onAcknowledged(1000, rttNanos, inFlightBytes)).isFalse();
    }
  }

  /** A first round of ten segments at 100 ms; so much is outstanding at its end. */
  private void firstRound(int inFlightBytes) {
    acknowledge(9, 100 * MILLI, 9000);
    acknowledge(1, 100 * MILLI, inFlightBytes);
  }

  @Test
  void theEighthSampleOfARoundDecides() {
    firstRound(9000);
    acknowledge(7, LONGER, 9000);
    assertThat(start.isConservative()).isFalse();
    acknowledge(1, LONGER, 9000);
    assertThat(start.isConservative()).isTrue();
  }

  @Test
  void aNanosecondLessThanTheThresholdIsNotEnough() {
    firstRound(9000);
    acknowledge(8, LONGER - 1, 9000);
    assertThat(start.isConservative()).isFalse();
  }

  @Test
  void whatGivesNoSampleIsNoneOfTheEight() {
    firstRound(9000);
    acknowledge(1, 0, 9000);
    acknowledge(7, LONGER, 9000);
    assertThat(start.isConservative()).isFalse();
    acknowledge(1, LONGER, 9000);
    assertThat(start.isConservative()).isTrue();
  }

  /** The round after it is as long as what goes out then, not nothing. */
  @Test
  void aRoundThatEndsWithNothingInFlightIsFollowedByOneThatBeginsWithTheNextData() {
    firstRound(0);
    acknowledge(7, LONGER, 9000);
    assertThat(start.isConservative()).isFalse();
    acknowledge(1, LONGER, 9000);
    assertThat(start.isConservative()).isTrue();
  }

  /** windowEnd is SND.NXT when the round begins, whatever is sent before its first ACK. */
  @Test
  void aRoundIsOverWhenWhatWasInFlightAtItsBeginningIsAcknowledged() {
    firstRound(9000);
    acknowledge(9, 100 * MILLI, 20_000);
    acknowledge(8, LONGER, 20_000);
    assertThat(start.isConservative()).isTrue();
  }
}
