package io.karavel.scripts.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpExplanation.ArmedTimer;
import io.karavel.tcp.TcpOption;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The words, values and times in which {@code tcp:why} tells of timers. */
class WhyWordsTest {
  private static final String CLOSED_WINDOW = ". 1:1(0) ack 1 win 0";
  private static final String DATA = "rtoMinMillis=200 ms rtoMaxMillis=120000 ms ";

  private static PacketScript on(Object... settings) {
    var builder = StackHarness.builder();
    for (int i = 0; i < settings.length; i += 2) {
      builder.tcp((String) settings[i], settings[i + 1]);
    }
    return PacketScript.on(builder.build());
  }

  private static List<ArmedTimer> timers(PacketScript script) {
    return Lives.why(script, Lives.id(script, false)).timers();
  }

  private static ArmedTimer timer(PacketScript script, String kind) {
    return timers(script).stream().filter(t -> t.kind().equals(kind)).findFirst().orElseThrow();
  }

  /** "KIND COUNT/MOST: KEY=VALUE …, of which options have a !: MILLIS ACTION; …". */
  private static String tell(PacketScript script, String kind) {
    script.discardSent();
    ArmedTimer timer = timer(script, kind);
    String parameters =
        timer.parameters().stream()
            .map(p -> (p.isOption() ? "!" : "") + p.key() + "=" + p.value())
            .collect(Collectors.joining(" "));
    String steps =
        timer.steps().stream()
            .map(step -> step.inNanos() / 1_000_000 + " " + step.action())
            .collect(Collectors.joining("; "));
    return timer.count() + "/" + timer.most() + ": " + parameters + ": " + steps;
  }

  private static String again(String... millisAndOrdinal) {
    StringBuilder text = new StringBuilder();
    for (String each : millisAndOrdinal) {
      String[] words = each.split(" ");
      text.append(words[0])
          .append(" the first unacknowledged segment again, for the ")
          .append(words[1])
          .append(" time; ");
    }
    return text.toString();
  }

  @Test
  void ofASyn() {
    PacketScript script =
        on("synLinearTimeouts", 1)
            .option(TcpOption.SYN_RETRIES, 2)
            .option(TcpOption.USER_TIMEOUT_MILLIS, 60_000)
            .connect();
    assertThat(tell(script, "retransmit"))
        .isEqualTo(
            "0/2: rtoInitialMillis=1000 ms synLinearTimeouts=1 rtoMaxMillis=120000 ms !synRetries=2"
                + " !userTimeoutMillis=60000 ms: 1000 SYN again, 1 of 2; 2000 SYN again, 2 of 2;"
                + " 4000 it ends: connection timed out");
  }

  @Test
  void ofASynThatTheUserTimeoutEnds() {
    PacketScript script = on("userTimeoutMillis", 5000).connect();
    assertThat(tell(script, "retransmit"))
        .isEqualTo(
            "0/5: rtoInitialMillis=1000 ms rtoMaxMillis=120000 ms synRetries=5"
                + " userTimeoutMillis=5000 ms: 1000 SYN again, 1 of 5; 3000 SYN again, 2 of 5; 5000"
                + " it ends: connection timed out");
  }

  @Test
  void ofASynAck() {
    PacketScript simultaneous =
        on("synRetries", 1).connect().discardSent().inject("S 0:0(0) win 65535 <mss 1460>");
    assertThat(tell(simultaneous, "retransmit"))
        .isEqualTo(
            "0/1: rtoInitialMillis=1000 ms rtoMaxMillis=120000 ms synRetries=1: "
                + "1000 SYN-ACK again, 1 of 1; 3000 it ends: connection timed out");
    PacketScript embryo = on("synAckRetries", 1).listen().inject("S 0:0(0) win 65535 <mss 1460>");
    assertThat(tell(embryo, "syn-ack"))
        .startsWith(
            "0/1: rtoInitialMillis=1000 ms rtoMaxMillis=120000 ms synAckRetries=1: "
                + "1000 SYN-ACK again, 1 of 1; 3000 ");
  }

  @Test
  void ofData() {
    PacketScript script = on("retries2", 4).openPassively().write(10);
    assertThat(tell(script, "retransmit"))
        .isEqualTo(
            "0/0: "
                + DATA
                + "retries2=4: "
                + again("200 1st", "600 2nd", "1400 3rd", "3000 4th")
                + "6200 it ends: connection timed out");
  }

