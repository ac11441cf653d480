package io.karavel.scripts.segments;

import static io.karavel.tcp.TcpState.CLOSED;

import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same segment in each synchronised state: RFC 9293 §3.10.7.4 with RFC 5961. */
class EveryStateTest {
  /** A connection in a state, with how its numbers stand. */
  private enum In {
    ESTABLISHED(TcpState.ESTABLISHED, 1, 1),
    FIN_WAIT_1(TcpState.FIN_WAIT_1, 2, 1),
    FIN_WAIT_2(TcpState.FIN_WAIT_2, 2, 1),
    CLOSE_WAIT(TcpState.CLOSE_WAIT, 1, 2),
    CLOSING(TcpState.CLOSING, 2, 2),
    LAST_ACK(TcpState.LAST_ACK, 2, 2),
    TIME_WAIT(TcpState.TIME_WAIT, 2, 2);

    private final TcpState state;
    private final int sndNxt;
    private final int rcvNxt;

    In(TcpState state, int sndNxt, int rcvNxt) {
      this.state = state;
      this.sndNxt = sndNxt;
      this.rcvNxt = rcvNxt;
    }

    private PacketScript reach() {
      PacketScript script = PacketScript.create().openPassively();
      switch (this) {
        case FIN_WAIT_1 -> script.shutdownOutput().discardSent();
        case FIN_WAIT_2 -> script.shutdownOutput().discardSent().inject(". 1:1(0) ack 2");
        case CLOSE_WAIT -> script.inject("F. 1:1(0) ack 1").after("40ms").discardSent();
        case CLOSING -> script.shutdownOutput().discardSent().inject("F. 1:1(0) ack 1");
        case LAST_ACK -> script.inject("F. 1:1(0) ack 1").shutdownOutput();
        case TIME_WAIT -> script.shutdownOutput().discardSent().inject("F. 1:1(0) ack 2");
        default -> {}
      }
      return script.discardSent().expectState(state);
    }

    private String ack() {
      return ". " + sndNxt + ":" + sndNxt + "(0) ack " + rcvNxt;
    }

    private static String at(String flags, int sequence) {
      return flags + " " + sequence + ":" + sequence + "(0)";
    }
  }

  @ParameterizedTest
  @EnumSource
  @Rfc({"9293 3.10.7.4", "5961 3.2", "9293 MUST-12"})
  void aResetAtTheExpectedNumberEndsTheConnection(In in) {
    PacketScript script = in.reach().inject(In.at("R", in.rcvNxt)).expectState(CLOSED);
    switch (in) {
      case ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT ->
          script.expectFailure(TcpError.CONNECTION_RESET);
      default -> {}
    }
    script.expectNothingFor("5min").end();
  }

  @ParameterizedTest
  @EnumSource(names = "TIME_WAIT", mode = EnumSource.Mode.EXCLUDE)
  @Rfc("5961 3.2")
  void aResetElsewhereInTheWindowIsChallenged(In in) {
    in.reach().inject(In.at("R", in.rcvNxt + 10)).expect(in.ack()).expectState(in.state).end();
  }

  @ParameterizedTest
  @EnumSource
  @Rfc("5961 3.2")
  void aResetOutsideTheWindowIsIgnored(In in) {
    in.reach().inject(In.at("R", 1_000_000_000)).expectNothing().expectState(in.state).end();
  }

  @ParameterizedTest
  @EnumSource(names = "TIME_WAIT", mode = EnumSource.Mode.EXCLUDE)
  @Rfc({"5961 4.2", "9293 3.10.7.4"})
  void aSynInsideTheWindowIsChallenged(In in) {
    in.reach().inject(In.at("S", in.rcvNxt + 10)).expect(in.ack()).expectState(in.state).end();
  }

  @ParameterizedTest
  @EnumSource(names = "TIME_WAIT", mode = EnumSource.Mode.EXCLUDE)
  @Rfc({"5961 4.2", "9293 3.10.7.4"})
  void aSynOutsideTheWindowIsChallenged(In in) {
    in.reach().inject(In.at("S", 1_000_000_000)).expect(in.ack()).expectState(in.state).end();
  }

  @ParameterizedTest
  @EnumSource(names = "TIME_WAIT", mode = EnumSource.Mode.EXCLUDE)
  @Rfc({"5961 5.2", "9293 3.10.7.4"})
  void anAcknowledgementOfWhatWasNeverSentIsAnswered(In in) {
    in.reach()
        .inject(". " + in.rcvNxt + ":" + in.rcvNxt + "(0) ack 5000")
        .expect(in.ack())
        .expectState(in.state)
        .end();
  }

  @ParameterizedTest
  @EnumSource
  @Rfc({"9293 3.10.7.4", "9293 3.4"})
  void anUnacceptableSegmentIsAnsweredWithAnAcknowledgement(In in) {
    in.reach()
        .inject("P. 1000000000:1000000010(10) ack " + in.sndNxt)
        .expect(in.ack())
        .expectState(in.state)
        .end();
  }

  @ParameterizedTest
  @EnumSource(names = {"CLOSE_WAIT", "CLOSING", "LAST_ACK", "TIME_WAIT"})
  @Rfc("9293 3.10.7.4")
  void aRepeatedFinIsAcknowledgedAgain(In in) {
    in.reach().inject("F. 1:1(0) ack 1").expect(in.ack()).expectState(in.state).end();
  }

  @ParameterizedTest
  @EnumSource(names = {"ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2"})
  @Rfc({"9293 3.10.7.4", "9293 3.6"})
  void dataIsTakenWhereThePeerHasNotClosed(In in) {
    in.reach()
        .inject("P. 1:101(100) ack 1")
        .expect(". " + in.sndNxt + ":" + in.sndNxt + "(0) ack 101")
        .read(100)
        .expectState(in.state)
        .end();
  }

  @ParameterizedTest
  @EnumSource
  @Rfc("9293 3.10.7.4")
  void aSegmentWithoutAckIsDropped(In in) {
    in.reach().inject(In.at("-", in.rcvNxt)).expectNothing().expectState(in.state).end();
  }

  @Test
  void aSocketThatIsStillOpenShowsTheEndOfTimeWait() {
    In.TIME_WAIT.reach().mark().expectNothingUntil("60s").expectState(CLOSED).end();
  }

  @ParameterizedTest
  @EnumSource
  @Rfc("9293 3.10.5")
  void anAbortLeavesNothingBehind(In in) {
    in.reach().abort().discardSent().expectState(CLOSED).expectNothingFor("5min").end();
  }
}
