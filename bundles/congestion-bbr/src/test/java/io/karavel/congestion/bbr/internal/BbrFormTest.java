package io.karavel.congestion.bbr.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a flow has learnt is handed over: a successor answers as it would have. */
class BbrFormTest {
  private static final long MILLI = Flow.MILLI;
  private static final long RATE = Flow.RATE;

  private static Handover form(Bbr bbr) {
    HandoverWriter writer = new HandoverWriter("tcp", 1);
    bbr.export(writer);
    return writer.finish();
  }

  /** As a connection opens it: with the window and threshold that it keeps itself. */
  private static Bbr successor(Flow flow) throws HandoverException {
    Bbr next = new Bbr(flow, flow.bbr.congestionWindowBytes(), flow.bbr.slowStartThresholdBytes());
    next.open(form(flow.bbr).reader());
    return next;
  }

  private static void alike(Flow flow) {
    assertThat(flow.twin.congestionWindowBytes()).isEqualTo(flow.bbr.congestionWindowBytes());
    assertThat(flow.twin.slowStartThresholdBytes()).isEqualTo(flow.bbr.slowStartThresholdBytes());
    assertThat(flow.twin.pacingBytesPerSecond()).isEqualTo(flow.bbr.pacingBytesPerSecond());
    assertThat(flow.twin.details()).isEqualTo(flow.bbr.details());
    assertThat(form(flow.twin).sameForm(form(flow.bbr))).isTrue();
  }

  /** Fifteen seconds with losses, timeouts, idleness and what was spurious. */
  private static void live(Flow flow) {
    for (int i = 1; i <= 150; i++) {
      flow.inFlightBytes = i % 10 < 8 ? 90_000 : 40_000;
      flow.windowLimited = i % 3 == 0;
      if (i % 13 == 0) {
        flow.lose(i % 26 == 0 ? 2 : 12);
        flow.bbr.onLoss(90_000, flow.nowNanos);
        flow.twin.onLoss(90_000, flow.nowNanos);
      }
      if (i % 13 == 1) {
        flow.bbr.onRecovered(flow.nowNanos);
        flow.twin.onRecovered(flow.nowNanos);
      }
      if (i % 37 == 0) {
        flow.bbr.onTimeout(90_000, false, flow.nowNanos);
        flow.twin.onTimeout(90_000, false, flow.nowNanos);
      }
      if (i % 39 == 1) {
        flow.bbr.onSpurious(flow.nowNanos);
        flow.twin.onSpurious(flow.nowNanos);
      }
      if (i % 29 == 0) {
        flow.bbr.onTransmit(0, true, flow.nowNanos);
        flow.twin.onTransmit(0, true, flow.nowNanos);
      }
      flow.within(RATE, MILLI);
      flow.round(RATE - i * 1000);
      alike(flow);
    }
  }

  @ParameterizedTest
  @EnumSource
  void inEachStateTheSuccessorGoesOnAsItWouldHave(BbrState state) throws HandoverException {
    Flow flow = new Flow();
    flow.rounds(2, RATE);
    if (state == BbrState.DRAIN || state == BbrState.DOWN) {
      flow.await(state, RATE);
    } else if (state != BbrState.STARTUP) {
      flow.inFlightBytes = 90_000;
      flow.await(state, RATE);
    }
    flow.in(state);
    flow.twin = successor(flow);
    alike(flow);
    live(flow);
  }

  /** Each boolean and bound of a recovery that is going on. */
  @Test
  void inTheMiddleOfARecoveryTheSuccessorCanUndoIt() throws HandoverException {
    Flow flow = new Flow().up();
    flow.transmitInFlightBytes = 125_000;
    flow.lose(20);
    flow.bbr.onLoss(90_000, flow.nowNanos);
    flow.within(RATE, MILLI);
    flow.twin = successor(flow);
    flow.lose(3);
    flow.within(RATE, MILLI);
    flow.bbr.onSpurious(flow.nowNanos);
    flow.twin.onSpurious(flow.nowNanos);
    assertThat(flow.twin.state()).isEqualTo(BbrState.REFILL);
    alike(flow);
  }

  @Test
  void afterATimeoutTheSuccessorTakesNothingForABound() throws HandoverException {
    Flow flow = new Flow().up();
    flow.bbr.onTimeout(90_000, false, flow.nowNanos);
    flow.twin = successor(flow);
    flow.lose(50);
    flow.within(RATE, MILLI);
    assertThat(flow.twin.path().longInFlight).isEqualTo(PathModel.UNBOUNDED);
    flow.round(RATE);
    alike(flow);
  }

  /** What C.InitialCwnd was is not the window of the moment. */
  @Test
  void inStartupTheInitialWindowIsStillTheInitialOne() throws HandoverException {
    Flow flow = new Flow();
    flow.round(RATE / 4);
    flow.round(RATE / 2);
    flow.twin = successor(flow);
    flow.rounds(1, RATE / 8);
    alike(flow);
    flow.rounds(3, RATE / 8);
    alike(flow);
  }

