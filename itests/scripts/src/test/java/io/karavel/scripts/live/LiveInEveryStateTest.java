package io.karavel.scripts.live;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.LISTEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.Setting;
import io.karavel.scripts.TestNames;
import io.karavel.scripts.live.LiveMatrix.Row;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.script.PacketScript;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each key on which something waits × each state in which it does, changed in the middle of the
 * wait: upward, downward, and below what has passed. The rows are in {@code live-matrix.txt}.
 * Budget(3) = 3 s, Budget(4) = 6.2 s, Budget(5) = 12.6 s.
 */
class LiveInEveryStateTest {
  private static final List<String> DIRECTIONS = List.of("upward", "downward", "below");

  static Stream<Row> rows() {
    return LiveMatrix.read().rows().stream();
  }

  /** In a state, with something that waits from time 0 on. */
  private static void enter(PacketScript script, String state) {
    switch (state) {
      case "SYN_SENT" -> script.connect();
      case "SYN_RECEIVED" -> script.listen().inject("S 0:0(0) win 65535 <mss 1460>");
      case "SIMULTANEOUS" ->
          script.connect().expect("S 0:0(0)").inject("S 0:0(0) win 65535 <mss 1460>");
      default -> script.openPassively();
    }
    if (state.startsWith("DELAYED_ACK")) {
      delay(script, state);
      return;
    }
    switch (state) {
      case "ESTABLISHED" -> script.write(10);
      case "ZERO_WINDOW" -> script.inject(". 1:1(0) ack 1 win 0").write(10);
      case "ORPHAN_BEHIND_ZERO_WINDOW" -> script.inject(". 1:1(0) ack 1 win 0").write(10).close();
      case "CLOSE_WAIT" -> script.inject("F. 1:1(0) ack 1").write(10);
      case "FIN_WAIT_1" -> script.shutdownOutput();
      case "ORPHAN_IN_FIN_WAIT_1" -> script.close();
      case "CLOSING" -> script.shutdownOutput().discardSent().inject("F. 1:1(0) ack 1");
      case "ORPHAN_IN_CLOSING" -> script.close().discardSent().inject("F. 1:1(0) ack 1");
      case "LAST_ACK" -> script.inject("F. 1:1(0) ack 1").shutdownOutput();
      case "ORPHAN_IN_LAST_ACK" -> script.inject("F. 1:1(0) ack 1").close();
      case "ORPHAN_IN_FIN_WAIT_2" -> script.close().discardSent().inject(". 1:1(0) ack 2");
      case "TIME_WAIT" -> script.close().discardSent().inject("F. 1:1(0) ack 2");
      case "KEPT_ALIVE", "KEPT_ALIVE_IN_CLOSE_WAIT", "KEPT_ALIVE_IN_FIN_WAIT_2" -> {
        script.option(TcpOption.KEEPALIVE, true);
        if (state.endsWith("CLOSE_WAIT")) {
          script.inject("F. 1:1(0) ack 1");
        } else if (state.endsWith("FIN_WAIT_2")) {
          script.shutdownOutput().discardSent().inject(". 1:1(0) ack 2");
        }
      }
      default -> {}
    }
    script.discardSent();
  }

  /** Answers have followed questions, so that the next segment's acknowledgement is delayed. */
  private static void delay(PacketScript script, String state) {
    script.inject("P. 1:11(10) ack 1").discardSent().write(10).discardSent();
    script.inject(". 11:11(0) ack 11");
    switch (state) {
      case "DELAYED_ACK_IN_CLOSE_WAIT" -> script.inject("F. 11:11(0) ack 11");
      case "DELAYED_ACK_IN_FIN_WAIT_1" ->
          script.shutdownOutput().discardSent().inject("P. 11:21(10) ack 11");
      case "DELAYED_ACK_IN_FIN_WAIT_2" ->
          script.shutdownOutput().discardSent().inject("P. 11:21(10) ack 12");
      default -> script.inject("P. 11:21(10) ack 11");
    }
    script.expectNothing();
  }

  private static TcpState named(String state) {
    String last = state.replaceFirst(".*_IN_", "");
    return switch (last) {
      case "SIMULTANEOUS" -> TcpState.SYN_RECEIVED;
      case "ORPHAN_BEHIND_ZERO_WINDOW" -> TcpState.FIN_WAIT_1;
      case "ZERO_WINDOW", "KEPT_ALIVE", "DELAYED_ACK" -> TcpState.ESTABLISHED;
      default -> TcpState.valueOf(last);
    };
  }

  /** Lets milliseconds pass and says how many segments were sent meanwhile. */
  private static int pass(PacketScript script, long millis) {
    script.harness().advance(Duration.ofMillis(millis));
    return script.harness().output().size();
  }

