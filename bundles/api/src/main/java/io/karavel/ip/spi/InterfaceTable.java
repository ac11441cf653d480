package io.karavel.ip.spi;

import io.karavel.ip.InterfaceSettings;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The configured interfaces of one stack, by index: a lasting object ({@link
 * io.karavel.engine.LaneContext#shared}) that the engine writes and the IP module reads. An
 * interface keeps its index as long as its configuration exists, whatever changes in it. Any
 * thread.
 */
public final class InterfaceTable {
  private final ConcurrentSkipListMap<Integer, InterfaceSettings> byIndex =
      new ConcurrentSkipListMap<>();
  private final AtomicInteger revision = new AtomicInteger();
  private int lastIndex;

  /** An empty table. */
  public InterfaceTable() {}

  /** Adds or changes the interface of that name; returns its index, 1 or more. */
  public synchronized int put(InterfaceSettings settings) {
    int index = indexOf(settings.name());
    if (index == 0) {
      index = ++lastIndex;
    }
    byIndex.put(index, settings);
    revision.incrementAndGet();
    return index;
  }

  /** Removes the interface of that name; nothing happens if there is none. */
  public synchronized void remove(String name) {
    int index = indexOf(name);
    if (index != 0) {
      byIndex.remove(index);
      revision.incrementAndGet();
    }
  }

  /** The index of a name, or 0. */
  public int indexOf(String name) {
    for (Map.Entry<Integer, InterfaceSettings> entry : byIndex.entrySet()) {
      if (entry.getValue().name().equals(name)) {
        return entry.getKey();
      }
    }
    return 0;
  }

  /** The interfaces by index. */
  public Map<Integer, InterfaceSettings> interfaces() {
    return new java.util.TreeMap<>(byIndex);
  }

  /** Grows with every change. */
  public int revision() {
    return revision.get();
  }
}
