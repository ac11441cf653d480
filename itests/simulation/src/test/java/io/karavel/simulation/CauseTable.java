package io.karavel.simulation;

import io.karavel.simulation.run.Goal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code causes.txt}: which cause leads from which state to which. */
final class CauseTable {
  private final Map<String, String> names = new LinkedHashMap<>();
  private final List<String> columns = new ArrayList<>();
  private final Set<String> causes = new LinkedHashSet<>();
  private final Set<Goal> goals = new LinkedHashSet<>();
  private final Set<String> reasonsUsed = new LinkedHashSet<>();
  private final Set<String> reasonsGiven = new LinkedHashSet<>();
  private int cells;

  private CauseTable() {}

  static CauseTable read() {
    CauseTable table = new CauseTable();
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                CauseTable.class.getResourceAsStream("causes.txt"), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        table.take(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return table;
  }

  private void take(String line) {
    if (line.matches("# [A-Z][A-Z0-9] [A-Z].*")) {
      for (String pair : line.substring(2).split(",\\s*")) {
        names.put(pair.split(" ")[0], pair.split(" ")[1]);
      }
    } else if (line.startsWith("# cause")) {
      columns.addAll(List.of(line.substring(7).strip().split("\\s+")));
    } else if (line.matches("[a-z]  .*")) {
      reasonsGiven.add(line.substring(0, 1));
    } else if (!line.isBlank() && !line.startsWith("#")) {
      row(line.split("\\s+"));
    }
  }

  private void row(String[] words) {
    if (words.length != columns.size() + 1 || !causes.add(words[0])) {
      throw new AssertionError("the row " + words[0]);
    }
    for (int i = 1; i < words.length; i++) {
      cells++;
      for (String cell : words[i].split(",")) {
        if (cell.length() == 1) {
          reasonsUsed.add(cell);
        } else {
          goals.add(new Goal(state(columns.get(i - 1)), words[0], state(cell)));
        }
      }
    }
  }

  private String state(String abbreviation) {
    String state = names.get(abbreviation);
    if (state == null) {
      throw new AssertionError("the state " + abbreviation);
    }
    return state;
  }

  Set<String> causes() {
    return causes;
  }

  Set<String> states() {
    return new LinkedHashSet<>(columns.stream().map(this::state).toList());
  }

  int cells() {
    return cells;
  }

  /** Every change of state that there can be. */
  Set<Goal> goals() {
    return goals;
  }

  Set<String> reasonsUsed() {
    return reasonsUsed;
  }

  Set<String> reasonsGiven() {
    return reasonsGiven;
  }
}
