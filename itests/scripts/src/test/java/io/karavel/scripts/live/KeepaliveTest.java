package io.karavel.scripts.live;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.ESTABLISHED;

import io.karavel.engine.KeepaliveSettings;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpOption;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

class KeepaliveTest {
  /** One below what the peer expects: it must answer (RFC 9293 §3.8.4). */
  private static final String PROBE = ". 0:0(0) ack 1";

  @Test
  @Rfc("9293 MUST-25")
  void isOffUnlessAskedFor() {
    PacketScript.create().openPassively().expectNothingFor("30d").expectState(ESTABLISHED).end();
  }

  @Test
  @Rfc({"9293 MUST-24", "9293 MUST-27", "9293 MUST-28", "9293 MUST-29", "9293 SHLD-12"})
  void byDefaultTenProbesFollowTwoHoursOfSilenceAndTheConnectionEndsAt7950() {
    PacketScript script = PacketScript.create().openPassively().option(TcpOption.KEEPALIVE, true);
    for (int probe = 0; probe < 10; probe++) {
      script.at((7200 + 75 * probe) + "s").expect(PROBE);
    }
    script
        .expectNothingUntil("7949.999s")
        .expectState(ESTABLISHED)
        .at("7950s")
        .expect("R 1:1(0)")
        .expectFailure(TcpError.TIMED_OUT)
        .expectState(CLOSED)
        .end();
  }

  @Test
  @Rfc("9293 MUST-26")
  void anAnswerBeginsTheSilenceAnew() {
    PacketScript.create()
        .openPassively()
        .option(TcpOption.KEEPALIVE, true)
        .at("7200s")
        .expect(PROBE)
        .at("7201s")
        .inject(". 1:1(0) ack 1")
        .at("14401s")
        .expect(PROBE)
        .at("14476s")
        .expect(PROBE)
        .inject(". 1:1(0) ack 1")
        .expectNothingFor("7199s")
        .after("1s")
        .expect(PROBE)
        .end();
  }

  @Test
  void anySegmentBeginsTheSilenceAnew() {
    PacketScript.create()
        .openPassively()
        .option(TcpOption.KEEPALIVE, true)
        .at("7000s")
        .inject("P. 1:11(10) ack 1")
        .discardSent()
        .at("7001s")
        .discardSent()
        .expectNothingUntil("14199s")
        .at("14200s")
        .expect(". 0:0(0) ack 11")
        .end();
  }

  @Test
  void aPeerThatHasForgottenTheConnectionAnswersWithAReset() {
    PacketScript.create()
        .openPassively()
        .option(TcpOption.KEEPALIVE, true)
        .at("7200s")
        .expect(PROBE)
        .inject("R 1:1(0)")
        .expectFailure(TcpError.CONNECTION_RESET)
        .end();
  }

  @Test
  void theSocketsOwnTimesGoBeforeThePolicy() {
    PacketScript.create()
        .option(TcpOption.KEEPALIVE, true)
        .option(TcpOption.KEEPALIVE_TIME_SECONDS, 10)
        .option(TcpOption.KEEPALIVE_INTERVAL_SECONDS, 2)
        .option(TcpOption.KEEPALIVE_PROBES, 3)
        .openActively()
        .at("10s")
        .expect(PROBE)
        .at("12s")
        .expect(PROBE)
        .keepalive("timeSeconds", 5)
        .at("14s")
        .expect(PROBE)
        .at("16s")
        .expect("R 1:1(0)")
        .expectFailure(TcpError.TIMED_OUT)
        .end();
  }

  @Test
  void aListenerCanAskForItForWhatItAccepts() {
    PacketScript.create()
        .listen()
        .option(TcpOption.KEEPALIVE, true)
        .option(TcpOption.KEEPALIVE_TIME_SECONDS, 10)
        .openPassively()
        .at("10s")
        .expect(PROBE)
        .end();
  }

  @Test
  void thePolicyCanKeepEveryConnectionAlive() {
    StackHarness stack =
        StackHarness.builder()
            .set(KeepaliveSettings.PID, "enabledByDefault", true)
            .set(KeepaliveSettings.PID, "timeSeconds", 30)
            .build();
    PacketScript.on(stack)
        .openPassively()
        .at("30s")
        .expect(PROBE)
        .inject(". 1:1(0) ack 1")
        .at("60s")
        .expect(PROBE)
        .inject(". 1:1(0) ack 1")
        .end();
  }

  @Test
  void thePolicyCanBeTurnedOnAndOffWhileConnectionsAreIdle() {
    PacketScript script = PacketScript.create().openPassively().keepalive("timeSeconds", 30);
    script.at("20s").keepalive("enabledByDefault", true).expectNothingUntil("29.999s");
    script.at("30s").expect(PROBE).inject(". 1:1(0) ack 1");
    script.at("50s").keepalive("enabledByDefault", false).expectNothingFor("1d");
    // what has passed is over already
    script.keepalive("enabledByDefault", true).expect(PROBE).expectState(ESTABLISHED).end();
  }

  @Test
  void newTimesCountFromTheBeginningOfTheSilence() {
    PacketScript.create()
        .openPassively()
        .option(TcpOption.KEEPALIVE, true)
        .at("100s")
        .keepalive("timeSeconds", 300)
        .expectNothingUntil("299s")
        .at("300s")
        .expect(PROBE)
        .inject(". 1:1(0) ack 1")
        .at("500s")
        .keepalive("timeSeconds", 1000)
        .expectNothingUntil("1299s")
        .at("1300s")
        .expect(PROBE)
        .end();
  }

  @Test
  void aNewTimeThatIsOverAlreadyProbesAtOnce() {
    PacketScript.create()
        .openPassively()
        .option(TcpOption.KEEPALIVE, true)
        .at("100s")
        .expectNothing()
        .keepalive("timeSeconds", 50)
        .expect(PROBE)
        .end();
  }

  @Test
  @Rfc("9293 3.8.4")
  void whileDataIsUnacknowledgedTheRetransmissionTimerRules() {
    PacketScript script =
        PacketScript.create()
            .option(TcpOption.KEEPALIVE, true)
            .option(TcpOption.KEEPALIVE_TIME_SECONDS, 1)
            .openActively()
            .write(100)
            .expect("P. 1:101(100) ack 1");
    script
        .expectEach("P. 1:101(100) ack 1", "0.2s", "0.6s", "1.4s", "3s", "6.2s")
        .inject(". 1:1(0) ack 101")
        .at("7.2s")
        .expect(". 100:100(0) ack 1")
        .end();
  }
}
