package io.karavel.scripts.fastopen;

import static io.karavel.tcp.TcpState.ESTABLISHED;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpOption;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

/** A socket asks for a cookie, and sends its first data with the SYN once it has one. */
class FastOpenClientTest {
  private static final String COOKIE = "0123456789abcdef";

  private static PacketScript plain() {
    return PacketScript.on(
        StackHarness.builder()
            .tcp("timestamps", false)
            .tcp("sack", false)
            .tcp("windowScaling", false)
            .build());
  }

  /** A connection that learns the cookie and is over. */
  private static PacketScript withCookie(PacketScript script, int mss) {
    return script
        .flow("first", 40_009)
        .connectWith(10)
        .expect("S 0:0(0) <mss 1460,FO>")
        .inject("S. 0:0(0) ack 1 win 65535 <mss " + mss + ",FO " + COOKIE + ">")
        .expect("P. 1:11(10) ack 1")
        .inject("R. 1:1(0) ack 11")
        .flow("main", 40_000);
  }

  private static PacketScript withCookie() {
    return withCookie(plain(), 1460);
  }

  @Test
  @Rfc({"7413 3.1", "7413 4.1.3"})
  void withoutACookieItAsksAndTheDataFollowsTheHandshake() {
    plain()
        .connectWith(500)
        .expect("S 0:0(0) <mss 1460,FO>")
        .after("10ms")
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1000>")
        .expect("P. 1:501(500) ack 1")
        .end();
  }

  @Test
  @Rfc({"7413 3", "7413 4.2.1"})
  void withACookieTheDataTravelsWithTheSyn() {
    PacketScript script = withCookie();
    script
        .connectWith(500)
        .expect("S 0:500(500) <mss 1460,FO " + COOKIE + ">")
        .after("10ms")
        .inject("S. 0:0(0) ack 501 win 65535 <mss 1460>")
        .expect(". 501:501(0) ack 1")
        .expectState(ESTABLISHED)
        .write(10)
        .expect("P. 501:511(10) ack 1")
        .inject("P. 1:101(100) ack 511")
        .expect(". 511:511(0) ack 101")
        .read(100)
        .end();
    assertThat(script.harness().counter("TcpExt.TCPFastOpenActive")).isEqualTo(1);
  }

  @Test
  @Rfc("7413 4.2.1")
  void dataThatTheSynAckDoesNotAcknowledgeIsSentAgainAtOnce() {
    PacketScript script = withCookie();
    script
        .connectWith(500)
        .expect("S 0:500(500)")
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460>")
        .expect("P. 1:501(500) ack 1")
        .inject(". 1:1(0) ack 501")
        .end();
    assertThat(script.harness().counter("TcpExt.TCPFastOpenActiveFail")).isEqualTo(1);
  }

  @Test
  @Rfc("7413 4.2.1")
  void dataThatIsAcknowledgedInPartIsSentAgainInPart() {
    withCookie()
        .connectWith(500)
        .expect("S 0:500(500)")
        .inject("S. 0:0(0) ack 201 win 65535 <mss 1460>")
        .expect("P. 201:501(300) ack 1")
        .end();
  }

  @Test
  void anAcknowledgementBeyondTheDataIsAnsweredWithRst() {
    withCookie()
        .connectWith(500)
        .expect("S 0:500(500)")
        .inject("S. 0:0(0) ack 502 win 65535 <mss 1460>")
        .expect("R 502:502(0)", "S 0:0(0) <mss 1460>")
        .abort()
        .end();
  }

  @Test
  @Rfc("7413 4.2.1")
  void theAnswerMayComeWithTheSynAck() {
    withCookie()
        .connectWith(500)
        .expect("S 0:500(500)")
        .inject("S. 0:700(700) ack 501 win 65535 <mss 1460>")
        .expect(". 501:501(0) ack 701")
        .read(700)
        .end();
  }

  @Test
  @Rfc("7413 4.2.1")
  void aSynThatIsRepeatedHasNeitherCookieNorData() {
    withCookie()
        .mark()
        .connectWith(500)
        .expect("S 0:500(500)")
        .at("1s")
        .expect("S 0:0(0) <mss 1460>")
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460>")
        .expect("P. 1:501(500) ack 1")
        .end();
  }

  @Test
  void aSynCarriesWhatMtuKnownMssAndOptionsLeave() {
    withCookie()
        .connectWith(2048)
        .expect("S 0:1420(1420)")
        .inject("S. 0:0(0) ack 1421 win 65535 <mss 1460>")
        .expect("P. 1421:2049(628) ack 1")
        .end();
    withCookie(plain(), 940).connectWith(2048).expect("S 0:900(900)").abort().end();
  }

  @Test
  void aNewCookieReplacesTheOld() {
    withCookie()
        .connectWith(10)
        .expect("S 0:10(10) <mss 1460,FO " + COOKIE + ">")
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460,FO aabbccdd>")
        .expect("P. 1:11(10) ack 1")
        .flow("later", 40_001)
        .connectWith(10)
        .expect("S 0:10(10) <mss 1460,FO aabbccdd>")
        .abort()
        .end();
  }

