package io.karavel.scripts.segments;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a segment does in one state: a section of {@code segment-arrives.txt}.
 *
 * @param una SND.UNA, relative
 * @param next SND.NXT, relative
 * @param receive RCV.NXT, relative
 * @param rows as the file's head says
 */
record SegmentTable(String state, int una, int next, int receive, List<String> rows) {
  private static final Pattern HEAD =
      Pattern.compile("\\[(\\w+)](?: una (\\d+) next (\\d+) receive (\\d+))?");

  /** All of them, by state. */
  static Map<String, SegmentTable> all() {
    Map<String, SegmentTable> all = new LinkedHashMap<>();
    try (var in = SegmentTable.class.getResourceAsStream("/segment-arrives.txt")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      SegmentTable last = null;
      for (String line : text.lines().filter(l -> !l.isBlank() && !l.startsWith("#")).toList()) {
        Matcher head = HEAD.matcher(line);
        if (head.matches()) {
          last =
              new SegmentTable(
                  head.group(1),
                  number(head.group(2)),
                  number(head.group(3)),
                  number(head.group(4)),
                  new ArrayList<>());
          all.put(last.state, last);
        } else if (last != null) {
          last.rows.add(line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  private static int number(String digits) {
    return digits == null ? 0 : Integer.parseInt(digits);
  }

  /** The section of a state. */
  static SegmentTable of(String state) {
    return all().get(state);
  }
}
