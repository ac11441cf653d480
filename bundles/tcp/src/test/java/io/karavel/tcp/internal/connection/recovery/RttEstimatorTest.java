package io.karavel.tcp.internal.connection.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** RFC 6298 section 2. */
class RttEstimatorTest {
  private static final long MILLI = 1_000_000L;
  private final RttEstimator rtt = new RttEstimator(1000 * MILLI);

  @Test
  void beforeAMeasurementTheTimeoutIsTheInitialOne() {
    assertThat(rtt.timeoutNanos(200 * MILLI)).isEqualTo(1000 * MILLI);
  }

  @Test
  void theFirstMeasurementMakesThreeTimesItself() {
    rtt.sample(500 * MILLI);
    assertThat(rtt.smoothedNanos()).isEqualTo(500 * MILLI);
    assertThat(rtt.variationNanos()).isEqualTo(250 * MILLI);
    assertThat(rtt.timeoutNanos(200 * MILLI)).isEqualTo(1500 * MILLI);
  }

  @Test
  void laterOnesAreSmoothedByAnEighthAndAQuarter() {
    rtt.sample(500 * MILLI);
    rtt.sample(600 * MILLI);
    assertThat(rtt.variationNanos()).isEqualTo(250 * MILLI - 150 * MILLI / 4);
    assertThat(rtt.smoothedNanos()).isEqualTo(512_500_000L);
    assertThat(rtt.minimumNanos()).isEqualTo(500 * MILLI);
  }

  @Test
  void theTimeoutIsNeverBelowItsMinimum() {
    rtt.sample(MILLI);
    assertThat(rtt.timeoutNanos(200 * MILLI)).isEqualTo(200 * MILLI);
  }
}
