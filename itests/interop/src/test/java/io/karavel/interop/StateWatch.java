package io.karavel.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks every few milliseconds at the states of the connections of one end, from a thread of the
 * process that has them, and writes each change down with its time.
 */
final class StateWatch {
  private static final long STEP_NANOS = 4_000_000;

  /** What a port without a connection has. */
  static final String NONE = "-";

  private final Callable<Map<Integer, String>> table;
  private final Map<Integer, String> last = new TreeMap<>();
  private final List<String> changes = new ArrayList<>();
  private boolean started;

  /**
   * A watch that {@link #changesSince} starts.
   *
   * @param table the state of the connection of each port, at whichever end the port is
   */
  StateWatch(Callable<Map<Integer, String>> table) {
    this.table = table;
  }

  /** All changes from an index on, as "seconds since 1970, port, state". */
  synchronized List<String> changesSince(int index) {
    if (!started) {
      started = true;
      Thread thread = new Thread(this::run, "states");
      thread.setDaemon(true);
      thread.start();
    }
    return List.copyOf(changes.subList(index, changes.size()));
  }

  private void run() {
    try {
      while (true) {
        double seconds = System.currentTimeMillis() / 1e3;
        note(seconds, table.call());
        LockSupport.parkNanos(STEP_NANOS);
      }
    } catch (Exception e) {
      synchronized (this) {
        changes.add("0 0 " + String.valueOf(e).replaceAll("\\s", "_"));
      }
    }
  }

  private synchronized void note(double seconds, Map<Integer, String> seen) {
    last.replaceAll((port, state) -> noted(seconds, port, state, seen.getOrDefault(port, NONE)));
    seen.forEach(
        (port, state) -> {
          if (!last.containsKey(port)) {
            last.put(port, noted(seconds, port, NONE, state));
          }
        });
  }

  private String noted(double seconds, int port, String before, String now) {
    if (!before.equals(now)) {
      changes.add(String.format(Locale.ROOT, "%.3f %d %s", seconds, port, now));
    }
    return now;
  }
}
