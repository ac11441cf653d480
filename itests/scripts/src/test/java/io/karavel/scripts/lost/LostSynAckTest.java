package io.karavel.scripts.lost;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.ESTABLISHED;
import static io.karavel.tcp.TcpState.SYN_RECEIVED;

import io.karavel.scripts.Times;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Message 2, the SYN-ACK. The server repeats it, and so does the client its SYN. */
class LostSynAckTest {
  private static final String SYN = "S 0:0(0) win 65535 <mss 1460>";

  private static PacketScript server(int synAckRetries) {
    return PacketScript.on(StackHarness.builder().tcp("synAckRetries", synAckRetries).build())
        .listen()
        .inject(SYN);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 1",
    "1, 0 1, 3",
    "2, 0 1 3, 7",
    "5, 0 1 3 7 15 31, 63",
    "8, 0 1 3 7 15 31 63 127 247, 367"
  })
  @Rfc("6298 5.5")
  void lostForEverTheServerAloneRepeatsItAndGivesUpSilently(
      int synAckRetries, String sent, String over) {
    PacketScript script = server(synAckRetries);
    Times.expectAll(script, "S. 0:0(0) ack 1", sent);
    script
        .expectState(SYN_RECEIVED)
        .expectNothingUntil(over + "s")
        .expectState(CLOSED)
        .acceptNothing()
        .expectNothingFor("10min")
        .end();
  }

  @Test
  void lostOnceTheSecondOneOpens() {
    PacketScript script = server(5);
    Times.expectAll(script, "S. 0:0(0) ack 1", "0 1");
    script.inject(". 1:1(0) ack 1").accept().expectState(ESTABLISHED).expectNothingFor("1h").end();
  }

  @Test
  void aRepeatedSynIsAnsweredAtOnceReArmsTheIntervalAndDoesNotCount() {
    PacketScript script = server(2).expect("S. 0:0(0) ack 1");
    script.at("0.9s").inject(SYN).expect("S. 0:0(0) ack 1");
    // the interval of 1 s begins anew at 0.9; then 2 s and 4 s as if nothing had been
    script.at("1.9s").expect("S. 0:0(0) ack 1");
    script.at("2.9s").inject(SYN).expect("S. 0:0(0) ack 1");
    script.at("4.9s").expect("S. 0:0(0) ack 1");
    script.expectNothingUntil("8.899s").expectState(SYN_RECEIVED);
    script.expectNothingUntil("8.9s").expectState(CLOSED).end();
  }

  @Test
  void theClientsOwnSynsAreEachAnsweredAtOnce() {
    PacketScript script = server(5).expect("S. 0:0(0) ack 1");
    // the client's timer runs 20 ms ahead of ours, by the way of its SYN
    script.at("0.98s").inject(SYN).expect("S. 0:0(0) ack 1");
    script.at("1.98s").expect("S. 0:0(0) ack 1");
    script.at("2.98s").inject(SYN).expect("S. 0:0(0) ack 1");
    script.inject(". 1:1(0) ack 1").accept().expectState(ESTABLISHED).expectNothingFor("1h").end();
  }
}
