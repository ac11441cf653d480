package io.karavel.scripts.fastopen;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.CLOSE_WAIT;
import static io.karavel.tcp.TcpState.ESTABLISHED;
import static io.karavel.tcp.TcpState.SYN_RECEIVED;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpExplanation;
import io.karavel.tcp.TcpOption;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.SegmentOption;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import io.karavel.testkit.script.PacketScript;
import io.karavel.wire.TcpOptionParser;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A listener gives cookies and takes data on SYNs that bring them. */
class FastOpenServerTest {
  private static PacketScript server() {
    return PacketScript.on(StackHarness.builder().tcp("fastOpen", "server").build());
  }

  static String cookieIn(WirePacket packet) {
    return packet.options().stream()
        .filter(option -> option.kind() == TcpOptionParser.FAST_OPEN)
        .map(SegmentOption::hex)
        .findFirst()
        .orElseThrow();
  }

  /** Opens a connection that asks for a cookie, and lets it go. */
  private static String askForCookie(PacketScript script) {
    script.flow("ask", 39_999).inject("S 0:0(0) win 65535 <mss 1460,FO>");
    WirePacket synAck = script.takeSent().get(0);
    script.inject("R 1:1(0)").flow("main", 40_000);
    return cookieIn(synAck);
  }

  @Test
  @Rfc({"7413 3.1", "7413 4.1.2"})
  void aCookieIsGivenToWhoAsks() {
    server()
        .listen()
        .inject("S 0:0(0) win 65535 <mss 1460,FO>")
        .expect("S. 0:0(0) ack 1 <mss 1460,FO *>")
        .inject(". 1:1(0) ack 1")
        .accept()
        .expectState(ESTABLISHED)
        .end();
  }

  @Test
  @Rfc("7413 4.1.2")
  void theCookieDependsOnTheAddressAndNotOnThePort() {
    PacketScript script = server().listen();
    String first = askForCookie(script);
    assertThat(first).hasSize(16).isEqualTo(askForCookie(script.flow("b", 40_009)));
  }

  @Test
  @Rfc({"7413 3", "7413 4.2.2"})
  void dataWithAValidCookieIsDeliveredBeforeTheHandshakeIsOver() {
    PacketScript script = server().listen();
    String cookie = askForCookie(script);
    script
        .inject("S 0:500(500) win 65535 <mss 1000,FO " + cookie + ">")
        .expect("S. 0:0(0) ack 501 <mss 1460>")
        .expectState(SYN_RECEIVED)
        .accept()
        .read(500)
        .inject(". 501:501(0) ack 1")
        .expectState(ESTABLISHED)
        .write(10)
        .expect("P. 1:11(10) ack 501")
        .end();
    assertThat(script.harness().counter("TcpExt.TCPFastOpenPassive")).isEqualTo(1);
    assertThat(script.harness().counter("TcpExt.TCPFastOpenCookieReqd")).isEqualTo(1);
  }

  @Test
  void whatEndsBeforeTheHandshakeIsOverIsToldAsThat() {
    for (TcpCause cause : List.of(TcpCause.CLOSE_UNREAD, TcpCause.LISTENER_CLOSED)) {
      PacketScript script = server().listen();
      String cookie = askForCookie(script);
      script.inject("S 0:500(500) win 65535 <mss 1000,FO " + cookie + ">").discardSent();
      long id = script.harness().connections(c -> c.state() == SYN_RECEIVED).get(0).id();
      if (cause == TcpCause.LISTENER_CLOSED) {
        script.closeListener();
      } else {
        script.accept().close();
      }
      script.discardSent();
      TcpExplanation why = script.harness().tcpControl().why(id);
      assertThat(why.connection().state()).isEqualTo(CLOSED);
      assertThat(why.from()).isEqualTo(SYN_RECEIVED);
      assertThat(why.cause()).isEqualTo(cause);
    }
  }

  /** Not acknowledged, so that the peer says it again: then the connection is open. */
  @Test
  void aFinOnAnEarlySynIsLeftToBeRepeated() {
    PacketScript script = server().listen();
    String cookie = askForCookie(script);
    script
        .inject("SF 0:500(500) win 65535 <mss 1000,FO " + cookie + ">")
        .expect("S. 0:0(0) ack 501")
        .expectState(SYN_RECEIVED)
        .accept()
        .read(500)
        .inject(". 501:501(0) ack 1")
        .expectState(ESTABLISHED)
        .mark()
        .inject("F. 501:501(0) ack 1")
        .at("40ms")
        .expect(". 1:1(0) ack 502")
        .expectState(CLOSE_WAIT)
        .readEnd()
        .end();
  }

