package io.karavel.scripts.closing;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.CLOSE_WAIT;
import static io.karavel.tcp.TcpState.CLOSING;
import static io.karavel.tcp.TcpState.ESTABLISHED;
import static io.karavel.tcp.TcpState.FIN_WAIT_1;
import static io.karavel.tcp.TcpState.FIN_WAIT_2;
import static io.karavel.tcp.TcpState.LAST_ACK;
import static io.karavel.tcp.TcpState.TIME_WAIT;

import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpOption;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

class ClosingTest {
  @Test
  @Rfc("9293 3.6")
  void theActiveSideClosesWithFourMessagesAndWaitsTwoMsl() {
    PacketScript.create()
        .openActively()
        .close()
        .expect("F. 1:1(0) ack 1")
        .expectState(FIN_WAIT_1)
        .after("10ms")
        .inject(". 1:1(0) ack 2")
        .expectState(FIN_WAIT_2)
        .after("10ms")
        .inject("F. 1:1(0) ack 2")
        .expect(". 2:2(0) ack 2")
        .expectState(TIME_WAIT)
        .mark()
        .expectNothingUntil("59.999s")
        .expectState(TIME_WAIT)
        .expectNothingUntil("60s")
        .expectState(CLOSED)
        .end();
  }

  @Test
  @Rfc("9293 3.6")
  void finAndAckOfTheFinTogetherLeadToTimeWaitAtOnce() {
    PacketScript.create()
        .openActively()
        .close()
        .expect("F. 1:1(0) ack 1")
        .inject("F. 1:1(0) ack 2")
        .expect(". 2:2(0) ack 2")
        .expectState(TIME_WAIT)
        .end();
  }

  @Test
  @Rfc("9293 3.6")
  void aSimultaneousCloseGoesThroughClosing() {
    PacketScript.create()
        .openActively()
        .close()
        .expect("F. 1:1(0) ack 1")
        .inject("F. 1:1(0) ack 1")
        .expect(". 2:2(0) ack 2")
        .expectState(CLOSING)
        .inject(". 2:2(0) ack 2")
        .expectNothing()
        .expectState(TIME_WAIT)
        .end();
  }

  @Test
  @Rfc({"9293 3.6", "9293 MUST-12"})
  void thePassiveSideClosesInLastAckAndIsGoneWithTheAck() {
    PacketScript.create()
        .openPassively()
        .inject("F. 1:1(0) ack 1")
        .after("40ms")
        .expect(". 1:1(0) ack 2")
        .expectState(CLOSE_WAIT)
        .readEnd()
        .after("1s")
        .close()
        .expect("F. 1:1(0) ack 2")
        .expectState(LAST_ACK)
        .after("1ms")
        .inject(". 2:2(0) ack 2")
        .expectState(CLOSED)
        .expectNothingFor("5min")
        .end();
  }

  @Test
  @Rfc("9293 MUST-58")
  void fourSegmentsBecomeThreeWhenTheApplicationClosesBeforeTheDelayedAck() {
    PacketScript.create()
        .openPassively()
        .inject("F. 1:1(0) ack 1")
        .after("39ms")
        .close()
        .expect("F. 1:1(0) ack 2")
        .expectState(LAST_ACK)
        .inject(". 2:2(0) ack 2")
        .expectState(CLOSED)
        .expectNothingFor("1min")
        .end();
  }

  @Test
  void theArrivalOfAFinEndsTheQuickAckPhase() {
    PacketScript.create()
        .openPassively()
        .inject("P. 1:11(10) ack 1")
        .expect(". 1:1(0) ack 11")
        .read(10)
        .inject("F. 11:11(0) ack 1")
        .expectNothing()
        .close()
        .expect("F. 1:1(0) ack 12")
        .end();
  }

  @Test
  @Rfc("9293 3.6")
  void nobodyLeavesCloseWaitByHimself() {
    PacketScript.create()
        .openPassively()
        .inject("F. 1:1(0) ack 1")
        .after("40ms")
        .expect(". 1:1(0) ack 2")
        .expectNothingFor("1d")
        .expectState(CLOSE_WAIT)
        .inject("R 2:2(0)")
        .expectFailure(TcpError.CONNECTION_RESET)
        .expectState(CLOSED)
        .end();
  }

  @Test
  @Rfc("9293 3.10.4")
  void theFinFollowsWhatIsQueuedEvenBehindAZeroWindow() {
    PacketScript.create()
        .listen()
        .inject("S 0:0(0) win 0 <mss 1460>")
        .expect("S. 0:0(0) ack 1")
        .inject(". 1:1(0) ack 1 win 0")
        .accept()
        .write(100)
        .close()
        .expectNothing()
        .expectState(FIN_WAIT_1)
        .after("100ms")
        .inject(". 1:1(0) ack 1 win 1000")
        .expect("FP. 1:101(100) ack 1")
        .inject(". 1:1(0) ack 102")
        .expectState(FIN_WAIT_2)
        .end();
  }