  @Test
  void ofDataUnderAUserTimeout() {
    PacketScript script =
        on().openPassively().option(TcpOption.USER_TIMEOUT_MILLIS, 1000).write(10);
    assertThat(tell(script, "retransmit"))
        .isEqualTo(
            "0/0: "
                + DATA
                + "!userTimeoutMillis=1000 ms: "
                + again("200 1st", "600 2nd")
                + "1000 it ends: connection timed out");
  }

  @Test
  void elevenTwelveAndThirteenEndAsTheyAreSpoken() {
    assertThat(tell(on().openPassively().write(10), "retransmit"))
        .contains("for the 10th time", "for the 11th time", "for the 12th time", "13th", "14th")
        .endsWith("924600 it ends: connection timed out");
    // with small intervals there are more: 21st, 22nd, 23rd
    PacketScript many = on("rtoMaxMillis", 1000, "retries2", 7).openPassively().write(10);
    assertThat(tell(many, "retransmit")).contains("for the 4th time");
    assertThat(
            tell(on("rtoMaxMillis", 1000, "retries2", 30).openPassively().write(10), "retransmit"))
        .contains("for the 20th time", "for the 21st time", "22nd", "23rd", "24th");
  }

  @Test
  void ofAnOrphansFin() {
    PacketScript script = on("orphanRetries", 3).openPassively().close();
    assertThat(tell(script, "retransmit"))
        .isEqualTo(
            "0/0: "
                + DATA
                + "orphanRetries=3: "
                + again("200 1st", "600 2nd", "1400 3rd")
                + "3000 it ends; nobody holds its socket to be told");
  }

  @Test
  void ofAClosedWindow() {
    PacketScript script = on("retries2", 3).openPassively().inject(CLOSED_WINDOW).write(10);
    assertThat(tell(script, "persist"))
        .isEqualTo(
            "0/0: "
                + DATA
                + "retries2=3: 200 the closed window is probed for the 1st time; 600 the closed"
                + " window is probed for the 2nd time; 1400 the closed window is probed for the 3rd"
                + " time; 3000 it ends: connection timed out");
  }

  /** An orphan is ended once its interval has reached rtoMax, and by its budget. */
  @Test
  void ofAnOrphanBehindOne() {
    PacketScript script =
        on("orphanRetries", 3).openPassively().inject(CLOSED_WINDOW).write(10).close();
    String end = "3000 it ends; nobody holds its socket to be told";
    assertThat(tell(script, "persist")).contains("orphanRetries=3").endsWith(end);
    PacketScript soon =
        on("rtoMaxMillis", 1000).openPassively().inject(CLOSED_WINDOW).write(10).close();
    assertThat(tell(soon, "persist"))
        .endsWith(
            "1400 the closed window is probed for the 3rd time; " + end.replace("3000", "2400"));
  }

  @Test
  void ofAUserTimeoutBehindOne() {
    PacketScript script =
        on().openPassively().option(TcpOption.USER_TIMEOUT_MILLIS, 500).inject(CLOSED_WINDOW);
    assertThat(tell(script.write(10), "persist"))
        .isEqualTo(
            "0/0: "
                + DATA
                + "!userTimeoutMillis=500 ms retries2=15: 200 the closed window is probed for the"
                + " 1st time; 500 it ends: connection timed out");
  }

  /** Data is under way when the window closes. */
  @Test
  void ofAWindowThatClosedOverData() {
    PacketScript script = on("retries2", 3).openPassively().write(10).discardSent();
    assertThat(tell(script.inject(CLOSED_WINDOW), "retransmit"))
        .isEqualTo(
            "0/0: "
                + DATA
                + "retries2=3: "
                + again("200 1st", "600 2nd", "1400 3rd")
                + "3000 it ends: connection timed out");
  }

  @Test
  void ofWhatIsHeldBackForAFullerSegment() {
    PacketScript script = on().openPassively().option(TcpOption.CORK, true).write(10);
    assertThat(tell(script, "persist"))
        .isEqualTo(
            "0/0: " + DATA + "retries2=15: 200 what was held back for a fuller segment goes out");
  }

