package io.karavel.scripts.segments;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.DropReason;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.script.PacketScript;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/**
 * Every state × kind of segment, one row each: RFC 9293 §3.10.7 with RFC 5961 (RST, SYN and ACK),
 * RFC 7323 (PAWS), RFC 1337 and RFC 6191 (TIME-WAIT) worked in.
 *
 * <p>The rows are in {@code segment-arrives.txt}. Each is tried without timestamps, with them, with
 * an older one, and where they are agreed on without one.
 */
@Rfc({"9293 3.10.7", "9293 3.10.7.4", "5961 3.2", "5961 4.2", "5961 5.2", "7323 5"})
class SegmentArrivesTest {
  /** Eleven states, one of them twice, and what can arrive in each. */
  private static final int CELLS = 281;

  private PacketScript reach(String state, boolean timestamps) {
    PacketScript script = PacketScript.create();
    switch (state) {
      case "CLOSED" -> {}
      case "LISTEN" -> script.listen();
      case "SYN_SENT" -> script.connect().expect("S 0:0(0)");
      case "SYN_RECEIVED" -> script.listen().inject(syn("S 0:0(0)", timestamps)).discardSent();
      case "SIMULTANEOUS" ->
          script.connect().expect("S 0:0(0)").inject(syn("S 0:0(0)", timestamps)).discardSent();
      default -> {
        script.openPassively(syn("S 0:0(0)", timestamps)).discardSent();
        goOn(script, state, timestamps);
        script.discardSent().expectState(TcpState.valueOf(state));
      }
    }
    return script;
  }

  private void goOn(PacketScript script, String state, boolean timestamps) {
    switch (state) {
      case "ESTABLISHED" -> script.write(100);
      case "CLOSE_WAIT" -> script.inject(with("F. 1:1(0) ack 1", timestamps)).write(100);
      case "LAST_ACK" -> script.inject(with("F. 1:1(0) ack 1", timestamps)).shutdownOutput();
      default -> {
        script.shutdownOutput().discardSent();
        String next =
            switch (state) {
              case "FIN_WAIT_2" -> ". 1:1(0) ack 2";
              case "CLOSING" -> "F. 1:1(0) ack 1";
              case "TIME_WAIT" -> "F. 1:1(0) ack 2";
              default -> null;
            };
        if (next != null) {
          script.inject(with(next, timestamps));
        }
      }
    }
  }

  private static String syn(String syn, boolean timestamps) {
    return syn + " win 65535 <mss 1460" + (timestamps ? ",TS>" : ">");
  }

  private static String with(String segment, boolean timestamps) {
    return timestamps ? segment + " <TS>" : segment;
  }

  private static String timestamp(ArrivingSegment segment, String text, String timestamp) {
    return text + (segment.syn() ? " win 65535 <mss 1460," : " <") + timestamp + ">";
  }

  /**
   * Tries a row.
   *
   * @param timestamp the option that the segment brings, or null if they are not agreed on
   */
  private void run(String state, String row, String timestamp) {
    String[] cells = row.split("\\|", -1);
    PacketScript script = reach(state, timestamp != null);
    String text = cells[0].trim();
    ArrivingSegment segment = ArrivingSegment.parse(text);
    if (timestamp != null) {
      script.inject(timestamp(segment, text, timestamp));
    } else {
      script.inject(segment.syn() ? syn(text, false) : text);
    }
    String answers = cells[1].trim();
    if (answers.equals("-")) {
      script.expectNothingFor("50ms");
    } else {
      for (String answer : answers.split(";", -1)) {
        script.expectWithin("50ms", answer.trim());
      }
      script.expectNothingFor("50ms");
    }
    TcpState expected = TcpState.valueOf(cells[2].trim());
    if (state.equals("TIME_WAIT") && expected == TcpState.SYN_RECEIVED) {
      assertThat(script.info().state()).as("of the tuple opened anew").isEqualTo(expected);
    } else {
      script.expectState(expected);
    }
    assertThat(script.harness().drops())
        .as("the reason, if it ended early")
        .isEqualTo(drops(ExpectedDrop.of(state, text)));
    String rest = cells.length > 3 ? cells[3].trim() : "";
    if (rest.matches("[0-9]+")) {
      assertThat(script.socket().available()).as("readable").isEqualTo(Long.parseLong(rest));
      assertThat(script.socket().failure()).isNull();
    } else if (!rest.isEmpty()) {
      script.expectFailure(TcpError.valueOf(rest));
    }
    script.end();
  }

  /** The same segment with a timestamp older than the last: acknowledged and dropped (PAWS). */
  private void runOld(String state, ArrivingSegment segment, String text, String acknowledgement) {
    PacketScript script = reach(state, true);
    TcpState before = script.info().state();
    script
        .inject(timestamp(segment, text, "TS val 7 ecr 0"))
        .expectWithin("50ms", acknowledgement)
        .expectNothingFor("50ms")
        .expectState(before)
        .check(s -> assertThat(s.harness().drops()).isEqualTo(drops(old(state, segment))))
        .end();
  }

