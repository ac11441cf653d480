package io.karavel.simulation.rfc9293;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Keepalive probes come in their time: earlier, later or not at all is refused. */
class KeepaliveModelTest {
  private final TraceOfOne trace =
      new TraceOfOne(
          Map.of("enabledByDefault", true, "timeSeconds", 2L, "intervalSeconds", 1L, "probes", 3L));

  private static void refused(ThrowingCallable what) {
    assertThatThrownBy(what).isInstanceOf(Violation.class).hasMessageContaining("keepalive");
  }

  @Test
  void theFirstComesAfterTheIdleTimeAndTheNextAfterAnInterval() {
    trace.after(2000).probes().settled().after(1000).probes().settled();
  }

  @Test
  void tooEarlyIsRefused() {
    trace.after(1999);
    refused(trace::probes);
  }

  @Test
  void tooLateIsRefused() {
    trace.after(2001);
    refused(trace::settled);
  }

  @Test
  void whatComesMovesIt() {
    trace.after(1500).acknowledged(0).settled().after(500).settled().after(1500).probes();
  }

  @Test
  void whatComesMovesItIndeed() {
    trace.after(1500).acknowledged(0).settled().after(500);
    refused(trace::probes);
  }
}