  @Test
  void ofKeepalive() {
    PacketScript script = PacketScript.create();
    script.option(TcpOption.KEEPALIVE, true).option(TcpOption.KEEPALIVE_PROBES, 2);
    String parameters =
        "!keepalive=true timeSeconds=7200 s intervalSeconds=75 s !keepaliveProbes=2: ";
    assertThat(tell(script.openPassively(), "keepalive"))
        .isEqualTo(
            "0/2: "
                + parameters
                + "7200000 probe 1 of 2; 7275000 probe 2 of 2; "
                + "7350000 RST, and it ends: connection timed out");
    assertThat(tell(script.write(10), "keepalive"))
        .isEqualTo(
            "0/2: " + parameters + "7200000 nothing, unless everything is acknowledged by then");
  }

  /** The peer was heard after the timer had been set: the silence begins anew, 7200 s from then. */
  @Test
  void ofKeepaliveAfterThePeerWasHeard() {
    PacketScript script = PacketScript.create().option(TcpOption.KEEPALIVE, true).openPassively();
    script.after("100s").inject("P. 1:11(10) ack 1").discardSent().read(10);
    assertThat(tell(script, "keepalive")).contains(": 7200000 probe 1 of 10; 7275000 probe 2 ");
    assertThat(timer(script, "keepalive").end()).isEqualTo(7_950L * 1_000_000_000L);
  }

  /**
   * Of more probes than are told the end is told all the same: 7200 s and each interval of 75 s.
   */
  @ParameterizedTest
  @ValueSource(ints = {39, 40, 41, 50})
  void ofManyProbes(int probes) {
    PacketScript script = PacketScript.create().option(TcpOption.KEEPALIVE, true);
    script.option(TcpOption.KEEPALIVE_PROBES, probes).openPassively();
    ArmedTimer timer = timer(script, "keepalive");
    assertThat(timer.steps()).hasSize(Math.min(probes + 1, ArmedTimer.MOST_STEPS));
    assertThat(timer.end()).isEqualTo((7200L + 75L * probes) * 1_000_000_000L);
    script.after("7200s").expect(". 0:0(0) ack 1").after("1s");
    timer = timer(script, "keepalive");
    assertThat(timer.steps()).hasSize(Math.min(probes, ArmedTimer.MOST_STEPS));
    assertThat(timer.end()).isEqualTo((75L * probes - 1) * 1_000_000_000L);
  }

  /** RFC 8985 §6.2 step 5: on a path that reorders, what was overtaken is waited for. */
  @Test
  void ofWhatWasOvertaken() {
    PacketScript script = on().listen().inject("S 0:0(0) win 65535 <mss 1460,sackOK>");
    script.discardSent().after("100ms").inject(". 1:1(0) ack 1").accept().write(7300).discardSent();
    script.after("100ms").inject(". 1:1(0) ack 1 <sack 1461:2921>");
    assertThat(tell(script, "reordering"))
        .endsWith(": 25 what has not come by then counts as lost");
  }

  @Test
  void ofADelayedAcknowledgement() {
    PacketScript script = on().openPassively().inject("F. 1:1(0) ack 1");
    assertThat(tell(script, "delayed-ack"))
        .isEqualTo("0/0: delayedAckMillis=40 ms: 40 what was received is acknowledged");
  }

  @Test
  void ofFinWait2() {
    PacketScript script = on().openPassively().option(TcpOption.LINGER_FIN_WAIT_SECONDS, 7);
    script.close().discardSent().inject(". 1:1(0) ack 2");
    assertThat(tell(script, "fin-wait-2"))
        .isEqualTo(
            "0/0: !lingerFinWaitSeconds=7 s: 7000 the connection is forgotten; nobody holds its"
                + " socket");
  }

  @Test
  void ofALossProbeAndOfWhatIsTidiedUp() {
    PacketScript script = on().listen().inject("S 0:0(0) win 65535 <mss 1460,sackOK>");
    script.discardSent().after("50ms").inject(". 1:1(0) ack 1").accept().write(10);
    script.discardSent().after("50ms").inject(". 1:1(0) ack 11").write(1460).write(1460);
    assertThat(tell(script, "loss-probe"))
        .startsWith("0/0: tailLossProbe=true: ")
        .endsWith(" one segment more, to have the loss of the last ones reported");
    assertThat(tell(script, "trim"))
        .endsWith(" memory that an idle connection does not need is given back");
    assertThat(timers(script))
        .extracting(ArmedTimer::inNanos)
        .isSorted()
        .allMatch(nanos -> nanos > 0 && nanos <= 1_000_000_000L);
  }
}
