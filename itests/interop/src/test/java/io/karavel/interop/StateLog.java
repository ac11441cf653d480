package io.karavel.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** The states of the connections of each port at both ends of a wire, and when they changed. */
final class StateLog implements AutoCloseable {
  private static final long STEP_NANOS = 20_000_000;

  /**
   * A change.
   *
   * @param seconds when it was noticed, since 1970
   * @param state the new one; empty if the connection is gone
   */
  record Change(double seconds, String state) {}

  private final RoutedWire wire;
  private final Map<String, List<Change>> changes = new TreeMap<>();
  private final Thread thread = new Thread(this::collect, "states");
  private volatile boolean stopped;
  private volatile Throwable failure;

  private StateLog(RoutedWire wire) {
    this.wire = wire;
  }

  static StateLog start(RoutedWire wire) {
    StateLog log = new StateLog(wire);
    log.thread.setDaemon(true);
    log.thread.start();
    return log;
  }

  private void collect() {
    try {
      int ours = 0;
      int kernels = 0;
      while (!stopped) {
        ours += add("ours ", wire.stack.ask("changes " + ours));
        kernels += add("kernel ", wire.sockets.ask("changes " + kernels));
        LockSupport.parkNanos(STEP_NANOS);
      }
    } catch (Throwable e) {
      failure = e;
    }
  }

  private int add(String end, List<String> lines) {
    synchronized (changes) {
      for (String line : lines) {
        String[] words = line.split(" ");
        if (words[1].equals("0")) {
          throw new IllegalStateException("the states cannot be watched: " + words[2]);
        }
        changes
            .computeIfAbsent(end + words[1], unused -> new ArrayList<>())
            .add(
                new Change(
                    Double.parseDouble(words[0]),
                    words[2].equals(StateWatch.NONE) ? "" : words[2]));
      }
    }
    return lines.size();
  }

  /** The states of one end's connection of a port so far. */
  List<Change> of(boolean ours, int port) {
    if (failure != null) {
      throw new AssertionError("the states could not be watched", failure);
    }
    synchronized (changes) {
      return List.copyOf(changes.getOrDefault((ours ? "ours " : "kernel ") + port, List.of()));
    }
  }

  /** The present one; empty if there is no connection. */
  String state(boolean ours, int port) {
    List<Change> list = of(ours, port);
    return list.isEmpty() ? "" : list.get(list.size() - 1).state();
  }

  /** When the present state was noticed first, in seconds since 1970. */
  double since(boolean ours, int port) {
    List<Change> list = of(ours, port);
    return list.isEmpty() ? 0 : list.get(list.size() - 1).seconds();
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join(5000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
