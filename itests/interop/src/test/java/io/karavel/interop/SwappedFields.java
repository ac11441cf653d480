package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code tcp:show --json} says of a connection is the same before and after a swap. Embryos
 * and TIME-WAIT, which have no number, are compared by their line of {@code tcp:list}.
 */
final class SwappedFields {
  private static final List<String> MODULES = List.of("tcp", "ip", "timer");
  private static final int TRIES = 20;
  private static final Pattern FIELD = Pattern.compile("\"(\\w+)\" : (.*?),?");
  private static final Pattern RUNNING = Pattern.compile("\"([0-9.]+) ms( ago)?\"");

  private SwappedFields() {}

  /** Swaps each module and compares the connection of a port, which the stack must have. */
  static void assertKept(StackProcess stack, int port) {
    for (String module : MODULES) {
      boolean isQuiet = false;
      for (int i = 0; i < TRIES && !isQuiet; i++) {
        Map<String, String> before = fields(stack, port);
        stack.ask("swap " + module);
        Map<String, String> after = fields(stack, port);
        isQuiet = !hasMoved(before, after);
        if (isQuiet) {
          assertThat(still(after)).as("after the swap of " + module).isEqualTo(still(before));
        }
      }
      assertThat(isQuiet).as("nothing was sent or came over one of the swaps").isTrue();
    }
  }

  /** Whether something came or was sent again between two looks, so that they may differ. */
  private static boolean hasMoved(Map<String, String> before, Map<String, String> after) {
    return number(after, "retransmits") > number(before, "retransmits")
        || number(after, "timerCount") > number(before, "timerCount")
        || number(after, "lastReceived") < number(before, "lastReceived");
  }

  private static double number(Map<String, String> fields, String name) {
    String text = fields.getOrDefault(name, "0");
    Matcher time = RUNNING.matcher(text);
    return Double.parseDouble(time.matches() ? time.group(1) : text);
  }

  /** Without what goes on with time alone: how long until a timer, or since something. */
  private static Map<String, String> still(Map<String, String> fields) {
    Map<String, String> still = new LinkedHashMap<>(fields);
    still.remove("timerMillis");
    still.remove("since");
    still.replaceAll(
        (name, value) ->
            (name.endsWith("Timer") || name.equals("lastReceived"))
                    && RUNNING.matcher(value).matches()
                ? "runs"
                : value);
    return still;
  }

  private static Map<String, String> fields(StackProcess stack, int port) {
    String[] line =
        stack.ask("shell tcp:list --no-format --limit 0").stream()
            .map(row -> row.split("\t", -1))
            .filter(words -> !words[1].equals("LISTEN"))
            .filter(words -> words[4].endsWith(":" + port) || words[5].endsWith(":" + port))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no connection of port " + port));
    Map<String, String> fields = new LinkedHashMap<>();
    if (line[0].equals("0")) {
      fields.put("state", line[1]);
      fields.put("queues", line[2] + " " + line[3]);
      fields.put("local", line[4]);
      fields.put("peer", line[5]);
      return fields;
    }
    for (String row : stack.ask("shell tcp:show --json " + line[0])) {
      Matcher field = FIELD.matcher(row.strip());
      if (field.matches()) {
        fields.put(field.group(1), field.group(2));
      }
    }
    assertThat(fields).containsKeys("state", "local", "peer", "timerCount");
    return fields;
  }
}