  @Test
  void anEmptyFormBeginsAnewWithTheWindow() throws HandoverException {
    Flow flow = new Flow();
    flow.bbr.open(new HandoverWriter("tcp", 1).finish().reader());
    flow.in(BbrState.STARTUP);
    assertThat(flow.bbr.congestionWindowBytes()).isEqualTo(Flow.INITIAL);
    flow.cruise();
  }

  // ---- other versions, damage ----

  @Test
  void aStateThatIsNotKnownIsRefusedByName() {
    Bbr bbr = new Flow().bbr;
    Handover foreign = new HandoverWriter("tcp", 1).putText(1, "LEVITATING").finish();
    assertThatThrownBy(() -> bbr.open(foreign.reader()))
        .isInstanceOf(HandoverException.class)
        .hasMessageContaining("'LEVITATING' is no BbrState");
    Handover phase = new HandoverWriter("tcp", 1).putText(3, "").finish();
    assertThatThrownBy(() -> bbr.open(phase.reader()))
        .isInstanceOf(HandoverException.class)
        .hasMessageContaining("'' is no Feedback");
  }

  @Test
  void aFieldOfAnotherLengthIsRefused() {
    Bbr bbr = new Flow().bbr;
    Handover number = new HandoverWriter("tcp", 1).putInt(5, 1).finish();
    assertThatThrownBy(() -> bbr.open(number.reader())).isInstanceOf(HandoverException.class);
    Handover path = new HandoverWriter("tcp", 1).begin(19).putInt(4, 1).end().finish();
    assertThatThrownBy(() -> bbr.open(path.reader())).isInstanceOf(HandoverException.class);
    Handover noFields = new HandoverWriter("tcp", 1).putBytes(19, new byte[] {1, 2, 3}).finish();
    assertThatThrownBy(() -> bbr.open(noFields.reader())).isInstanceOf(HandoverException.class);
  }

  @Test
  void aTornOrDamagedFormIsRefused() {
    byte[] whole = form(new Flow().cruise().bbr).form();
    for (int at = 0; at < whole.length; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x10;
      Handover kept = Handover.restored("tcp", 1, damaged);
      assertThatThrownBy(kept::reader).isInstanceOf(HandoverException.class);
    }
    byte[] torn = Arrays.copyOf(whole, whole.length / 2);
    assertThatThrownBy(Handover.restored("tcp", 1, torn)::reader)
        .isInstanceOf(HandoverException.class);
  }

  /** No growth in no steps, no shift beyond all bounds: numbers that nobody writes. */
  @Test
  void numbersThatCannotBeAreNotBelieved() throws HandoverException {
    Flow flow = new Flow().up();
    flow.bbr.path().longInFlight = 120_000;
    flow.transmitInFlightBytes = 90_000;
    flow.windowLimited = true;
    flow.within(RATE, MILLI);
    flow.twin = successor(flow);
    flow.twin.open(new HandoverWriter("tcp", 1).putInt(13, -7).putLong(15, 0).finish().reader());
    flow.rounds(5, RATE);
    assertThat(flow.twin.congestionWindowBytes()).isGreaterThanOrEqualTo(120_000);
  }

  /** An earlier release counted for each byte what is counted for each segment now. */
  @Test
  void theSlopeOfAnEarlierReleaseIsUnderstood() throws HandoverException {
    Flow flow = new Flow().up();
    HandoverWriter earlier = new HandoverWriter("tcp", 1).putLong(15, 120);
    flow.bbr.open(earlier.finish().reader());
    HandoverReader reader = form(flow.bbr).reader();
    while (reader.next()) {
      if (reader.tag() == 15) {
        assertThat(reader.longValue()).isEqualTo(120);
      } else if (reader.tag() == 24) {
        assertThat(reader.longValue()).isEqualTo(120_000);
      }
    }
  }

  /** On the way back to the release that wrote them they are still there. */
  @Test
  void whatALaterReleaseAddedIsKeptAndWrittenAgain() throws HandoverException {
    Bbr bbr = new Flow().bbr;
    HandoverWriter later = new HandoverWriter("tcp", 1);
    later.putText(1, "CRUISE").putText(99, "more").putBoolean(98, true);
    later.begin(19).putLong(1, 7).putText(97, "of the path").putInt(96, 5).end();
    bbr.open(later.finish().reader());
    assertThat(bbr.state()).isEqualTo(BbrState.CRUISE);
    assertThat(bbr.path().roundCount).isEqualTo(7);
    HandoverReader reader = form(bbr).reader();
    String seen = "";
    while (reader.next()) {
      if (reader.tag() == 99) {
        seen += reader.textValue() + ";";
      } else if (reader.tag() == 98) {
        seen += reader.booleanValue() + ";";
      } else if (reader.tag() == 19) {
        HandoverReader path = reader.nested();
        while (path.next()) {
          if (path.tag() == 97) {
            seen += path.textValue() + ";";
          } else if (path.tag() == 96) {
            seen += path.intValue() + ";";
          }
        }
      }
    }
    assertThat(seen).contains("more;", "true;", "of the path;", "5;");
  }
}
