package io.karavel.simulation.rfc9293;

import java.util.Map;
import java.util.TreeMap;

/** Stretches of sequence space, none touching another. */
final class Ranges {
  private final TreeMap<Long, Long> byLeft = new TreeMap<>();

  void add(long from, long to) {
    if (from >= to) {
      return;
    }
    long left = from;
    long right = to;
    Map.Entry<Long, Long> before = byLeft.floorEntry(left);
    if (before != null && before.getValue() >= left) {
      left = before.getKey();
      right = Math.max(right, before.getValue());
    }
    Map.Entry<Long, Long> next = byLeft.ceilingEntry(left);
    while (next != null && next.getKey() <= right) {
      right = Math.max(right, next.getValue());
      byLeft.remove(next.getKey());
      next = byLeft.ceilingEntry(left);
    }
    byLeft.put(left, right);
  }

  /** Forgets everything below. */
  void removeBelow(long edge) {
    while (!byLeft.isEmpty() && byLeft.firstKey() < edge) {
      Map.Entry<Long, Long> first = byLeft.pollFirstEntry();
      if (first.getValue() > edge) {
        byLeft.put(edge, first.getValue());
      }
    }
  }

  boolean contains(long from, long to) {
    Map.Entry<Long, Long> entry = byLeft.floorEntry(from);
    return entry != null && entry.getValue() >= to;
  }

  /** The range that holds a number; null if none does. */
  long[] around(long number) {
    Map.Entry<Long, Long> entry = byLeft.floorEntry(number);
    return entry != null && entry.getValue() > number
        ? new long[] {entry.getKey(), entry.getValue()}
        : null;
  }

  /** Where what is contiguous with a number ends. */
  long contiguousFrom(long number) {
    Map.Entry<Long, Long> entry = byLeft.floorEntry(number);
    return entry != null && entry.getValue() > number ? entry.getValue() : number;
  }

  long bytes() {
    long sum = 0;
    for (Map.Entry<Long, Long> entry : byLeft.entrySet()) {
      sum += entry.getValue() - entry.getKey();
    }
    return sum;
  }

  int count() {
    return byLeft.size();
  }

  void clear() {
    byLeft.clear();
  }

  @Override
  public String toString() {
    return byLeft.toString();
  }
}
