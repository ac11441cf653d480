package io.karavel.scripts.lost;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.ESTABLISHED;

import io.karavel.scripts.Times;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpOption;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Data lost: by the timer and by three duplicate acknowledgements. */
class LostDataTest {
  private static final String DATA = "P. 1:101(100) ack 1";

  @ParameterizedTest
  @CsvSource({
    "0, 0 0.2, 0.6",
    "3, 0 0.2 0.6 1.4, 3",
    "5, 0 0.2 0.6 1.4 3 6.2, 12.6",
    "8, 0 0.2 0.6 1.4 3 6.2 12.6 25.4 51, 102.2",
    "15, 0 0.2 0.6 1.4 3 6.2 12.6 25.4 51 102.2 204.6 324.6 444.6 564.6 684.6 804.6, 924.6"
  })
  @Rfc({"6298 5.5", "9293 MUST-20", "9293 3.8.3", "9293 MUST-18", "9293 SHLD-11"})
  void lostForEverItIsRepeatedWithinRetries2(int retries2, String sent, String over) {
    PacketScript script =
        PacketScript.on(
                StackHarness.builder()
                    .tcp("retries1", Math.min(3, retries2))
                    .tcp("retries2", retries2)
                    .build())
            .openPassively()
            .write(100);
    Times.expectAll(script, DATA, sent);
    script
        .expectNothingUntil(over + "s")
        .expectFailure(TcpError.TIMED_OUT)
        .expectState(CLOSED)
        .expectNothingFor("10min")
        .end();
  }

  @Test
  @Rfc({"6298 5.3", "6298 5.2"})
  void anAcknowledgementEndsTheRepeatingAndTheBackOff() {
    PacketScript script = PacketScript.create().openPassively().write(100);
    Times.expectAll(script, DATA, "0 0.2 0.6");
    script.after("10ms").inject(". 1:1(0) ack 101").expectNothingFor("10s").mark();
    script.write(10).expect("P. 101:111(10) ack 1").at("200ms").expect("P. 101:111(10) ack 1");
    script.end();
  }

  @Test
  @Rfc("9293 MUST-21")
  void userTimeoutEndsTheConnectionAtItsTime() {
    PacketScript script =
        PacketScript.create()
            .openPassively()
            .option(TcpOption.USER_TIMEOUT_MILLIS, 1000)
            .write(100);
    Times.expectAll(script, DATA, "0 0.2 0.6");
    script.expectNothingUntil("1s").expectFailure(TcpError.TIMED_OUT).end();
  }

  @Test
  @Rfc({"5681 3.2", "6675 5"})
  void threeDuplicateAcksRepeatTheFirstSegmentAtOnce() {
    PacketScript.create()
        .openPassively("S 0:0(0) win 65535 <mss 1000>")
        .write(5000)
        .expect(
            ". 1:1001(1000) ack 1",
            ". 1001:2001(1000) ack 1",
            ". 2001:3001(1000) ack 1",
            ". 3001:4001(1000) ack 1",
            "P. 4001:5001(1000) ack 1")
        .after("10ms")
        .inject(". 1:1(0) ack 1", ". 1:1(0) ack 1")
        .expectNothing()
        .inject(". 1:1(0) ack 1")
        .expect(". 1:1001(1000) ack 1")
        .after("10ms")
        .inject(". 1:1(0) ack 5001")
        .expectNothingFor("10s")
        .expectState(ESTABLISHED)
        .end();
  }

  @Test
  @Rfc({"2018 5", "6675 4"})
  void aSackOfThreeSegmentsRepeatsTheHoleAtOnce() {
    PacketScript.create()
        .tcp("tailLossProbe", false) // without a round trip it would come at once
        .openPassively("S 0:0(0) win 65535 <mss 1000,sackOK>")
        .write(4000)
        .expect(
            ". 1:1001(1000) ack 1",
            ". 1001:2001(1000) ack 1",
            ". 2001:3001(1000) ack 1",
            "P. 3001:4001(1000) ack 1")
        .after("10ms")
        .inject(". 1:1(0) ack 1 win 65000 <sack 1001:4001>")
        .expect(". 1:1001(1000) ack 1")
        .after("10ms")
        .inject(". 1:1(0) ack 4001")
        .expectNothingFor("10s")
        .end();
  }

  @Test
  @Rfc({"2018 4", "5681 4.2"})
  void dataBehindAHoleIsAcknowledgedAtOnceWithItsBlock() {
    PacketScript.create()
        .openPassively("S 0:0(0) win 65535 <mss 1460,sackOK>")
        .inject(". 1001:2001(1000) ack 1")
        .expect(". 1:1(0) ack 1 <sack 1001:2001>")
        .inject(". 3001:4001(1000) ack 1")
        .expect(". 1:1(0) ack 1 <sack 3001:4001 1001:2001>")
        .inject(". 1:1001(1000) ack 1")
        .expect(". 1:1(0) ack 2001 <sack 3001:4001>")
        .inject(". 2001:3001(1000) ack 1")
        .expect(". 1:1(0) ack 4001 <>")
        .read(4000)
        .end();
  }

  /** A connection with a long round trip: its loss probes come before the retransmission timer. */
  private static PacketScript far(PacketScript script, String answer) {
    return script
        .connect()
        .expect("S 0:0(0)")
        .at(answer)
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK>")
        .expect(". 1:1(0) ack 1")
        .write(100)
        .expect("P. 1:101(100) ack 1");
  }

  @Test
  @Rfc("5482 2")
  void aLossProbeDoesNotPutTheUserTimeoutOff() {
    far(PacketScript.create().option(TcpOption.USER_TIMEOUT_MILLIS, 2000), "500ms")
        .at("1.7s")
        .expect("P. 1:101(100) ack 1") // two round trips and 200 ms after it
        .swap("tcp")
        .expectNothingUntil("2.5s")
        .expectFailure(TcpError.TIMED_OUT)
        .end();
  }

  @Test
  @Rfc("1122 4.2.3.5")
  void aLossProbeDoesNotPutTheEndByRetries2Off() {
    far(PacketScript.on(StackHarness.builder().tcp("retries2", 4).build()), "600ms")
        .at("2s")
        .expect("P. 1:101(100) ack 1")
        .at("3.8s")
        .expect("P. 1:101(100) ack 1")
        .swap("tcp")
        .expectNothingUntil("7.4s")
        .expectFailure(TcpError.TIMED_OUT)
        .end();
  }
}
