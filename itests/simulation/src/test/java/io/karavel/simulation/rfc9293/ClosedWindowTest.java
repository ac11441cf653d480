package io.karavel.simulation.rfc9293;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * What a sender does at a closed window, and how large its segments are, is held against models.
 */
class ClosedWindowTest {
  private final TraceOfOne trace = new TraceOfOne();

  private static void refused(String rule, ThrowingCallable what) {
    assertThatThrownBy(what).isInstanceOf(Violation.class).hasMessageContaining(rule);
  }

  /** SRTT 100 ms, RTTVAR 37.5 ms: the timeout is 250 ms. */
  private TraceOfOne closed() {
    return trace.writes(1, 1).after(100).window(1, 0).settled().writes(2, 0);
  }

  @Test
  void itIsProbedAtDoublingIntervals() {
    closed().after(250).octet(2).settled().after(500).octet(2).settled();
    trace.after(1000).octet(2).settled();
    assertThat(trace.end().model.followed).isTrue();
  }

  @Test
  void aProbeThatDoesNotComeIsRefused() {
    closed().after(250);
    refused("window probe", trace::settled);
  }

  @Test
  void aProbeTooEarlyIsRefused() {
    closed().after(249);
    assertThatThrownBy(() -> trace.octet(2).settled()).isInstanceOf(Violation.class);
  }

  @Test
  void whenItOpensTheProbeIsSentAnewWithWhatFollows() {
    closed().after(250).octet(2).settled().after(50).window(1, 5000).sends(2).sends(3).settled();
    assertThat(trace.end().model.followed).isTrue();
  }

  @Test
  void whenItOpensWhatWaitsMustGo() {
    closed().after(250).octet(2).settled().after(50).window(1, 5000).sends(2);
    refused("liveness", trace::settled);
  }

  @Test
  void aSearchForTheMtuBeginsSmall() {
    TraceOfOne small = new TraceOfOne(Map.of("mtuProbing", "always", "mtuProbeBase", 600L));
    refused("segment size", () -> small.writes(1, 1));
  }
}