  @ParameterizedTest
  @MethodSource("rows")
  @Rfc({"9293 MUST-20", "9293 SHLD-10"})
  void whatWaitsIsMovedByTheKey(Row row) {
    PacketScript script = PacketScript.create();
    row.others().forEach((key, value) -> LiveMatrix.set(script, key, value));
    LiveMatrix.set(script, row.key(), row.before());
    enter(script, row.state());
    pass(script, row.atMillis());
    script.expectState(named(row.state()));
    script.harness().set(pid(row.key()), row.key(), row.then());
    String[] outcome = row.outcome().split(" ", -1);
    long[] times = Arrays.stream(outcome).skip(1).mapToLong(LiveMatrix::millis).toArray();
    switch (outcome[0]) {
      case "ends" -> assertEnds(script, row, times[0]);
      case "sends" -> assertSends(script, row, times);
      case "suspects" -> assertSuspects(script, row, times[0]);
      default -> throw new IllegalArgumentException(row.outcome());
    }
  }

  private static String pid(String key) {
    return KeepaliveSettings.SCHEMA.setting(key) != null ? KeepaliveSettings.PID : TcpSettings.PID;
  }

  private static void assertEnds(PacketScript script, Row row, long end) {
    long rest = end - row.atMillis();
    if (rest > 0) {
      pass(script, rest - 1);
      script.expectState(named(row.state()));
      pass(script, 2);
    } else {
      pass(script, 0);
    }
    script.expectState(CLOSED).discardSent().expectNothingFor("10min").end();
  }

  private static void assertSends(PacketScript script, Row row, long... times) {
    long now = row.atMillis();
    for (long time : times) {
      if (time > now) {
        assertThat(pass(script, time - 1 - now)).as("before %d ms", time).isZero();
        assertThat(pass(script, 1)).as("at %d ms", time).isEqualTo(1);
      } else {
        assertThat(pass(script, 0)).as("at once").isEqualTo(1);
      }
      now = time;
    }
    script.expectState(named(row.state()));
  }

  private static void assertSuspects(PacketScript script, Row row, long time) {
    long rest = time - row.atMillis();
    if (rest > 0) {
      pass(script, rest - 1);
      assertThat(script.info().details()).containsEntry("routeSuspected", false);
    }
    pass(script, rest > 0 ? 1 : 0);
    assertThat(script.info().details()).containsEntry("routeSuspected", true);
    script.expectState(named(row.state()));
  }

  @Test
  void everyLiveKeyHasItsStatesOrATestElsewhere() {
    LiveMatrix matrix = LiveMatrix.read();
    Set<String> live = new TreeSet<>();
    Stream.of(TcpSettings.SCHEMA, KeepaliveSettings.SCHEMA)
        .flatMap(schema -> schema.settings().stream())
        .filter(s -> s.applies().name().toLowerCase(Locale.ROOT).equals("live"))
        .map(Setting::key)
        .forEach(live::add);
    Set<String> listed = new TreeSet<>(matrix.states().keySet());
    assertThat(matrix.elsewhere().keySet()).doesNotContainAnyElementsOf(listed);
    listed.addAll(matrix.elsewhere().keySet());
    assertThat(listed).isEqualTo(live);
    TestNames names = TestNames.all();
    matrix
        .elsewhere()
        .forEach(
            (key, tests) -> {
              assertThat(TestNames.citedIn(tests)).as(key).isNotEmpty();
              assertThat(names.missing(tests)).as(key).isEmpty();
            });
  }

  @Test
  void everyKeyIsTriedInEachOfItsStatesInEveryDirection() {
    LiveMatrix matrix = LiveMatrix.read();
    Map<String, Long> tried =
        matrix.rows().stream()
            .collect(
                Collectors.groupingBy(
                    r -> r.key() + " " + r.state() + " " + r.direction(), Collectors.counting()));
    List<String> expected = new ArrayList<>();
    Set<TcpState> states = EnumSet.noneOf(TcpState.class);
    matrix
        .states()
        .forEach(
            (key, its) -> {
              for (String state : its) {
                states.add(named(state));
                DIRECTIONS.forEach(direction -> expected.add(key + " " + state + " " + direction));
              }
            });
    assertThat(tried.keySet()).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(tried.values()).allMatch(count -> count == 1);
    assertThat(states)
        .as("where nothing waits on a key")
        .isEqualTo(EnumSet.complementOf(EnumSet.of(CLOSED, LISTEN)));
  }

  /** A row says truly which way it goes. */
  @Test
  void upwardIsUpwardAndTheOthersAreDownward() {
    for (Row row : LiveMatrix.read().rows()) {
      if (!row.key().equals("synLinearTimeouts")) {
        double change = Double.parseDouble(row.then()) - Double.parseDouble(row.before());
        assertThat(change > 0).as(row.toString()).isEqualTo(row.direction().equals("upward"));
      }
    }
  }
}