  @Test
  @Rfc("7413 4.2.2")
  void theAnswerMayGoOutBehindTheSynAck() {
    PacketScript script = server().listen();
    String cookie = askForCookie(script);
    script
        .inject("S 0:500(500) win 65535 <mss 1000,FO " + cookie + ">")
        .expect("S. 0:0(0) ack 501")
        .accept()
        .read(500)
        .write(2500)
        .expect(". 1:1001(1000) ack 501", ". 1001:2001(1000) ack 501", "P. 2001:2501(500) ack 501")
        .expectState(SYN_RECEIVED)
        .after("10ms")
        .inject(". 501:501(0) ack 2501")
        .expectState(ESTABLISHED)
        .expectNothingFor("1h")
        .end();
  }

  @Test
  @Rfc("7413 4.2.2")
  void whatOfTheAnswerIsNotAcknowledgedIsSentAgain() {
    PacketScript script = server().listen();
    String cookie = askForCookie(script);
    script
        .inject("S 0:500(500) win 65535 <mss 1000,FO " + cookie + ">")
        .expect("S. 0:0(0) ack 501")
        .accept()
        .read(500)
        .write(1000)
        .expect("P. 1:1001(1000) ack 501")
        .mark()
        .at("1s")
        .expect("S. 0:0(0) ack 501")
        .inject(". 501:501(0) ack 1");
    script.expectWithin("4s", "P. 1:1001(1000) ack 501").inject(". 501:501(0) ack 1001").end();
  }

  @Test
  @Rfc("7413 4.2.2")
  void anInvalidCookieIsRenewedAndTheDataIsNotTaken() {
    PacketScript script = server().listen();
    script
        .inject("S 0:500(500) win 65535 <mss 1000,FO 0011223344556677>")
        .expect("S. 0:0(0) ack 1 <mss 1460,FO *>")
        .acceptNothing()
        .inject("P. 1:501(500) ack 1")
        .expect(". 1:1(0) ack 501")
        .accept()
        .read(500)
        .end();
    assertThat(script.harness().counter("TcpExt.TCPFastOpenPassiveFail")).isEqualTo(1);
  }

  @Test
  void dataWithoutTheOptionIsNotTaken() {
    server()
        .listen()
        .inject("S 0:500(500) win 65535 <mss 1000>")
        .expect("S. 0:0(0) ack 1 <mss 1460>")
        .acceptNothing()
        .end();
  }

  @Test
  void aSynWithACookieAndNoDataOpensTheConnection() {
    PacketScript script = server().listen();
    String cookie = askForCookie(script);
    script
        .inject("S 0:0(0) win 65535 <mss 1000,FO " + cookie + ">")
        .expect("S. 0:0(0) ack 1 <mss 1460>")
        .accept()
        .write(10)
        .expect("P. 1:11(10) ack 1")
        .inject(". 1:1(0) ack 11")
        .expectState(ESTABLISHED)
        .end();
  }

  @Test
  @Rfc("7413 4.1.2")
  void theKeyChangesWithTimeAndTheOneBeforeIsStillGood() {
    PacketScript script = server().tcp("fastOpenKeyRotationHours", 1).listen();
    String cookie = askForCookie(script);
    script
        .after("1h")
        .inject("S 0:10(10) win 65535 <mss 1000,FO " + cookie + ">")
        .expect("S. 0:0(0) ack 11 <mss 1460,FO *>")
        .accept()
        .inject(". 11:11(0) ack 1")
        .after("1h")
        .flow("later", 40_001)
        .inject("S 0:10(10) win 65535 <mss 1000,FO " + cookie + ">")
        .expect("S. 0:0(0) ack 1 <mss 1460,FO *>")
        .acceptNothing()
        .inject("R 1:1(0)")
        .end();
  }

