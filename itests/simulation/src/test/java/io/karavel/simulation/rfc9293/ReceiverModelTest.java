package io.karavel.simulation.rfc9293;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * What a receiver must not say, or must not keep to itself, is refused; what it must say is not.
 */
class ReceiverModelTest {
  private final TraceOfOne trace = new TraceOfOne();

  private static void refused(String rule, ThrowingCallable what) {
    assertThatThrownBy(what).isInstanceOf(Violation.class).hasMessageContaining(rule);
  }

  /** The first segments are acknowledged at once: seven of 536 bytes are half of the window. */
  private TraceOfOne settledDown() {
    for (int n = 1; n <= 7; n++) {
      trace.comes(n).reads(1000).acknowledges(n, 8000).settled();
    }
    return trace;
  }

  @Test
  void theFirstSegmentsAreAcknowledgedAtOnce() {
    trace.comes(1).reads(1000);
    refused("ACK at once", trace::settled);
  }

  @Test
  void aLoneSegmentWaitsForTheDelay() {
    settledDown().comes(8).reads(1000).settled().after(40).acknowledges(8, 8000).settled();
  }

  @Test
  void beforeTheDelayIsOverNothingGoes() {
    settledDown().comes(8).reads(1000).settled().after(39);
    refused("it is not due before", () -> trace.acknowledges(8, 8000));
  }

  @Test
  void theSecondSegmentIsAcknowledgedAtOnce() {
    settledDown().comes(8).settled().comes(9);
    refused("ACK at once", trace::settled);
  }

  @Test
  void whatIsUnreadIsNotOffered() {
    trace.comes(1).acknowledges(1, 7000).settled();
  }

  @Test
  void moreIsRefused() {
    trace.comes(1);
    refused("window", () -> trace.acknowledges(1, 7001));
  }

  @Test
  void lessIsRefused() {
    trace.comes(1);
    refused("window", () -> trace.acknowledges(1, 6999));
  }

  @Test
  void theRangeThatGrewLastIsToldFirst() {
    trace.comes(2).acknowledges(0, 8000, 2, 2).settled();
    trace.comes(6).acknowledges(0, 8000, 6, 6, 2, 2).settled();
    trace.comes(4).acknowledges(0, 8000, 4, 4, 6, 6, 2, 2).settled();
  }

  @Test
  void anotherOrderIsRefused() {
    trace.comes(2).acknowledges(0, 8000, 2, 2).settled();
    trace.comes(6).acknowledges(0, 8000, 6, 6, 2, 2).settled();
    trace.comes(4);
    refused("SACK", () -> trace.acknowledges(0, 8000, 4, 4, 2, 2, 6, 6));
  }

  @Test
  void whatCameTwiceIsToldFirstWithTheLargerBlockAroundIt() {
    trace.comes(2).acknowledges(0, 8000, 2, 2).settled();
    trace.comes(3).acknowledges(0, 8000, 2, 3).settled();
    trace.comes(6).acknowledges(0, 8000, 6, 6, 2, 3).settled();
    trace.comes(2).acknowledges(0, 8000, 2, 2, 2, 3, 6, 6).settled();
    trace.comes(2);
    refused("SACK", () -> trace.acknowledges(0, 8000, 2, 2, 6, 6, 2, 3));
  }
}
