package io.karavel.scripts.segments;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.scripts.Times;
import io.karavel.tcp.TcpOption;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Exactly which counters an event moves, and by how much: RFC 4022 for {@code Tcp}, Linux's
 * meanings for {@code TcpExt}, as docs/metrics.md says.
 */
class CountersTest {
  private static final String SYN = "S 0:0(0) win 65535 <mss 1460>";
  private static final String SACK_SYN = "S 0:0(0) win 65535 <mss 1000,nop,nop,sackOK>";
  private static final String ACK = ". 1:1(0) ack 1";

  /** What every segment moves, and levels. */
  private static final Set<String> LEFT_OUT =
      Set.of(
          "Tcp.InSegs",
          "Tcp.OutSegs",
          "Tcp.Connections",
          "Tcp.CurrEstab",
          "Tcp.Embryos",
          "Tcp.Orphans",
          "Tcp.TimeWaits");

  private static Map<String, Long> now(PacketScript script) {
    Map<String, Long> now = new TreeMap<>();
    script
        .harness()
        .counters()
        .forEach(
            (name, value) -> {
              if (name.startsWith("Tcp") && value != 0 && !LEFT_OUT.contains(name)) {
                now.put(name, value);
              }
            });
    return now;
  }

  /** What has been counted since a state of the counters, as {@code name=n name=n}. */
  private static void expectMoved(PacketScript script, Map<String, Long> since, String expected) {
    StringBuilder moved = new StringBuilder();
    now(script)
        .forEach(
            (name, value) -> {
              long by = value - since.getOrDefault(name, 0L);
              if (by != 0) {
                moved.append(moved.isEmpty() ? "" : " ").append(name.replaceFirst("^[^.]*\\.", ""));
                moved.append('=').append(by);
              }
            });
    assertThat(moved.toString()).isEqualTo(expected);
  }

  private static void expectMoved(PacketScript script, String expected) {
    expectMoved(script, Map.of(), expected);
  }

  private static PacketScript with(String key, Object value) {
    return PacketScript.on(StackHarness.builder().tcp(key, value).build());
  }

  @Test
  void anOpeningFromHere() {
    expectMoved(PacketScript.create().openActively(), "ActiveOpens=1");
  }

  @Test
  void anOpeningByThePeer() {
    expectMoved(PacketScript.create().openPassively(), "PassiveOpens=1");
  }

  private static void expectOpen(PacketScript script, long open) {
    assertThat(script.harness().counter("Tcp.CurrEstab")).isEqualTo(open);
  }

  @Test
  void theLevelOfOpenConnectionsCountsEstablishedAndCloseWait() {
    PacketScript script = PacketScript.create().listen().inject(SYN).discardSent();
    expectOpen(script, 0);
    script.inject(ACK).accept();
    expectOpen(script, 1);
    script.inject("F. 1:1(0) ack 1");
    expectOpen(script, 1);
    script.close().discardSent();
    expectOpen(script, 0);
    script.inject(". 2:2(0) ack 2");
    expectOpen(script, 0);
  }

  @Test
  void anOpeningThatIsRefused() {
    PacketScript script = PacketScript.create().connect().expect("S 0:0(0)");
    expectMoved(script.inject("R. 0:0(0) ack 1"), "ActiveOpens=1 AttemptFails=1");
  }

  @Test
  void anOpeningThatTimesOut() {
    PacketScript script = with("synRetries", 2).connect();
    Times.expectAll(script, "S 0:0(0)", "0 1 3");
    script.expectNothingUntil("7s");
    expectMoved(
        script,
        "ActiveOpens=1 AttemptFails=1 RetransSegs=2 TCPAbortOnTimeout=1 TCPSynRetrans=2"
            + " TCPTimeouts=2");
  }

  @Test
  void anEmbryoThatIsGivenUp() {
    PacketScript script = with("synAckRetries", 2).listen().inject(SYN);
    Times.expectAll(script, "S. 0:0(0) ack 1", "0 1 3");
    expectMoved(script, "RetransSegs=2 TCPSynRetrans=2 TCPTimeouts=2");
    script.expectNothingUntil("7s");
    expectMoved(script, "AttemptFails=1 RetransSegs=2 TCPSynRetrans=2 TCPTimeouts=2");
  }

