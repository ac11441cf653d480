package io.karavel.simulation.rfc9293;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a sender must not do, or must not leave undone, is refused; what it must do is not. */
class ModelRulesTest {
  private final TraceOfOne trace = new TraceOfOne();

  private static void refused(String rule, ThrowingCallable what) {
    assertThatThrownBy(what).isInstanceOf(Violation.class).hasMessageContaining(rule);
  }

  @Test
  void theInitialWindowIsUsedAndNoMore() {
    trace.writes(12, 10);
    assertThat(trace.end().model.followed).isTrue();
    refused("congestion window", () -> trace.sends(11));
  }

  @Test
  void whatTheWindowLetsGoMustGo() {
    refused("liveness", () -> trace.writes(12, 9));
  }

  @Test
  void inSlowStartEachSegmentAcknowledgedLetsTwoGo() {
    trace.writes(14, 10).after(100).acknowledged(1).sends(11).sends(12).settled();
    refused("congestion window", () -> trace.sends(13));
  }

  @Test
  void theTimeoutIsOnTime() {
    // SRTT 100 ms, RTTVAR 50 ms: 300 ms
    trace.writes(1, 1).after(300).sends(1).settled().after(600).sends(1).settled();
  }

  @Test
  void aTimeoutTooEarlyIsRefused() {
    trace.writes(1, 1).after(299);
    refused("nothing is lost", () -> trace.sends(1));
  }

  @Test
  void aTimeoutThatDoesNotComeIsRefused() {
    trace.writes(1, 1).after(301);
    refused("may go, and has not", trace::settled);
  }

  @Test
  void theTailIsProbedAfterTwoRoundTrips() {
    trace.writes(2, 2).after(202).sends(2).settled();
  }

  @Test
  void aProbeTooEarlyIsRefused() {
    trace.writes(2, 2).after(201);
    refused("nothing is lost", () -> trace.sends(2));
  }

  @Test
  void aProbeOfAnotherSegmentIsRefused() {
    trace.writes(2, 2).after(202);
    refused("the last segment is", () -> trace.sends(1));
  }

  @Test
  void aProbeThatDoesNotComeIsRefused() {
    trace.writes(2, 2).after(203);
    refused("loss probe", trace::settled);
  }

  @Test
  void threeSegmentsSackedBehindAHoleHaveItFilledAtOnce() {
    trace.writes(6, 6).after(100).acknowledged(0, 2, 4).sends(1).settled();
  }

  @Test
  void aHoleThatIsNotFilledIsRefused() {
    trace.writes(6, 6).after(100).acknowledged(0, 2, 4);
    refused("may go, and has not", trace::settled);
  }

  @Test
  void anotherHoleThanTheFirstIsRefused() {
    trace.writes(6, 6).after(100).acknowledged(0, 3, 5);
    refused("what is lost first", () -> trace.sends(2));
  }

  @Test
  void oneSegmentSackedWaitsAQuarterOfARoundTrip() {
    trace.writes(6, 6).after(100).acknowledged(0, 2, 2).settled().after(25).sends(1).settled();
  }

  @Test
  void withoutThatWaitItIsRefused() {
    trace.writes(6, 6).after(100).acknowledged(0, 2, 2).settled().after(24);
    refused("nothing is lost", () -> trace.sends(1));
  }

  @Test
  void whatIsCountedIsWhatHappened() {
    trace.writes(6, 6).after(100).acknowledged(0, 2, 4).sends(1).settled();
    Map<String, Long> right =
        Map.of("Tcp.RetransSegs", 1L, "TcpExt.TCPFastRetrans", 1L, "TcpExt.TCPSackRecovery", 1L);
    trace.counts(right);
    for (String name : right.keySet()) {
      Map<String, Long> counted = new HashMap<>(right);
      counted.put(name, 2L);
      refused(name, () -> trace.counts(counted));
    }
  }

  @Test
  void figuresThatAreNotTheModelsAreRefused() {
    trace.writes(6, 6).after(100).acknowledged(0, 2, 4).sends(1).settled();
    Map<String, Object> right =
        Map.ofEntries(
            Map.entry("recovery", "recovery"),
            Map.entry("backoff", 0),
            Map.entry("retransmits", 0),
            Map.entry("lost", 1000),
            Map.entry("inFlight", 3000),
            Map.entry("srtt", "100.000 ms"),
            Map.entry("rttvar", "50.000 ms"),
            Map.entry("minRtt", "100.000 ms"),
            Map.entry("rto", "300.000 ms"),
            Map.entry("retransmitTimer", "200.000 ms"),
            Map.entry("routeSuspected", false),
            Map.entry("sendBuffer", 131_072),
            Map.entry("cwnd", 3000),
            Map.entry("ssthresh", 3000));
    trace.shown(right);
    for (String name : right.keySet()) {
      Object wrong = right.get(name) instanceof Integer n ? n + 1 : "7.000 ms";
      Map<String, Object> figures = new HashMap<>(right);
      figures.put(name, wrong);
      refused(name, () -> trace.shown(figures));
    }
  }
}
