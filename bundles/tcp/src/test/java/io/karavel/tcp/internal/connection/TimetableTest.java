package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The seven messages, each lost for ever; seconds after the first transmission, exact. */
class TimetableTest {
  private final List<Double> sent = new ArrayList<>();
  private long first;

  private Wire wire(TcpSettings settings) {
    Wire wire = new Wire(new Peer(settings, 100), new Peer(settings, 300), 1);
    wire.delayNanos = 0;
    return wire;
  }

  /** Swallows what matches and notes when it was sent. */
  private Predicate<Peer.Packet> swallow(Predicate<Peer.Packet> which) {
    return packet -> {
      if (!which.test(packet)) {
        return false;
      }
      if (sent.isEmpty()) {
        first = packet.sentNanos;
      }
      sent.add(seconds(packet.sentNanos - first));
      return true;
    };
  }

  private static double seconds(long nanos) {
    return Math.round(nanos / 1e6) / 1e3;
  }

  /** Runs until a condition holds and says when, in seconds after the first transmission. */
  private double until(Wire wire, java.util.function.BooleanSupplier condition) {
    long limit = wire.now + 2000 * Wire.SECOND;
    while (!condition.getAsBoolean() && wire.step(limit)) {}
    assertThat(condition.getAsBoolean()).as("it happened").isTrue();
    return seconds(wire.now - first);
  }

  private static List<Double> table(String text) {
    List<Double> times = new ArrayList<>();
    for (String word : text.trim().split(" ")) {
      times.add(Double.valueOf(word));
    }
    return times;
  }

  @ParameterizedTest(name = "synRetries {0}: {1} | {2}")
  @CsvSource({"5, 0 1 3 7 15 31, 63", "3, 0 1 3 7, 15", "1, 0 1, 3"})
  void synLostForEver(int retries, String times, double end) {
    Wire wire = wire(Peer.settings("synRetries", retries));
    wire.swallowFromA = swallow(p -> true);
    wire.b.listening = true;
    wire.a.connect(wire.now);
    double over = until(wire, () -> wire.a.had(ConnectionEvents.OVER));
    assertThat(sent).isEqualTo(table(times));
    assertThat(over).isEqualTo(end);
    assertThat(wire.a.failure()).isEqualTo(TcpError.TIMED_OUT);
    assertThat(wire.a.out).isEmpty();
  }

  @Test
  void linearSynTimeoutsDoNotDouble() {
    Wire wire = wire(Peer.settings("synRetries", 5, "synLinearTimeouts", 3));
    wire.swallowFromA = swallow(p -> true);
    wire.a.connect(wire.now);
    double over = until(wire, () -> wire.a.had(ConnectionEvents.OVER));
    assertThat(sent).isEqualTo(table("0 1 2 3 4 6"));
    assertThat(over).isEqualTo(10.0);
  }

  @ParameterizedTest(name = "synAckRetries {0}: {1} | {2}")
  @CsvSource({"5, 0 1 3 7 15 31, 63", "2, 0 1 3, 7", "0, 0, 1"})
  void synAckLostForEverWithASilentClient(int retries, String times, double end) {
    Wire wire = wire(Peer.settings("synAckRetries", retries));
    boolean[] seen = new boolean[1];
    wire.swallowFromA =
        p -> {
          boolean again = seen[0];
          seen[0] = true;
          return again;
        };
    wire.swallowFromB = swallow(p -> true);
    wire.b.listening = true;
    wire.a.connect(wire.now);
    wire.step(wire.now + 1);
    double over = until(wire, () -> wire.b.embryo == null);
    assertThat(sent).isEqualTo(table(times));
    assertThat(over).isEqualTo(end);
    assertThat(wire.b.connection).isNull();
  }

  @Test
  void everyRepeatedSynIsAnsweredAtOnceWithoutCountingAsARetry() {
    Wire wire = wire(TcpSettings.defaults());
    wire.delayNanos = Wire.MILLI;
    wire.swallowFromB = swallow(p -> true);
    wire.b.listening = true;
    wire.a.connect(wire.now);
    until(wire, () -> wire.now - first >= 31 * Wire.SECOND);
    // The client's at 0 1 3 7 15 31; each re-arms the server's own interval: 2 5 11 23.
    assertThat(sent).isEqualTo(table("0 1 2 3 5 7 11 15 23 31"));
    assertThat(wire.b.embryo.retries()).isEqualTo(4);
  }