  @Test
  @Rfc("7413 5.1")
  void beyondTheQueueTheDataIsNotTakenUntilAHandshakeIsOver() {
    PacketScript script = server().tcp("fastOpenQueue", 1).listen();
    String cookie = askForCookie(script);
    String syn = "S 0:10(10) win 65535 <mss 1000,FO " + cookie + ">";
    script.inject(syn).expect("S. 0:0(0) ack 11");
    script.flow("second", 40_001).inject(syn).expect("S. 0:0(0) ack 1 <mss 1460>");
    assertThat(script.harness().counter("TcpExt.TCPFastOpenListenOverflow")).isEqualTo(1);
    script.flow("main", 40_000).inject(". 11:11(0) ack 1").accept();
    script.flow("third", 40_002).inject(syn).expect("S. 0:0(0) ack 11").accept();
    // A peer that resets goes on counting for a minute.
    script.inject("R 11:11(0)").expectFailure(TcpError.CONNECTION_RESET);
    script.flow("second", 40_001).inject("R 1:1(0)");
    script.flow("fourth", 40_003).inject(syn).expect("S. 0:0(0) ack 1").inject("R 1:1(0)");
    script.after("60s").flow("fifth", 40_004).inject(syn).expect("S. 0:0(0) ack 11");
    script.inject(". 11:11(0) ack 1").end();
  }

  @Test
  void theQueueOfTheListenerGoesBeforeTheKey() {
    PacketScript script = server();
    String syn = "S 0:0(0) win 65535 <mss 1460,FO>";
    script.option(TcpOption.FAST_OPEN_QUEUE, 0).listen();
    script.inject(syn).expect("S. 0:0(0) ack 1 <mss 1460>");
    script.listener();
    script.inject("R 1:1(0)").end();
  }

  @Test
  void offAndClientTakeAndGiveNothing() {
    PacketScript script = server().listen();
    String cookie = askForCookie(script);
    for (String mode : new String[] {"off", "client"}) {
      script
          .tcp("fastOpen", mode)
          .inject("S 0:10(10) win 65535 <mss 1000,FO " + cookie + ">")
          .expect("S. 0:0(0) ack 1 <mss 1460>")
          .inject("R 1:1(0)");
    }
    script
        .tcp("fastOpen", "both")
        .inject("S 0:10(10) win 65535 <mss 1000,FO " + cookie + ">")
        .expect("S. 0:0(0) ack 11 <mss 1460>")
        .inject("R 11:11(0)")
        .end();
  }

  @Test
  @Rfc("7413 4.2.2")
  void theSynAckIsRepeatedAndAcknowledgesTheData() {
    PacketScript script = server().listen();
    String cookie = askForCookie(script);
    script
        .inject("S 0:10(10) win 65535 <mss 1000,FO " + cookie + ">")
        .expect("S. 0:0(0) ack 11")
        .accept()
        .at("0.5s")
        .inject("S 0:0(0) win 65535 <mss 1000>")
        .expect("S. 0:0(0) ack 11")
        .at("1s")
        .expect("S. 0:0(0) ack 11")
        .at("3s")
        .expect("S. 0:0(0) ack 11")
        .inject(". 11:11(0) ack 1")
        .expectState(ESTABLISHED)
        .end();
  }

  @Test
  void aPeerThatNeverAnswersIsGivenUpAndTheApplicationIsTold() {
    PacketScript script = server().tcp("synAckRetries", 1).listen();
    String cookie = askForCookie(script);
    script
        .inject("S 0:10(10) win 65535 <mss 1000,FO " + cookie + ">")
        .expect("S. 0:0(0) ack 11")
        .accept()
        .at("1s")
        .expect("S. 0:0(0) ack 11")
        .at("3s")
        .expectFailure(TcpError.TIMED_OUT)
        .end();
  }

  @Test
  void everythingIsHandedOver() {
    PacketScript script = server().listen();
    String cookie = askForCookie(script);
    script
        .swapAfterEachStep("tcp")
        .inject("S 0:500(500) win 65535 <mss 1000,FO " + cookie + ">")
        .expect("S. 0:0(0) ack 501")
        .accept()
        .read(500)
        .write(1500)
        .expect(". 1:1001(1000) ack 501", "P. 1001:1501(500) ack 501")
        .inject(". 501:501(0) ack 1001")
        .expectState(ESTABLISHED)
        .inject(". 501:501(0) ack 1501")
        .end();
  }
}
