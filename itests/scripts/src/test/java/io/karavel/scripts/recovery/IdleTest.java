package io.karavel.scripts.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.Rfc;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A window that was not used is no evidence: RFC 5681 §4.1, 7661. */
class IdleTest {
  private static final int INITIAL_WINDOW = 10;

  private int acknowledged = 1;

  private void acknowledge(PacketScript script, int segments) {
    acknowledged += 1000 * segments;
    script.after("100ms").inject(". 1:1(0) ack " + acknowledged);
  }

  /** Slow start has doubled the window three times. */
  private PacketScript grown() {
    PacketScript script = Flight.selective(INITIAL_WINDOW);
    acknowledge(script, INITIAL_WINDOW);
    for (int segments = 20; segments <= 40; segments *= 2) {
      script.write(1000 * segments);
      assertThat(script.takeSent()).hasSize(segments);
      acknowledge(script, segments);
    }
    return script;
  }

  @Test
  @Rfc("5681 4.1")
  void afterALongSilenceNoMoreThanTheInitialWindowGoesAtOnce() {
    PacketScript script = grown().after("20s").write(50_000);
    assertThat(script.takeSent()).hasSize(INITIAL_WINDOW);
    script.end();
  }

  @Test
  void withoutSlowStartAfterIdleTheWindowStays() {
    PacketScript script = grown().tcp("slowStartAfterIdle", false).after("20s").write(50_000);
    assertThat(script.takeSent()).hasSize(50);
    script.end();
  }

  @Test
  void aSilenceShorterThanTheTimeoutChangesNothing() {
    PacketScript script = grown().after("10ms").write(50_000);
    assertThat(script.takeSent()).hasSize(50);
    script.end();
  }

  /** One or two segments at a time say nothing of a path that would take sixty. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  @Rfc("7661 4.4")
  void aWindowThatTheApplicationDoesNotFillDoesNotGrow(int atATime) {
    PacketScript script = Flight.selective(atATime);
    acknowledge(script, atATime);
    for (int i = 0; i < 60; i++) {
      script.write(1000 * atATime);
      assertThat(script.takeSent()).hasSize(atATime);
      acknowledge(script, atATime);
    }
    script.write(60_000);
    assertThat(script.takeSent()).hasSizeBetween(INITIAL_WINDOW, INITIAL_WINDOW + 2);
    script.end();
  }
}