  @Test
  @Rfc({"2525 2.17", "9293 SHLD-3"})
  void closingWithUnreadDataResetsAtOnce() {
    PacketScript.create()
        .openPassively()
        .inject("P. 1:101(100) ack 1")
        .expect(". 1:1(0) ack 101")
        .close()
        .expect("R 1:1(0)")
        .expectState(CLOSED)
        .expectNothingFor("5min")
        .end();
  }

  @Test
  @Rfc("9293 3.10.5")
  void abortingResetsAtOnceAndDiscardsTheQueues() {
    PacketScript.create()
        .openPassively()
        .write(100)
        .expect("P. 1:101(100) ack 1")
        .abort()
        .expect("R 101:101(0)")
        .expectState(CLOSED)
        .expectNothingFor("5min")
        .end();
  }

  @Test
  void closingWithLingerZeroIsAborting() {
    PacketScript.create()
        .openPassively()
        .option(TcpOption.LINGER_SECONDS, 0)
        .close()
        .expect("R 1:1(0)")
        .expectState(CLOSED)
        .end();
  }

  @Test
  @Rfc("1122 4.2.2.13")
  void newDataForAnOrphanIsAnsweredWithAReset() {
    PacketScript.create()
        .openPassively()
        .close()
        .expect("F. 1:1(0) ack 1")
        .inject(". 1:1(0) ack 2")
        .expectState(FIN_WAIT_2)
        .inject("P. 1:101(100) ack 2")
        .expect("R 2:2(0)")
        .expectState(CLOSED)
        .end();
  }

  @Test
  @Rfc("9293 3.6")
  void afterShutdownOutputTheOtherDirectionStaysUsableWithoutLimit() {
    PacketScript.create()
        .openPassively()
        .shutdownOutput()
        .expect("F. 1:1(0) ack 1")
        .inject(". 1:1(0) ack 2")
        .expectState(FIN_WAIT_2)
        .expectNothingFor("1d")
        .expectState(FIN_WAIT_2)
        .inject("P. 1:101(100) ack 2")
        .expect(". 2:2(0) ack 101")
        .read(100)
        .inject("F. 101:101(0) ack 2")
        .expect(". 2:2(0) ack 102")
        .readEnd()
        .expectState(TIME_WAIT)
        .end();
  }

  @Test
  void writingAfterShutdownOutputFails() {
    PacketScript.create()
        .openPassively()
        .shutdownOutput()
        .expect("F. 1:1(0) ack 1")
        .nextFails(TcpError.OUTPUT_SHUT_DOWN)
        .write(1)
        .end();
  }

  @Test
  void afterShutdownInputDataIsAcknowledgedAndDiscarded() {
    PacketScript.create()
        .openPassively()
        .shutdownInput()
        .expectNothing()
        .readEnd()
        .inject("P. 1:101(100) ack 1")
        .expect(". 1:1(0) ack 101")
        .expectState(ESTABLISHED)
        .write(10)
        .expect("P. 1:11(10) ack 101")
        .end();
  }

  @Test
  @Rfc("9293 3.10.7.4")
  void aResetInPlaceOfTheLastAckEndsLastAckQuietly() {
    PacketScript.create()
        .openPassively()
        .inject("F. 1:1(0) ack 1")
        .shutdownOutput()
        .expect("F. 1:1(0) ack 2")
        .expectState(LAST_ACK)
        .inject("R 2:2(0)")
        .expectState(CLOSED)
        .check(
            script -> {
              if (script.socket().failure() != null) {
                throw new AssertionError("told: " + script.socket().failure());
              }
            })
        .end();
  }

  @Test
  @Rfc("5961 4.2")
  void aSynReachingLastAckIsChallenged() {
    PacketScript.create()
        .openPassively()
        .inject("F. 1:1(0) ack 1")
        .close()
        .expect("F. 1:1(0) ack 2")
        .inject("S 9000:9000(0) win 65535 <mss 1460>")
        .expect(". 2:2(0) ack 2")
        .inject("R 2:2(0)")
        .expectState(CLOSED)
        .end();
  }

  @Test
  @Rfc("9293 3.10.7.3")
  void theOldFinReachingAClientInSynSentIsAnsweredWithAReset() {
    PacketScript.create()
        .connect()
        .expect("S 0:0(0)")
        .inject("F. 700:700(0) ack 4294960000")
        .expect("R 4294960000:4294960000(0)", "S 0:0(0)")
        .end();
  }
}