  /** The same segment without the timestamp that was agreed on: silently dropped. */
  private void runWithout(String state, String text) {
    PacketScript script = reach(state, true);
    TcpState before = script.info().state();
    DropReason reason = state.equals("TIME_WAIT") ? DropReason.TCP_TIME_WAIT : DropReason.TCP_PAWS;
    script
        .inject(text)
        .expectNothingFor("50ms")
        .expectState(before)
        .check(s -> assertThat(s.harness().drops()).isEqualTo(drops(reason)))
        .end();
  }

  private static Map<DropReason, Long> drops(DropReason reason) {
    return reason == null ? Map.of() : Map.of(reason, 1L);
  }

  private static DropReason old(String state, ArrivingSegment segment) {
    return switch (state) {
      case "TIME_WAIT" -> DropReason.TCP_TIME_WAIT;
      case "SYN_RECEIVED" -> segment.syn() ? DropReason.TCP_SYN_CHALLENGED : DropReason.TCP_PAWS;
      default -> DropReason.TCP_PAWS;
    };
  }

  private static DynamicTest test(String row, String how, Executable executable) {
    return DynamicTest.dynamicTest(row.replaceAll("\\s+", " ") + how, executable);
  }

  private List<DynamicTest> rows(String state) {
    List<DynamicTest> tests = new ArrayList<>();
    for (String row : SegmentTable.of(state).rows()) {
      tests.add(test(row, "", () -> run(state, row, null)));
      tests.add(test(row, ", timestamps", () -> run(state, row, "TS")));
    }
    return tests;
  }

  /** RST is judged whatever its timestamp says (RFC 7323 §5.2). */
  private List<DynamicTest> rows(String state, String acknowledgement) {
    List<DynamicTest> tests = rows(state);
    for (String row : SegmentTable.of(state).rows()) {
      String text = row.split("\\|", -1)[0].trim();
      ArrivingSegment segment = ArrivingSegment.parse(text);
      if (segment.rst()) {
        tests.add(test(row, ", timestamp older", () -> run(state, row, "TS val 7 ecr 0")));
      } else {
        tests.add(
            test(text, ", timestamp older", () -> runOld(state, segment, text, acknowledgement)));
      }
      if (!segment.rst() && !segment.syn()) {
        tests.add(test(text, ", timestamp missing", () -> runWithout(state, text)));
      }
    }
    return tests;
  }

  @Test
  void noCellOfStateAndKindIsEmpty() {
    Map<String, SegmentTable> tables = SegmentTable.all();
    Set<String> states = new TreeSet<>(tables.keySet());
    assertThat(states.remove("SIMULTANEOUS")).isTrue();
    assertThat(states)
        .isEqualTo(
            Stream.of(TcpState.values()).map(Enum::name).collect(toCollection(TreeSet::new)));
    int cells = 0;
    List<String> missing = new ArrayList<>();
    for (SegmentTable table : tables.values()) {
      Set<SegmentKind> tried = EnumSet.noneOf(SegmentKind.class);
      for (String row : table.rows()) {
        tried.addAll(SegmentKind.of(table, ArrivingSegment.parse(row.split("\\|", -1)[0].trim())));
      }
      for (SegmentKind kind : SegmentKind.of(table.state())) {
        cells++;
        if (!tried.contains(kind)) {
          missing.add(table.state() + " × " + kind);
        }
      }
    }
    assertThat(missing).isEmpty();
    assertThat(cells).as("states × kinds").isEqualTo(CELLS);
  }

  @TestFactory
  List<DynamicTest> closed() {
    return rows("CLOSED");
  }

  @TestFactory
  List<DynamicTest> listen() {
    return rows("LISTEN");
  }

  @TestFactory
  List<DynamicTest> synSent() {
    return rows("SYN_SENT");
  }

  @TestFactory
  List<DynamicTest> synReceived() {
    return rows("SYN_RECEIVED", ". 1:1(0) ack 1");
  }

  @TestFactory
  List<DynamicTest> synReceivedOfASimultaneousOpening() {
    return rows("SIMULTANEOUS", ". 1:1(0) ack 1");
  }

  @TestFactory
  @Rfc("9293 SHLD-2")
  List<DynamicTest> established() {
    return rows("ESTABLISHED", ". 101:101(0) ack 1");
  }

  @TestFactory
  List<DynamicTest> finWait1() {
    return rows("FIN_WAIT_1", ". 2:2(0) ack 1");
  }

  @TestFactory
  List<DynamicTest> finWait2() {
    return rows("FIN_WAIT_2", ". 2:2(0) ack 1");
  }

  @TestFactory
  List<DynamicTest> closeWait() {
    return rows("CLOSE_WAIT", ". 101:101(0) ack 2");
  }

  @TestFactory
  List<DynamicTest> closing() {
    return rows("CLOSING", ". 2:2(0) ack 2");
  }

  @TestFactory
  List<DynamicTest> lastAck() {
    return rows("LAST_ACK", ". 2:2(0) ack 2");
  }

  @TestFactory
  @Rfc({"1337 3", "6191 2"})
  List<DynamicTest> timeWait() {
    return rows("TIME_WAIT", ". 2:2(0) ack 2");
  }
}
