package io.karavel.scripts.live;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.ESTABLISHED;
import static io.karavel.tcp.TcpState.FIN_WAIT_2;
import static io.karavel.tcp.TcpState.SYN_RECEIVED;
import static io.karavel.tcp.TcpState.TIME_WAIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.scripts.Times;
import io.karavel.tcp.TcpError;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

/** Rates, queues and first intervals changed on a running stack. */
class LiveLimitsTest {
  private static final String SYN = "S 0:0(0) win 65535 <mss 1000>";

  @Test
  void challengeAckPerSecondHoldsForConnectionsThatAreOpen() {
    PacketScript script = PacketScript.create().openPassively();
    for (int i = 0; i < 3; i++) {
      script.inject("R 10:10(0)").expect(". 1:1(0) ack 1");
    }
    script.tcp("challengeAckPerSecond", 3).inject("R 10:10(0)").expectNothing();
    script.tcp("challengeAckPerSecond", 4).inject("R 10:10(0)").expect(". 1:1(0) ack 1");
    script.expectState(ESTABLISHED).end();
  }

  @Test
  void synLinearTimeoutsAndRtoInitialHoldForConnectsFromThenOn() {
    PacketScript script =
        PacketScript.create()
            .tcp("synLinearTimeouts", 2)
            .tcp("synRetries", 4)
            .tcp("rtoInitialMillis", 400)
            .connect();
    Times.expectAll(script, "S 0:0(0)", "0 0.4 0.8 1.2 2");
    script.expectNothingUntil("3.6s").expectFailure(TcpError.TIMED_OUT).end();
  }

  @Test
  void initialWindowHoldsForConnectionsThatHaveNotSentYet() {
    PacketScript script = PacketScript.create().openPassively(SYN);
    script.write(1000).expect("P. 1:1001(1000) ack 1").tcp("initialWindow", 2).write(20_000);
    assertThat(script.takeSent()).hasSize(9);
    script.flow("later", 40_001).openPassively(SYN).write(20_000);
    assertThat(script.takeSent()).hasSize(2);
    script.end();
  }

  @Test
  void limitsBelowPresentUseEndNothingAndRefuseWhatIsNew() {
    PacketScript script = PacketScript.create().openPassively();
    script.flow("orphan", 40_001).openPassively().close().expect("F. 1:1(0) ack 1");
    script.inject(". 1:1(0) ack 2").expectState(FIN_WAIT_2);
    script.flow("waits", 40_002).openPassively().close().expect("F. 1:1(0) ack 1");
    script.inject("F. 1:1(0) ack 2").expect(". 2:2(0) ack 2").expectState(TIME_WAIT);
    script.flow("embryo", 40_003).inject(SYN).expect("S. 0:0(0) ack 1");
    script.tcp("maxConnections", 1).tcp("maxConnectionsPerPeer", 1);
    script.tcp("maxOrphans", 0).tcp("maxTimeWait", 0).expectNothing().expectState(SYN_RECEIVED);
    script.flow("main", 40_000).expectState(ESTABLISHED);
    script.flow("orphan", 40_001).expectState(FIN_WAIT_2);
    script.flow("waits", 40_002).expectState(TIME_WAIT);
    script.flow("new", 40_004).inject(SYN).expectNothing();
    // but what is closed from now on has no place left
    script.flow("main", 40_000).close().expect("R 1:1(0)").expectState(CLOSED).end();
  }

  @Test
  void maxAcceptBacklogBoundsTheQueueOfAListenerThatIsOpen() {
    PacketScript.create()
        .listen(8)
        .inject(SYN)
        .expect("S. 0:0(0) ack 1")
        .flow("second", 40_001)
        .inject(SYN)
        .expect("S. 0:0(0) ack 1")
        .tcp("maxAcceptBacklog", 1)
        .flow("main", 40_000)
        .inject(". 1:1(0) ack 1")
        .expectState(ESTABLISHED)
        .flow("second", 40_001)
        .inject(". 1:1(0) ack 1")
        .expectNothing()
        .expectState(SYN_RECEIVED)
        .tcp("maxAcceptBacklog", 2)
        .inject(". 1:1(0) ack 1")
        .expectState(ESTABLISHED)
        .end();
  }
}