  @Test
  void anEmbryoThatEndsByALowerLimit() {
    PacketScript script = PacketScript.create().listen().inject(SYN);
    Times.expectAll(script, "S. 0:0(0) ack 1", "0 1 3");
    var before = now(script);
    script.tcp("synAckRetries", 1).expectNothing();
    expectMoved(script, before, "AttemptFails=1");
  }

  @Test
  void anEmbryoThatIsReset() {
    PacketScript script = PacketScript.create().listen().inject(SYN).expect("S. 0:0(0) ack 1");
    var before = now(script);
    expectMoved(script.inject("R 1:1(0)").expectNothing(), before, "AttemptFails=1");
  }

  @Test
  void challengesOfAnEmbryo() {
    PacketScript script = PacketScript.create().listen().inject(SYN).expect("S. 0:0(0) ack 1");
    var before = now(script);
    script.inject("R 10:10(0)").expect(". 1:1(0) ack 1");
    expectMoved(script, before, "TCPChallengeACK=1");
    script.after("99ms").inject("R 10:10(0)").expectNothing();
    expectMoved(script, before, "TCPACKSkippedSeq=1 TCPChallengeACK=1");
    script.after("1ms").inject("R 10:10(0)").expect(". 1:1(0) ack 1");
    expectMoved(script, before, "TCPACKSkippedSeq=1 TCPChallengeACK=2");
  }

  @Test
  void anEmbryoOfAListenerThatIsClosed() {
    PacketScript script = PacketScript.create().listen().inject(SYN).expect("S. 0:0(0) ack 1");
    var before = now(script);
    script.closeListener().expect("R. 1:1(0) ack 1");
    expectMoved(script, before, "AttemptFails=1 OutRsts=1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ESTABLISHED", "CLOSE_WAIT"})
  void aResetOfAnOpenConnection(String state) {
    PacketScript script = PacketScript.create().openPassively();
    if (state.equals("CLOSE_WAIT")) {
      script.inject("F. 1:1(0) ack 1").after("40ms").discardSent();
    }
    var before = now(script);
    script.inject(state.equals("CLOSE_WAIT") ? "R 2:2(0)" : "R 1:1(0)");
    expectMoved(script, before, "EstabResets=1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ESTABLISHED", "CLOSE_WAIT"})
  void anAbort(String state) {
    PacketScript script = PacketScript.create().openPassively();
    if (state.equals("CLOSE_WAIT")) {
      script.inject("F. 1:1(0) ack 1").after("40ms").discardSent();
    }
    var before = now(script);
    script.abort().discardSent();
    expectMoved(script, before, "EstabResets=1 OutRsts=1");
  }

  @Test
  void resetsOfAConnectionThatCloses() {
    PacketScript script = PacketScript.create().openPassively().shutdownOutput().discardSent();
    var before = now(script);
    expectMoved(script.inject("R 1:1(0)"), before, "");
    PacketScript aborted = PacketScript.create().openPassively().shutdownOutput().discardSent();
    before = now(aborted);
    expectMoved(aborted.abort().discardSent(), before, "OutRsts=1");
  }

  @Test
  void closingWithUnreadData() {
    PacketScript script = PacketScript.create().openPassively().inject("P. 1:11(10) ack 1");
    script.discardSent();
    var before = now(script);
    script.close().discardSent();
    expectMoved(script, before, "EstabResets=1 OutRsts=1 TCPAbortOnClose=1");
  }

  @Test
  void aFinWaitOfNoTime() {
    PacketScript script =
        PacketScript.create().option(TcpOption.LINGER_FIN_WAIT_SECONDS, -1).openActively().close();
    script.discardSent();
    var before = now(script);
    script.inject(". 1:1(0) ack 2").discardSent();
    expectMoved(script, before, "OutRsts=1 TCPAbortOnLinger=1");
  }

  @Test
  void dataForAnOrphan() {
    PacketScript script = PacketScript.create().openPassively().close().discardSent();
    var before = now(script);
    script.inject("P. 1:11(10) ack 2").discardSent();
    expectMoved(script, before, "OutRsts=1 TCPAbortOnData=1");
  }