  @Test
  void ackOfTheHandshakeLostForEverTheClientIsOpenAndAnswersEachSynAck() {
    Wire wire = wire(TcpSettings.defaults());
    wire.swallowFromA = swallow(p -> !p.segment.syn());
    wire.b.listening = true;
    wire.a.connect(wire.now);
    double over = until(wire, () -> wire.b.embryo == null && !sent.isEmpty() && wire.now > first);
    assertThat(wire.a.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(sent).isEqualTo(table("0 1 3 7 15 31"));
    assertThat(over).isEqualTo(63.0);
  }

  private Wire open(TcpSettings settings) {
    Wire wire = wire(settings);
    wire.open();
    assertThat(wire.a.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(wire.b.state()).isEqualTo(TcpState.ESTABLISHED);
    return wire;
  }

  @ParameterizedTest(name = "orphanRetries {0}: {1} | {2}")
  @CsvSource({
    "3, 0 .2 .6 1.4, 3.0",
    "2, 0 .2 .6, 1.4",
    "1, 0 .2, 0.6",
    "0, 0 .2 .6 1.4 3.0 6.2 12.6 25.4 51.0, 102.2"
  })
  void firstFinOfAnOrphanLostForEver(int retries, String times, double end) {
    Wire wire = open(Peer.settings("orphanRetries", retries));
    wire.swallowFromA = swallow(p -> p.segment.fin());
    wire.a.connection.close(wire.now);
    wire.a.flush(wire.now);
    double over = until(wire, () -> wire.a.had(ConnectionEvents.OVER));
    assertThat(sent).isEqualTo(table(times));
    assertThat(over).isEqualTo(end);
    assertThat(wire.a.out).as("no RST").isEmpty();
    assertThat(wire.b.state()).isEqualTo(TcpState.ESTABLISHED);
  }

  @ParameterizedTest(name = "retries2 {0} ends at {1}")
  @CsvSource({"3, 3.0", "2, 1.4", "8, 102.2", "15, 924.6"})
  void dataLostForEver(int retries, double end) {
    Wire wire = open(Peer.settings("retries2", retries, "retries1", 0));
    wire.swallowFromA = swallow(p -> p.segment.payloadLength > 0);
    wire.a.write(new byte[10], 0, 10, wire.now);
    double over = until(wire, () -> wire.a.had(ConnectionEvents.OVER));
    assertThat(over).isEqualTo(end);
    assertThat(wire.a.failure()).isEqualTo(TcpError.TIMED_OUT);
    assertThat(wire.a.out).isEmpty();
  }

  @Test
  void theAckOfTheFirstFinIsRepeatedForEachFin() {
    Wire wire = open(Peer.settings("orphanRetries", 3));
    wire.swallowFromB = swallow(p -> true);
    wire.a.connection.close(wire.now);
    wire.a.flush(wire.now);
    until(wire, () -> wire.a.had(ConnectionEvents.OVER));
    assertThat(wire.b.state()).isEqualTo(TcpState.CLOSE_WAIT);
    // The first is delayed, each repeated FIN is acknowledged at once.
    assertThat(sent).isEqualTo(table("0 .16 .56 1.36"));
  }

  @Test
  void finWait2OfAnOrphanEndsAfterFinTimeout() {
    Wire wire = open(TcpSettings.defaults());
    first = wire.now;
    wire.a.connection.close(wire.now);
    wire.a.flush(wire.now);
    long closed = wire.now;
    until(wire, () -> wire.a.state() == TcpState.FIN_WAIT_2);
    long acknowledged = wire.now;
    double over = until(wire, () -> wire.a.had(ConnectionEvents.OVER));
    assertThat(over).isEqualTo(60.0 + seconds(acknowledged - closed));
    assertThat(wire.a.failure()).isNull();
  }

  @Test
  void finWait2AfterShutdownOutputNeverEnds() {
    Wire wire = open(TcpSettings.defaults());
    wire.a.connection.shutdownOutput(wire.now);
    wire.a.flush(wire.now);
    wire.run(100_000 * Wire.SECOND);
    assertThat(wire.a.state()).isEqualTo(TcpState.FIN_WAIT_2);
    wire.b.write(new byte[100], 0, 100, wire.now);
    wire.run(Wire.SECOND);
    assertThat(wire.a.read(200, wire.now)).hasSize(100);
  }

  @Test
  void secondFinLostForEver() {
    Wire wire = open(Peer.settings("orphanRetries", 3));
    wire.a.connection.shutdownOutput(wire.now);
    wire.a.flush(wire.now);
    wire.run(Wire.SECOND);
    assertThat(wire.b.state()).isEqualTo(TcpState.CLOSE_WAIT);
    wire.swallowFromB = swallow(p -> p.segment.fin());
    wire.b.connection.close(wire.now);
    wire.b.flush(wire.now);
    assertThat(wire.b.state()).isEqualTo(TcpState.LAST_ACK);
    double over = until(wire, () -> wire.b.had(ConnectionEvents.OVER));
    assertThat(sent).isEqualTo(table("0 .2 .6 1.4"));
    assertThat(over).isEqualTo(3.0);
  }

  @Test
  void lastAckLostForEverIsRepeatedAndRestartsTimeWait() {
    Wire wire = open(Peer.settings("orphanRetries", 3));
    wire.a.connection.close(wire.now);
    wire.a.flush(wire.now);
    wire.run(Wire.SECOND);
    wire.swallowFromA = swallow(p -> true);
    wire.b.connection.close(wire.now);
    wire.b.flush(wire.now);
    until(wire, () -> wire.b.had(ConnectionEvents.OVER));
    assertThat(sent).isEqualTo(table("0 .2 .6 1.4"));
    double end = until(wire, () -> wire.a.state() == TcpState.CLOSED);
    assertThat(end).isEqualTo(61.4);
  }

  @Test
  void threeSegmentsCloseWhenThePassiveSideClosesAtOnce() {
    Wire wire = open(TcpSettings.defaults());
    wire.collect();
    List<String> frames = new ArrayList<>();
    wire.swallowFromA = p -> !frames.add("a " + p.segment.flags);
    wire.swallowFromB = p -> !frames.add("b " + p.segment.flags);
    wire.a.connection.close(wire.now);
    wire.a.flush(wire.now);
    while (wire.b.state() != TcpState.CLOSE_WAIT) {
      wire.step(wire.now + Wire.MILLI);
    }
    wire.b.connection.close(wire.now);
    wire.b.flush(wire.now);
    wire.run(Wire.SECOND);
    assertThat(frames).containsExactly("a 17", "b 17", "a 16");
    assertThat(wire.b.state()).isEqualTo(TcpState.CLOSED);
    assertThat(wire.a.state()).isEqualTo(TcpState.TIME_WAIT);
  }

  @Test
  void keepaliveProbesAnIdlePeerAndGivesUpWithAReset() {
    Wire wire = wire(TcpSettings.defaults());
    wire.a.keepalive = new KeepaliveTimes(true, 7200 * Wire.SECOND, 75 * Wire.SECOND, 10);
    wire.open();
    first = wire.a.connection.lastReceivedNanos;
    long base = first;
    List<Double> probes = new ArrayList<>();
    boolean[] reset = new boolean[1];
    wire.swallowFromA =
        p -> {
          probes.add(seconds(p.sentNanos - base));
          reset[0] |= p.segment.rst();
          return true;
        };
    long limit = wire.now + 10_000 * Wire.SECOND;
    while (!wire.a.had(ConnectionEvents.OVER) && wire.step(limit)) {}
    wire.collect();
    assertThat(probes).isEqualTo(table("7200 7275 7350 7425 7500 7575 7650 7725 7800 7875 7950"));
    assertThat(reset[0]).isTrue();
    assertThat(wire.a.failure()).isEqualTo(TcpError.TIMED_OUT);
  }

  @Test
  void anAnsweredKeepaliveProbeRestartsTheIdleTime() {
    Wire wire = wire(TcpSettings.defaults());
    wire.a.keepalive = new KeepaliveTimes(true, 100 * Wire.SECOND, 10 * Wire.SECOND, 3);
    wire.open();
    long base = wire.a.connection.lastReceivedNanos;
    List<Double> probes = new ArrayList<>();
    wire.swallowFromA = p -> !probes.add(seconds(p.sentNanos - base));
    wire.run(350 * Wire.SECOND);
    assertThat(probes).isEqualTo(table("100 200 300"));
    assertThat(wire.a.state()).isEqualTo(TcpState.ESTABLISHED);
  }

  @Test
  void theFirstRtoIsThreeSecondsAfterALostSynWithoutTimestamps() {
    Wire wire = wire(Peer.settings("timestamps", false));
    boolean[] seen = new boolean[1];
    wire.swallowFromA =
        p -> {
          boolean lose = !seen[0];
          seen[0] = true;
          return lose;
        };
    wire.b.listening = true;
    wire.a.connect(wire.now);
    wire.run(5 * Wire.SECOND);
    assertThat(wire.a.state()).isEqualTo(TcpState.ESTABLISHED);
    wire.swallowFromA = swallow(p -> p.segment.payloadLength > 0);
    wire.a.write(new byte[10], 0, 10, wire.now);
    until(wire, () -> sent.size() == 3);
    assertThat(sent).isEqualTo(table("0 3 9"));
  }

  @Test
  void userTimeoutEndsExactly() {
    Wire wire = open(Peer.settings("userTimeoutMillis", 5000));
    wire.swallowFromA = swallow(p -> p.segment.payloadLength > 0);
    wire.a.write(new byte[10], 0, 10, wire.now);
    double over = until(wire, () -> wire.a.had(ConnectionEvents.OVER));
    assertThat(over).isEqualTo(5.0);
  }

  // ---- live changes ----

  private static void change(Wire wire, Peer peer, String key, Object value) {
    try {
      peer.context.settings(peer.context.settings().with(Map.of(key, value)));
    } catch (io.karavel.engine.SettingsException e) {
      throw new AssertionError(e);
    }
    if (peer.connection != null) {
      peer.connection.onSettingsChanged(wire.now);
      peer.flush(wire.now);
    }
    if (peer.timeWait != null) {
      peer.timeWait.onSettingsChanged(peer.context.settings());
    }
    if (peer.embryo != null && peer.embryo.onSettingsChanged(wire.now) == Embryo.Verdict.GIVE_UP) {
      peer.embryo = null;
    }
  }

  @ParameterizedTest(name = "synRetries {0} to {1} at {2}: sent {3}, over at {4}")
  @CsvSource({
    "5, 1, 5, 0 1 3, 5",
    "1, 5, 2, 0 1 3 7 15 31, 63",
    "5, 2, 5, 0 1 3, 7",
    "5, 1, 2, 0 1, 3"
  })
  void synRetriesChangedWhileWaiting(int from, int to, int at, String times, double end) {
    Wire wire = wire(Peer.settings("synRetries", from));
    wire.swallowFromA = swallow(p -> true);
    wire.a.connect(wire.now);
    wire.run(at * Wire.SECOND);
    change(wire, wire.a, "synRetries", to);
    double over = until(wire, () -> wire.a.had(ConnectionEvents.OVER));
    assertThat(sent).isEqualTo(table(times));
    assertThat(over).isEqualTo(end);
  }

  @ParameterizedTest(name = "orphanRetries {0} to {1} at {2} ms ends at {3}")
  @CsvSource({"3, 2, 1000, 1.4", "3, 1, 1000, 1.0", "2, 3, 1000, 3.0", "8, 2, 2000, 2.0"})
  void orphanRetriesChangedWhileWaiting(int from, int to, int atMillis, double end) {
    Wire wire = open(Peer.settings("orphanRetries", from));
    wire.swallowFromA = swallow(p -> p.segment.fin());
    wire.a.connection.close(wire.now);
    wire.a.flush(wire.now);
    wire.run(atMillis * Wire.MILLI);
    change(wire, wire.a, "orphanRetries", to);
    assertThat(until(wire, () -> wire.a.had(ConnectionEvents.OVER))).isEqualTo(end);
  }

  @Test
  void finTimeoutChangedInFinWait2() {
    Wire wire = open(TcpSettings.defaults());
    first = wire.now;
    wire.a.connection.close(wire.now);
    wire.a.flush(wire.now);
    wire.run(10 * Wire.SECOND);
    assertThat(wire.a.state()).isEqualTo(TcpState.FIN_WAIT_2);
    change(wire, wire.a, "finTimeoutSeconds", 20);
    assertThat(until(wire, () -> wire.a.had(ConnectionEvents.OVER))).isBetween(20.0, 20.1);
  }

  @Test
  void finTimeoutLoweredBelowWhatHasElapsedEndsAtOnce() {
    Wire wire = open(TcpSettings.defaults());
    first = wire.now;
    wire.a.connection.close(wire.now);
    wire.a.flush(wire.now);
    wire.run(10 * Wire.SECOND);
    change(wire, wire.a, "finTimeoutSeconds", 5);
    assertThat(until(wire, () -> wire.a.had(ConnectionEvents.OVER))).isEqualTo(10.0);
  }

  @Test
  void timeWaitChangedWhileItRuns() {
    Wire wire = open(TcpSettings.defaults());
    wire.a.connection.close(wire.now);
    wire.a.flush(wire.now);
    wire.run(Wire.SECOND);
    first = wire.now;
    wire.b.connection.close(wire.now);
    wire.b.flush(wire.now);
    wire.run(10 * Wire.SECOND);
    assertThat(wire.a.state()).isEqualTo(TcpState.TIME_WAIT);
    change(wire, wire.a, "timeWaitSeconds", 30);
    assertThat(until(wire, () -> wire.a.state() == TcpState.CLOSED)).isEqualTo(30.0);
  }

  @Test
  void rtoMaxLoweredMovesTheArmedTimerToItsClampedInterval() {
    Wire wire = open(TcpSettings.defaults());
    wire.swallowFromA = swallow(p -> p.segment.payloadLength > 0);
    wire.a.write(new byte[10], 0, 10, wire.now);
    wire.run(7 * Wire.SECOND);
    assertThat(sent).isEqualTo(table("0 .2 .6 1.4 3.0 6.2"));
    change(wire, wire.a, "rtoMaxMillis", 1000);
    until(wire, () -> sent.size() == 9);
    assertThat(sent.subList(6, 9)).isEqualTo(table("7.2 8.2 9.2"));
  }

  @Test
  void rtoMinRaisedMovesTheArmedTimer() {
    Wire wire = open(TcpSettings.defaults());
    wire.swallowFromA = swallow(p -> p.segment.payloadLength > 0);
    wire.a.write(new byte[10], 0, 10, wire.now);
    wire.run(100 * Wire.MILLI);
    change(wire, wire.a, "rtoMinMillis", 500);
    until(wire, () -> sent.size() == 3);
    assertThat(sent).isEqualTo(table("0 .5 1.5"));
  }

  @Test
  void keepaliveChangedWhileIdle() {
    Wire wire = wire(TcpSettings.defaults());
    wire.a.keepalive = new KeepaliveTimes(true, 7200 * Wire.SECOND, 75 * Wire.SECOND, 10);
    wire.open();
    long base = wire.a.connection.lastReceivedNanos;
    wire.run(50 * Wire.SECOND);
    List<Double> probes = new ArrayList<>();
    wire.swallowFromA = p -> !probes.add(seconds(p.sentNanos - base));
    wire.a.connection.keepalive(
        new KeepaliveTimes(true, 60 * Wire.SECOND, 75 * Wire.SECOND, 10), wire.now);
    wire.run(15 * Wire.SECOND);
    assertThat(probes).isEqualTo(table("60"));
  }
}