  @Test
  void theOptionAsksForACookieToo() {
    plain()
        .option(TcpOption.FAST_OPEN_CONNECT, true)
        .connect()
        .expect("S 0:0(0) <mss 1460,FO>")
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460,FO " + COOKIE + ">")
        .expect(". 1:1(0) ack 1")
        .end();
  }

  @Test
  void socketsThatDoNotAskForItConnectAsEver() {
    withCookie().connect().expect("S 0:0(0) <mss 1460>").abort().end();
  }

  @Test
  void offAndServerSendPlainSynsAndTheDataLater() {
    PacketScript script = withCookie();
    script
        .tcp("fastOpen", "server")
        .connectWith(10)
        .expect("S 0:0(0) <mss 1460>")
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460>")
        .expect("P. 1:11(10) ack 1")
        .tcp("fastOpen", "both")
        .flow("later", 40_001)
        .connectWith(10)
        .expect("S 0:10(10)")
        .abort()
        .end();
  }

  @Test
  void aRefusalIsARefusal() {
    withCookie()
        .connectWith(10)
        .expect("S 0:10(10)")
        .inject("R. 0:0(0) ack 11")
        .expectFailure(TcpError.CONNECTION_REFUSED)
        .end();
  }

  @Test
  @Rfc("7413 4.1.3.1")
  void threeTimeoutsInARowPauseItForAllAndLongerEachTime() {
    PacketScript script = withCookie().tcp("fastOpenBlackholeSeconds", 100).mark();
    script.connectWith(10).expect("S 0:10(10)");
    script.at("1s").expect("S 0:0(0)").at("3s").expect("S 0:0(0)").at("7s").expect("S 0:0(0)");
    assertThat(script.harness().counter("TcpExt.TCPFastOpenBlackhole")).isEqualTo(1);
    script.abort().flow("paused", 40_001).connectWith(10).expect("S 0:0(0) <mss 1460>").abort();
    script.at("108s").flow("again", 40_002).connectWith(10).expect("S 0:10(10)");
    script.at("109s").expect("S 0:0(0)").at("111s").expect("S 0:0(0)").at("115s");
    script.expect("S 0:0(0)").abort();
    script.at("300s").flow("still", 40_003).connectWith(10).expect("S 0:0(0) <mss 1460>").abort();
    script.at("316s").flow("good", 40_004).connectWith(10).expect("S 0:10(10)");
    script
        .inject("S. 0:0(0) ack 11 win 65535 <mss 1460>")
        .expect(". 11:11(0) ack 1")
        .inject("P. 1:11(10) ack 11")
        .expect(". 11:11(0) ack 11")
        .abort()
        .expect("R. 11:11(0) ack 11")
        .end();
  }

  /** Where data has come back over such a connection, the next pause is as short as the first. */
  @Test
  @Rfc("7413 4.1.3.1")
  void dataOfThePeerEndsTheSuspicion() {
    PacketScript script = withCookie().tcp("fastOpenBlackholeSeconds", 100).mark();
    script.connectWith(10).expect("S 0:10(10)");
    script.at("1s").expect("S 0:0(0)").at("3s").expect("S 0:0(0)").at("7s").expect("S 0:0(0)");
    script.abort().at("108s").flow("good", 40_001).connectWith(10).expect("S 0:10(10)");
    script.inject("S. 0:0(0) ack 11 win 65535 <mss 1460>").expect(". 11:11(0) ack 1");
    script.inject("P. 1:11(10) ack 11").expect(". 11:11(0) ack 11").abort().discardSent();
    script.at("110s").flow("again", 40_002).connectWith(10).expect("S 0:10(10)");
    script.at("111s").expect("S 0:0(0)").at("113s").expect("S 0:0(0)").at("117s");
    script.expect("S 0:0(0)").abort();
    script.at("216s").flow("paused", 40_003).connectWith(10).expect("S 0:0(0) <mss 1460>").abort();
    script.at("218s").flow("over", 40_004).connectWith(10).expect("S 0:10(10)").abort().end();
  }

  @Test
  void aPauseOf0SecondsIsNone() {
    PacketScript script = withCookie().tcp("fastOpenBlackholeSeconds", 0).mark();
    script.connectWith(10).expect("S 0:10(10)");
    script.at("1s").expect("S 0:0(0)").at("3s").expect("S 0:0(0)").at("7s").expect("S 0:0(0)");
    script.abort().flow("next", 40_001).connectWith(10).expect("S 0:10(10)").abort().end();
    assertThat(script.harness().counter("TcpExt.TCPFastOpenBlackhole")).isZero();
  }

  @Test
  void cookiesAndConnectionsAreHandedOver() {
    PacketScript script = withCookie();
    script
        .swapAfterEachStep("tcp")
        .connectWith(500)
        .expect("S 0:500(500) <mss 1460,FO " + COOKIE + ">")
        .inject("S. 0:0(0) ack 301 win 65535 <mss 1460>")
        .expect("P. 301:501(200) ack 1")
        .inject(". 1:1(0) ack 501")
        .end();
  }
}