  @Test
  void aTimeoutAndTheEnd() {
    PacketScript script = with("retries2", 3).openPassively();
    var before = now(script);
    script.write(100);
    Times.expectAll(script, "P. 1:101(100) ack 1", "0 0.2 0.6 1.4");
    expectMoved(script, before, "RetransSegs=3 TCPSlowStartRetrans=3 TCPTimeouts=3");
    script.expectNothingUntil("3s");
    expectMoved(
        script,
        before,
        "EstabResets=1 RetransSegs=3 TCPAbortOnTimeout=1 TCPSlowStartRetrans=3 TCPTimeouts=3");
  }

  @Test
  void aTimeoutOfSeveralSegmentsIsOneOfEach() {
    PacketScript script = with("tailLossProbe", false).openPassively(SACK_SYN);
    var before = now(script);
    script.write(3000).discardSent();
    script.after("200ms").expect(". 1:1001(1000) ack 1");
    expectMoved(script, before, "RetransSegs=1 TCPSlowStartRetrans=1 TCPTimeouts=1");
    script.inject(". 1:1(0) ack 1001").discardSent();
    script.after("1ms").discardSent();
    expectMoved(script, before, "RetransSegs=3 TCPSlowStartRetrans=3 TCPTimeouts=1");
  }

  @Test
  void aFastRetransmission() {
    PacketScript script = with("tailLossProbe", false).openPassively(SACK_SYN);
    var before = now(script);
    script.write(5000).discardSent();
    script
        .after("10ms")
        .inject(". 1:1(0) ack 1 <nop,nop,sack 1001:2001>")
        .inject(". 1:1(0) ack 1 <nop,nop,sack 1001:3001>")
        .inject(". 1:1(0) ack 1 <nop,nop,sack 1001:4001>")
        .expect(". 1:1001(1000) ack 1");
    expectMoved(script, before, "RetransSegs=1 TCPFastRetrans=1 TCPSackRecovery=1");
  }

  @Test
  void keepaliveAndItsEnd() {
    PacketScript script =
        PacketScript.create()
            .option(TcpOption.KEEPALIVE, true)
            .option(TcpOption.KEEPALIVE_TIME_SECONDS, 10)
            .option(TcpOption.KEEPALIVE_INTERVAL_SECONDS, 2)
            .option(TcpOption.KEEPALIVE_PROBES, 3)
            .openActively();
    var before = now(script);
    Times.expectAll(script, ". 0:0(0) ack 1", "10 12 14");
    expectMoved(script, before, "TCPKeepAlive=3");
    script.at("16s").expect("R 1:1(0)");
    expectMoved(script, before, "EstabResets=1 OutRsts=1 TCPAbortOnTimeout=1 TCPKeepAlive=3");
  }

  @Test
  void probesOfAZeroWindowAndTheEnd() {
    PacketScript script = with("retries2", 3).openPassively();
    script.inject(". 1:1(0) ack 1 win 0").write(100).expectNothing();
    var before = now(script);
    Times.expectAll(script, ". 1:2(1) ack 1", "0.2 0.6 1.4");
    // the second and the third carry a byte that was sent before (RFC 4022)
    expectMoved(script, before, "RetransSegs=2 TCPWinProbe=3");
    script.expectNothingUntil("3s");
    expectMoved(script, before, "EstabResets=1 RetransSegs=2 TCPAbortOnTimeout=1 TCPWinProbe=3");
  }

  @Test
  void challenges() {
    PacketScript script = PacketScript.create().openPassively();
    var before = now(script);
    script.inject("R 10:10(0)").expect(ACK);
    expectMoved(script, before, "TCPChallengeACK=1");
    script.inject(SYN).expect(ACK);
    expectMoved(script, before, "TCPChallengeACK=2 TCPSYNChallenge=1");
    script.inject(". 1:1(0) ack 5000").expect(ACK);
    expectMoved(script, before, "TCPChallengeACK=3 TCPSYNChallenge=1");
  }

