package io.karavel.scripts.opening;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.ESTABLISHED;
import static io.karavel.tcp.TcpState.SYN_RECEIVED;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

/** SYN queue, accept queue, cookies. */
class QueuesTest {
  private static final String SYN = "S 0:0(0) win 65535 <mss 1460>";

  /** Two embryos at a listener whose accept queue has one place. */
  private static PacketScript twoEmbryos(PacketScript script) {
    return script
        .listen(1)
        .inject(SYN)
        .expect("S. 0:0(0) ack 1")
        .flow("second", 40_001)
        .inject(SYN)
        .expect("S. 0:0(0) ack 1")
        .flow("main", 40_000)
        .inject(". 1:1(0) ack 1")
        .expectState(ESTABLISHED)
        .flow("second", 40_001);
  }

  @Test
  void aFullAcceptQueueDropsTheFinalAckAndTheSynAckIsRepeated() {
    twoEmbryos(PacketScript.create())
        .inject(". 1:1(0) ack 1")
        .expectNothing()
        .expectState(SYN_RECEIVED)
        .at("1s")
        .expect("S. 0:0(0) ack 1")
        .flow("main", 40_000)
        .accept()
        .flow("second", 40_001)
        .inject(". 1:1(0) ack 1")
        .accept()
        .expectState(ESTABLISHED)
        .end();
  }

  @Test
  void aFullAcceptQueueResetsTheFinalAckWithAbortOnOverflow() {
    twoEmbryos(PacketScript.on(StackHarness.builder().tcp("abortOnOverflow", true).build()))
        .inject(". 1:1(0) ack 1")
        .expect("R 1:1(0)")
        .expectState(CLOSED)
        .expectNothingFor("1min")
        .end();
  }

  @Test
  void aFullAcceptQueueDropsNewSyns() {
    PacketScript.create()
        .listen(1)
        .inject(SYN)
        .expect("S. 0:0(0) ack 1")
        .inject(". 1:1(0) ack 1")
        .flow("second", 40_001)
        .inject(SYN)
        .expectNothing()
        .expectState(CLOSED)
        .flow("main", 40_000)
        .accept()
        .flow("second", 40_001)
        .after("1s")
        .inject(SYN)
        .expect("S. 0:0(0) ack 1")
        .end();
  }

  @Test
  void aClosedListenerResetsEmbryosAndConnectionsNotYetAcceptedAndLeavesTheOthers() {
    PacketScript.create()
        .openPassively()
        .flow("waiting", 40_001)
        .inject(SYN)
        .expect("S. 0:0(0) ack 1")
        .inject(". 1:1(0) ack 1")
        .flow("embryo", 40_002)
        .inject(SYN)
        .expect("S. 0:0(0) ack 1")
        .closeListener()
        .expect("R 1:1(0)")
        .expectState(CLOSED)
        .flow("waiting", 40_001)
        .expect("R 1:1(0)")
        .expectState(CLOSED)
        .flow("main", 40_000)
        .expectState(ESTABLISHED)
        .write(10)
        .expect("P. 1:11(10) ack 1")
        .flow("late", 40_003)
        .inject(SYN)
        .expect("R. 0:0(0) ack 1")
        .end();
  }

  @Test
  @Rfc("4987 3.6")
  void aCookieCostsNoMemoryAndOpensWithTheFinalAck() {
    PacketScript.on(StackHarness.builder().tcp("synCookies", "always").build())
        .listen()
        .inject(SYN)
        .expect("S. 0:0(0) ack 1")
        .expectState(CLOSED)
        .expectNothingFor("5s")
        .inject(". 1:1(0) ack 1")
        .expectState(ESTABLISHED)
        .accept()
        .write(1460)
        .expect("P. 1:1461(1460) ack 1")
        .end();
  }

  /** Without timestamps no scale goes with it, and the window told is the one that is meant. */
  @Test
  @Rfc({"4987 3.6", "7323 2.2"})
  void theWindowToldWithACookieIsTheConnections() {
    for (String options : new String[] {"mss 1460,wscale 7", "mss 1460,sackOK,TS,wscale 7"}) {
      PacketScript script =
          PacketScript.on(
                  StackHarness.builder()
                      .tcp("synCookies", "always")
                      .tcp("receiveBufferInitial", 40_000)
                      .build())
              .listen()
              .inject("S 0:0(0) win 65535 <" + options + ">");
      boolean stamped = options.contains("TS");
      WirePacket synAck = script.takeSent().get(0);
      assertThat(synAck.window()).isEqualTo(stamped ? 35_000 : 40_000);
      script.inject(". 1:1(0) ack 1" + (stamped ? " <TS>" : "")).expectState(ESTABLISHED);
      assertThat(((Number) script.info().details().get("rcvWnd")).intValue())
          .isEqualTo(synAck.window());
    }
  }

  @Test
  @Rfc("4987 3.6")
  void aWrongCookieIsAnsweredWithAReset() {
    PacketScript.on(StackHarness.builder().tcp("synCookies", "always").build())
        .listen()
        .inject(SYN)
        .expect("S. 0:0(0) ack 1")
        .inject(". 1:1(0) ack 2")
        .expect("R 2:2(0)")
        .acceptNothing()
        .end();
  }

  @Test
  @Rfc("4987 3.6")
  void whenTheSynQueueIsFullCookiesAreSentUnlessTheyAreOff() {
    String first = "S 0:0(0) win 65535 <mss 1460>";
    PacketScript script =
        PacketScript.on(StackHarness.builder().tcp("maxSynBacklog", 16).build()).listen();
    for (int i = 0; i < 16; i++) {
      script.flow("flood" + i, 41_000 + i).inject(first).expect("S. 0:0(0) ack 1");
    }
    script
        .flow("main", 40_000)
        .inject(first)
        .expect("S. 0:0(0) ack 1")
        .expectState(CLOSED)
        .inject(". 1:1(0) ack 1")
        .expectState(ESTABLISHED)
        .tcp("synCookies", "off")
        .flow("dropped", 40_001)
        .inject(first)
        .expectNothing()
        .end();
  }
}
