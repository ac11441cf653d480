package io.karavel.scripts.ecn;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

/** Who asks for ECN, who grants it, and what happens when the way does not carry it. */
class EcnSetupTest {
  private static PacketScript with(String mode) {
    return PacketScript.on(StackHarness.builder().tcp("ecn", mode).build());
  }

  @Test
  @Rfc({"3168 6.1.1", "9293 SHLD-8"})
  void aServerGrantsWhatTheClientAsksFor() {
    PacketScript.create()
        .listen()
        .inject("SEW 0:0(0) win 65535 <mss 1000>")
        .expect("[noecn] SE. 0:0(0) ack 1")
        .inject(". 1:1(0) ack 1")
        .accept()
        .write(1000)
        .expect("[ect0] P. 1:1001(1000) ack 1")
        .end();
  }

  @Test
  @Rfc("3168 6.1.1")
  void aSynWithoutBothFlagsDoesNotAsk() {
    for (String flags : new String[] {"S", "SE", "SW"}) {
      PacketScript.create()
          .listen()
          .inject(flags + " 0:0(0) win 65535 <mss 1000>")
          .expect("S. 0:0(0) ack 1")
          .inject(". 1:1(0) ack 1")
          .accept()
          .write(1000)
          .expect("[noecn] P. 1:1001(1000) ack 1")
          .end();
    }
  }

  @Test
  @Rfc("3168 6.1.1")
  void aSynThatIsItselfMarkedCapableIsNotGranted() {
    PacketScript.create()
        .listen()
        .inject("[ect0] SEW 0:0(0) win 65535 <mss 1000>")
        .expect("S. 0:0(0) ack 1")
        .end();
  }

  @Test
  void offGrantsNothing() {
    with("off").listen().inject("SEW 0:0(0) win 65535 <mss 1000>").expect("S. 0:0(0) ack 1").end();
  }

  @Test
  @Rfc("3168 6.1.1")
  void anActiveClientAsksAndUsesItOnceGranted() {
    with("active")
        .connect()
        .expect("[noecn] SEW 0:0(0) <mss 1460,...>")
        .inject("SE. 0:0(0) ack 1 win 65535 <mss 1000>")
        .expect("[noecn] . 1:1(0) ack 1")
        .write(1000)
        .expect("[ect0] P. 1:1001(1000) ack 1")
        .end();
  }

  @Test
  @Rfc("3168 6.1.1")
  void inASimultaneousOpeningThePeersSynMustAskToo() {
    with("active")
        .connect()
        .expect("SEW 0:0(0)")
        .inject("SEW 0:0(0) win 65535 <mss 1000>")
        .expect("[noecn] SE. 0:0(0) ack 1")
        .inject(". 1:1(0) ack 1")
        .write(1000)
        .expect("[ect0] P. 1:1001(1000) ack 1")
        .end();
    for (String flags : new String[] {"S", "SE", "SW"}) {
      with("active")
          .connect()
          .expect("SEW 0:0(0)")
          .inject(flags + " 0:0(0) win 65535 <mss 1000>")
          .expect("[noecn] S. 0:0(0) ack 1")
          .inject(". 1:1(0) ack 1")
          .write(1000)
          .expect("[noecn] P. 1:1001(1000) ack 1")
          .end();
    }
  }

  @Test
  @Rfc("3168 6.1.1")
  void aSynAckWithoutEceOrWithCwrTooGrantsNothing() {
    for (String flags : new String[] {"S.", "SEW."}) {
      with("active")
          .connect()
          .expect("SEW 0:0(0) <mss 1460,...>")
          .inject(flags + " 0:0(0) ack 1 win 65535 <mss 1000>")
          .expect(". 1:1(0) ack 1")
          .write(1000)
          .expect("[noecn] P. 1:1001(1000) ack 1")
          .end();
    }
  }

  @Test
  @Rfc("3168 6.1.1.1")
  void aSynThatIsLostIsRepeatedWithoutAsking() {
    PacketScript script = with("active").connect().expect("SEW 0:0(0) <mss 1460,...>");
    script
        .at("1s")
        .expect("S 0:0(0) <mss 1460,...>")
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1000>")
        .expect(". 1:1(0) ack 1")
        .write(10)
        .expect("[noecn] P. 1:11(10) ack 1")
        .end();
  }

  @Test
  @Rfc("3168 6.1.1")
  void theSynAckIsRepeatedWithEce() {
    PacketScript.create()
        .listen()
        .inject("SEW 0:0(0) win 65535 <mss 1000>")
        .expect("SE. 0:0(0) ack 1")
        .at("1s")
        .expect("SE. 0:0(0) ack 1")
        .inject("R 1:1(0)")
        .end();
  }

  @Test
  void cookiesCarryItInTheTimestamp() {
    PacketScript.on(StackHarness.builder().tcp("synCookies", "always").build())
        .listen()
        .inject("SEW 0:0(0) win 65535 <mss 1000,sackOK,TS val 1 ecr 0>")
        .expect("SE. 0:0(0) ack 1")
        .inject(". 1:1(0) ack 1 <TS>")
        .accept()
        .write(100)
        .expect("[ect0] P. 1:101(100) ack 1")
        .end();
  }

  @Test
  void aCookieWithoutTimestampsGrantsNothing() {
    PacketScript.on(StackHarness.builder().tcp("synCookies", "always").build())
        .listen()
        .inject("SEW 0:0(0) win 65535 <mss 1000>")
        .expect("S. 0:0(0) ack 1")
        .inject(". 1:1(0) ack 1")
        .accept()
        .write(100)
        .expect("[noecn] P. 1:101(100) ack 1")
        .end();
  }

  @Test
  void theKeyHoldsForConnectionsOpenedLater() {
    PacketScript script = with("off").openPassively("SEW 0:0(0) win 65535 <mss 1000>");
    script.tcp("ecn", "passive").write(100).expect("[noecn] P. 1:101(100) ack 1");
    script
        .flow("later", 40_001)
        .inject("SEW 0:0(0) win 65535 <mss 1000>")
        .expect("SE. 0:0(0) ack 1")
        .inject(". 1:1(0) ack 1")
        .accept()
        .write(100)
        .expect("[ect0] P. 1:101(100) ack 1");
    script
        .inject(". 1:1(0) ack 101")
        .tcp("ecn", "off")
        .write(100)
        .expect("[ect0] P. 101:201(100) ack 1")
        .end();
  }

  @Test
  void packetsAreCountedByTheirCodepoint() {
    PacketScript script = PacketScript.create().listen();
    script.inject("[ce] S 0:0(0) win 65535 <mss 1000>").discardSent();
    assertThat(script.harness().counter("IpExt.InCEPkts")).isEqualTo(1);
    script.inject("[ect0] . 1:1(0) ack 1").discardSent();
    assertThat(script.harness().counter("IpExt.InECT0Pkts")).isEqualTo(1);
  }
}
