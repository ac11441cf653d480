package io.karavel.control.internal.configuration;

import io.karavel.engine.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Disk, stored configurations and modules of a machine that dies at a chosen step. What a process
 * did outlives its death; of what was not forced to the disk a power cut leaves any part, and of
 * new names and deletions the first ones, as journaling file systems do.
 */
final class MortalMachine implements Disk, ConfigurationStore, ModuleReports {
  /** The end, at a chosen step. */
  static final class Dead extends Error {
    private static final long serialVersionUID = 1L;
  }

  /**
   * How it dies.
   *
   * @param power whether the power is cut, instead of the process being killed
   * @param data how much of what was being written is left, in fifths
   * @param names how many new names and deletions are left; counts for a power cut
   */
  record Death(boolean power, int data, int names) {}

  /** A file, whatever its name. */
  private static final class Inode {
    String text = "";
    String forced = "";

    String left(int data) {
      if (data == 0) {
        return forced;
      }
      return text.startsWith(forced)
          ? forced + part(text.substring(forced.length()), data)
          : part(text, data);
    }
  }

  private static String part(String text, int data) {
    return text.substring(0, text.length() * data / ALL);
  }

  /** Nothing of it is missing. */
  static final int ALL = 5;

  private final Map<Path, Inode> names = new HashMap<>();
  private final Map<Path, Inode> durableNames = new HashMap<>();
  private final List<Consumer<Map<Path, Inode>>> newNames = new ArrayList<>();
  final Map<String, Map<String, String>> stored = new TreeMap<>();
  private final Map<String, Map<String, String>> settled = new TreeMap<>();
  private boolean dead;
  private Death death = new Death(false, 0, 0);
  private int dieAt = Integer.MAX_VALUE;

  /** Steps so far. */
  int steps;

  /** Configurations written so far. */
  int writes;

  /** A PID whose module refuses everything. */
  String refusing;

  /** From now on it dies at a step, counted from 0. */
  void dieAt(int step, Death how) {
    steps = 0;
    dieAt = step;
    death = how;
  }

  /** It dies no more. */
  void live() {
    dieAt = Integer.MAX_VALUE;
  }

  /** The machine starts again, with what is left. */
  void startAgain() {
    if (!dead) {
      return;
    }
    dead = false;
    if (death.power()) {
      newNames.stream().limit(death.names()).forEach(change -> change.accept(durableNames));
      names.clear();
      names.putAll(durableNames);
      for (Inode inode : names.values()) {
        inode.text = inode.left(death.data());
        inode.forced = inode.text;
      }
      newNames.clear();
    }
    stored.replaceAll((pid, values) -> leftOf(values, settled.getOrDefault(pid, Map.of())));
    settled.clear();
    stored.forEach((pid, values) -> settled.put(pid, new TreeMap<>(values)));
  }

  /** A file that was being written when it died holds what was, a part, or what is to be. */
  private Map<String, String> leftOf(Map<String, String> values, Map<String, String> before) {
    if (values.equals(before) || death.data() == ALL) {
      return values;
    }
    if (death.data() == 0) {
      return death.power() ? new TreeMap<>(before) : values;
    }
    StringBuilder text = new StringBuilder();
    values.forEach((key, value) -> text.append(key).append(" = ").append(value).append('\n'));
    Map<String, String> torn = new TreeMap<>();
    part(text.toString(), death.data())
        .lines()
        .map(line -> line.split(" ?= ?", -1))
        .forEach(cells -> torn.put(cells[0], cells.length > 1 ? cells[1] : ""));
    return torn;
  }

  private void step(Runnable whole, Runnable torn) {
    if (dead) {
      throw new Dead();
    }
    if (steps++ == dieAt) {
      dead = true;
      torn.run();
      throw new Dead();
    }
    whole.run();
  }

  private void step(Runnable whole) {
    step(whole, () -> {});
  }

  // ---- the disk ----

  @Override
  public String read(Path file) {
    Inode inode = names.get(file);
    return inode == null ? null : inode.text;
  }

  private Inode named(Path file) {
    Inode inode = names.get(file);
    if (inode == null) {
      Inode fresh = new Inode();
      name(all -> all.put(file, fresh));
      inode = fresh;
    }
    return inode;
  }

  private void name(Consumer<Map<Path, Inode>> change) {
    change.accept(names);
    newNames.add(change);
  }

  @Override
  public void write(Path file, String text) {
    step(() -> named(file).text = text, () -> named(file).text = part(text, death.data()));
  }

  @Override
  public void append(Path file, String text) {
    step(() -> named(file).text += text, () -> named(file).text += part(text, death.data()));
  }

  @Override
  public void force(Path file) {
    step(() -> names.get(file).forced = names.get(file).text);
  }

  @Override
  public void rename(Path from, Path to) {
    step(() -> name(all -> all.put(to, all.remove(from))));
  }

  @Override
  public void delete(Path file) {
    step(
        () -> {
          if (names.containsKey(file)) {
            name(all -> all.remove(file));
          }
        });
  }

  @Override
  public void forceDirectory(Path directory) {
    step(
        () -> {
          newNames.forEach(change -> change.accept(durableNames));
          newNames.clear();
        });
  }

  // ---- what is stored ----

  @Override
  public List<String> instances() {
    return List.of();
  }

  @Override
  public Map<String, String> read(String pid) {
    return new TreeMap<>(stored.getOrDefault(pid, Map.of()));
  }

  @Override
  public Map<String, String> inFile(String pid) {
    return null;
  }

  @Override
  public void write(String pid, Map<String, String> changes) {
    step(
        () -> {
          writes++;
          Map<String, String> values = stored.computeIfAbsent(pid, p -> new TreeMap<>());
          changes.forEach(
              (key, value) -> {
                if (value == null) {
                  values.remove(key);
                } else {
                  values.put(key, value);
                }
              });
        });
  }

  @Override
  public void settle(List<String> pids) {
    for (String pid : pids) {
      step(() -> settled.put(pid, read(pid)));
    }
  }

  // ---- the modules ----

  @Override
  public Answer await(String pid, Map<String, String> values, Setting.Applies applies) {
    step(() -> {});
    return new Answer(true, 0, pid.equals(refusing) ? pid + " does not like it" : null);
  }

  /** What is stored, PIDs without anything left out. */
  Map<String, Map<String, String>> stored() {
    Map<String, Map<String, String>> some = new LinkedHashMap<>();
    stored.forEach(
        (pid, values) -> {
          if (!values.isEmpty()) {
            some.put(pid, new TreeMap<>(values));
          }
        });
    return some;
  }
}
