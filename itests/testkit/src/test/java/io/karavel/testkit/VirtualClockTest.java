package io.karavel.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class VirtualClockTest {
  @Test
  void standsStillUntilItIsMoved() {
    VirtualClock clock = new VirtualClock();
    long begin = clock.nanoTime();
    assertThat(clock.nanoTime()).isEqualTo(begin);
    clock.moveBy(Duration.ofMillis(3));
    assertThat(clock.nanoTime() - begin).isEqualTo(3_000_000);
    assertThat(clock.elapsedNanos()).isEqualTo(3_000_000);
  }

  @Test
  void refusesToGoBack() {
    VirtualClock clock = new VirtualClock(-5);
    assertThatThrownBy(() -> clock.moveTo(-6))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not go back");
  }

  @Test
  void timesAreWrittenWithTheirUnits() {
    assertThat(Durations.nanos("1.5s")).isEqualTo(1_500_000_000L);
    assertThat(Durations.nanos("10ms")).isEqualTo(10_000_000L);
    assertThat(Durations.nanos("2h")).isEqualTo(7_200_000_000_000L);
    assertThat(Durations.format(1_200_000_000L)).isEqualTo("1.200s");
    assertThat(Durations.format(1_200_000_500L)).isEqualTo("1.2000005s");
    assertThatThrownBy(() -> Durations.nanos("10")).hasMessageContaining("write a number and");
  }
}
