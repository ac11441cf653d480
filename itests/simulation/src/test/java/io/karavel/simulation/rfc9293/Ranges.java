package io.karavel.simulation.rfc9293;

import java.util.ArrayList;
import java.util.List;
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

  /** Whether one of them holds some of a stretch or touches it. */
  boolean touches(long from, long to) {
    Map.Entry<Long, Long> entry = byLeft.floorEntry(to);
    return entry != null && entry.getValue() >= from;
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

  /** How much of a stretch is in it. */
  long overlap(long from, long to) {
    long sum = 0;
    for (Map.Entry<Long, Long> entry : byLeft.entrySet()) {
      sum += Math.max(0, Math.min(to, entry.getValue()) - Math.max(from, entry.getKey()));
    }
    return sum;
  }

  long bytes() {
    long sum = 0;
    for (Map.Entry<Long, Long> entry : byLeft.entrySet()) {
      sum += entry.getValue() - entry.getKey();
    }
    return sum;
  }

  /** All of them, from the left. */
  List<long[]> all() {
    List<long[]> all = new ArrayList<>();
    byLeft.forEach((left, right) -> all.add(new long[] {left, right}));
    return all;
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
