package io.karavel.scripts.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.scripts.Times;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpOption;
import io.karavel.testkit.WirePacket;
import io.karavel.testkit.script.PacketScript;
import io.karavel.wire.TcpOptionParser;
import org.junit.jupiter.api.Test;

/** Keys that hold for connections opened later, and options that go before changed defaults. */
class NewConnectionsOnlyTest {
  private static final String FULL_SYN = "S 0:0(0) win 65535 <mss 1000,sackOK,TS,nop,wscale 7>";
  private static final String SYN_ACK = "S. 0:0(0) ack 1";

  @Test
  void rtoInitialMillisLeavesEmbryosAndConnectsThatExistAlone() {
    PacketScript embryo = PacketScript.create().listen().inject("S 0:0(0) win 65535 <mss 1460>");
    embryo.expect(SYN_ACK).at("0.5s").tcp("rtoInitialMillis", 3000);
    Times.expectAll(embryo, SYN_ACK, "1 3 7");
    embryo.flow("later", 40_001).mark().inject("S 0:0(0) win 65535 <mss 1460>").expect(SYN_ACK);
    embryo.at("3s").expect(SYN_ACK).end();

    PacketScript connect = PacketScript.create().connect().expect("S 0:0(0)");
    connect.at("0.5s").tcp("rtoInitialMillis", 3000);
    Times.expectAll(connect, "S 0:0(0)", "1 3 7");
    connect.end();
  }

  @Test
  void minSendMssLeavesConnectionsAloneAlsoWhenTheirPathShrinks() {
    PacketScript.create()
        .openPassively("S 0:0(0) win 65535 <mss 20>")
        .tcp("minSendMss", 100)
        .write(48)
        .expect("P. 1:49(48) ack 1")
        .inject("icmp fragmentation-needed mtu 600 [1:49(48)]")
        .discardSent()
        .inject(". 1:1(0) ack 49")
        .write(96)
        .expect(". 49:97(48) ack 1", "P. 97:145(48) ack 1")
        .end();
  }

  @Test
  void nagleLeavesConnectionsAlone() {
    PacketScript script = PacketScript.create().openPassively().tcp("nagle", false);
    script.write(10).expect("P. 1:11(10) ack 1").write(10).expectNothing();
    script.inject(". 1:1(0) ack 11").expect("P. 11:21(10) ack 1");
    script.flow("later", 40_001).openPassively().write(10).expect("P. 1:11(10) ack 1");
    script.write(10).expect("P. 11:21(10) ack 1").end();
  }

  @Test
  void dsackLeavesConnectionsAloneAlsoWhenTcpIsReplaced() {
    String syn = "S 0:0(0) win 65535 <mss 1460,sackOK>";
    PacketScript script = PacketScript.create().swapAfterEachStep("tcp").openPassively(syn);
    script.inject("P. 1:101(100) ack 1").expect(". 1:1(0) ack 101 <>").tcp("dsack", false);
    script.inject("P. 1:101(100) ack 1").expect(". 1:1(0) ack 101 <sack 1:101>");
    script.flow("later", 40_001).openPassively(syn);
    script.inject("P. 1:101(100) ack 1").expect(". 1:1(0) ack 101 <>").tcp("dsack", true);
    script.inject("P. 1:101(100) ack 1").expect(". 1:1(0) ack 101 <>").end();
  }

  @Test
  void whatWasAgreedInTheHandshakeStays() {
    PacketScript script = PacketScript.create().openPassively(FULL_SYN);
    script.tcp("timestamps", false).tcp("sack", false).tcp("windowScaling", false);
    script
        .inject("P. 11:21(10) ack 1 <TS>")
        .expect(". 1:1(0) ack 1 <nop,nop,TS,nop,nop,sack 11:21>");
    assertThat(script.info().details()).containsEntry("sndWindShift", 7);
    script.flow("later", 40_001).inject(FULL_SYN);
    WirePacket synAck = script.takeSent().get(0);
    assertThat(synAck.option(TcpOptionParser.TIMESTAMPS)).isNull();
    assertThat(synAck.option(TcpOptionParser.SACK_PERMITTED)).isNull();
    assertThat(synAck.option(TcpOptionParser.WINDOW_SCALE)).isNull();
    script.end();
  }

  @Test
  void theUserTimeoutOfTheSocketIsNotTouchedByALaterDefault() {
    PacketScript script =
        PacketScript.create().openPassively().option(TcpOption.USER_TIMEOUT_MILLIS, 2000);
    script.write(100).discardSent().tcp("userTimeoutMillis", 500);
    Times.expectAll(script, "P. 1:101(100) ack 1", "0.2 0.6 1.4");
    script.tcp("userTimeoutMillis", 60_000).expectNothingUntil("2s");
    script.expectFailure(TcpError.TIMED_OUT).end();
  }

  @Test
  void theFinWaitOfTheSocketIsNotTouchedByALaterDefault() {
    PacketScript script =
        PacketScript.create().option(TcpOption.LINGER_FIN_WAIT_SECONDS, 20).openActively().close();
    script.expect("F. 1:1(0) ack 1").inject(". 1:1(0) ack 2").at("10s").tcp("finTimeoutSeconds", 5);
    script.expectNothingUntil("19.999s").expectState(io.karavel.tcp.TcpState.FIN_WAIT_2);
    script.expectNothingUntil("20s").expectState(io.karavel.tcp.TcpState.CLOSED).end();
  }
}