  @Test
  void answersThatTheRateLimitKeepsBack() {
    PacketScript script = PacketScript.create().openPassively();
    var before = now(script);
    script.inject(". 0:0(0) ack 1").expect(ACK).inject(". 0:0(0) ack 1").expectNothing();
    expectMoved(script, before, "TCPACKSkippedSeq=1");
    PacketScript resets = with("challengeAckPerSecond", 1).openPassively();
    before = now(resets);
    resets.inject("R 10:10(0)").expect(ACK).inject("R 10:10(0)").expectNothing();
    expectMoved(resets, before, "TCPACKSkippedSeq=1 TCPChallengeACK=1");
  }

  @Test
  void anOldTimestamp() {
    PacketScript script =
        PacketScript.create().openPassively("S 0:0(0) win 65535 <mss 1460,TS val 100 ecr 0>");
    var before = now(script);
    script.inject("P. 1:101(100) ack 1 <TS val 99 ecr 0>").discardSent();
    expectMoved(script, before, "PAWSEstab=1");
  }

  @Test
  void aDelayedAcknowledgement() {
    PacketScript script = PacketScript.create().openPassively();
    var before = now(script);
    script.inject("F. 1:1(0) ack 1").after("40ms").expect(". 1:1(0) ack 2");
    expectMoved(script, before, "DelayedACKs=1");
  }

  @Test
  void duplicatesAndDisorder() {
    PacketScript script = PacketScript.create().openPassively(SACK_SYN);
    script.inject("P. 1:101(100) ack 1").discardSent();
    var before = now(script);
    script.inject("P. 1:101(100) ack 1").expect(". 1:1(0) ack 101 <nop,nop,sack 1:101>");
    expectMoved(script, before, "TCPDSACKOldSent=1");
    before = now(script);
    script.inject("P. 201:301(100) ack 1").expect(". 1:1(0) ack 101 <nop,nop,sack 201:301>");
    expectMoved(script, before, "TCPOFOQueue=1");
    before = now(script);
    script
        .inject("P. 201:301(100) ack 1")
        .expect(". 1:1(0) ack 101 <nop,nop,sack 201:301 201:301>");
    expectMoved(script, before, "TCPDSACKOfoSent=1");
  }

  @Test
  void aDuplicateThatThePeerReports() {
    PacketScript script = PacketScript.create().openPassively(SACK_SYN).write(100);
    script.discardSent().inject(". 1:1(0) ack 101").write(100).discardSent();
    var before = now(script);
    script.inject(". 1:1(0) ack 101 <nop,nop,sack 1:101>");
    expectMoved(script, before, "TCPDSACKRecv=1");
  }

  @Test
  void ourZeroWindowAndItsEnd() {
    PacketScript script =
        PacketScript.create().option(TcpOption.RECEIVE_BUFFER_BYTES, 4096).openPassively();
    var before = now(script);
    script.inject(". 1:4097(4096) ack 1").expect(". 1:1(0) ack 4097 win 0");
    expectMoved(script, before, "TCPToZeroWindowAdv=1");
    script.read(4096).expect(". 1:1(0) ack 4097 win 4096");
    expectMoved(script, before, "TCPFromZeroWindowAdv=1 TCPToZeroWindowAdv=1");
  }

  @Test
  void anIcmpErrorAboutNothingInFlight() {
    PacketScript script = PacketScript.create().openPassively();
    var before = now(script);
    script.inject("icmp host-unreachable [5000:5001(1)]");
    expectMoved(script, before, "OutOfWindowIcmps=1");
  }

  @Test
  void aSegmentForNobody() {
    PacketScript script = PacketScript.create().inject(". 5:5(0) ack 7").expect("R 7:7(0)");
    expectMoved(script, "OutRsts=1");
  }

  @Test
  void aProbeForTailLoss() {
    PacketScript script = PacketScript.create().openPassively(SACK_SYN);
    script.write(1000).discardSent().after("10ms").inject(". 1:1(0) ack 1001").write(2000);
    script.takeSent();
    var before = now(script);
    // two round trips of 10 ms, smoothed
    script.expectWithin("30ms", "P. 2001:3001(1000) ack 1");
    expectMoved(script, before, "RetransSegs=1 TCPLossProbes=1");
  }
}
