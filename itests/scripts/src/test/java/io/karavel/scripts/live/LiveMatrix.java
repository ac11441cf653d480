package io.karavel.scripts.live;

import io.karavel.engine.KeepaliveSettings;
import io.karavel.testkit.script.PacketScript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code live-matrix.txt}, whose head says what is in it. */
final class LiveMatrix {
  /**
   * A row.
   *
   * @param direction upward, downward or below
   * @param atMillis when the key is changed
   * @param outcome a word and times in seconds
   * @param others further keys in force from the beginning
   */
  record Row(
      String key,
      String state,
      String direction,
      long atMillis,
      String before,
      String then,
      String outcome,
      Map<String, String> others) {
    @Override
    public String toString() {
      return String.format(
          "%s in %s, %s: %s to %s, %s", key, state, direction, before, then, outcome);
    }
  }

  private final Map<String, List<String>> states = new LinkedHashMap<>();
  private final Map<String, String> elsewhere = new LinkedHashMap<>();
  private final List<Row> rows = new ArrayList<>();

  private LiveMatrix() {}

  static LiveMatrix read() {
    LiveMatrix matrix = new LiveMatrix();
    try (var in = LiveMatrix.class.getResourceAsStream("/live-matrix.txt")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      text.lines().filter(l -> !l.isBlank() && !l.startsWith("#")).forEach(matrix::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return matrix;
  }

  private void add(String line) {
    if (line.contains("|")) {
      rows.add(row(line.split("\\|", -1)));
    } else if (line.contains(" elsewhere: ")) {
      String[] parts = line.split(" elsewhere: ", -1);
      elsewhere.put(parts[0], parts[1]);
    } else {
      String[] parts = line.split(" in ", -1);
      states.put(parts[0], List.of(parts[1].split(" ", -1)));
    }
  }

  private static Row row(String[] cells) {
    Map<String, String> others = new LinkedHashMap<>();
    if (cells.length > 7) {
      for (String setting : cells[7].trim().split(" ", -1)) {
        String[] parts = setting.split("=", -1);
        others.put(parts[0], parts[1]);
      }
    }
    return new Row(
        cells[0].trim(),
        cells[1].trim(),
        cells[2].trim(),
        millis(cells[3].trim()),
        cells[4].trim(),
        cells[5].trim(),
        cells[6].trim(),
        others);
  }

  static long millis(String seconds) {
    return Math.round(Double.parseDouble(seconds) * 1000);
  }

  /** Sets a key of the PID that has it. */
  static void set(PacketScript script, String key, String value) {
    if (KeepaliveSettings.SCHEMA.setting(key) != null) {
      script.keepalive(key, value);
    } else {
      script.tcp(key, value);
    }
  }

  /** Of each key, the states in which something waits on it. */
  Map<String, List<String>> states() {
    return states;
  }

  /** Of each other key, the tests that show that it is live. */
  Map<String, String> elsewhere() {
    return elsewhere;
  }

  List<Row> rows() {
    return rows;
  }
}
