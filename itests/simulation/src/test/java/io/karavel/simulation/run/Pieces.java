package io.karavel.simulation.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What has come of a stream out of order, from a number to behind one. */
final class Pieces {
  private final TreeMap<Long, Long> byLeft = new TreeMap<>();

  /** Something has come; answers what is contiguous then. */
  long add(long from, long to, long contiguous) {
    long left = Math.max(from, contiguous);
    long right = to;
    if (right <= left) {
      return contiguous;
    }
    Map.Entry<Long, Long> before = byLeft.floorEntry(left);
    if (before != null && before.getValue() >= left) {
      left = before.getKey();
      right = Math.max(right, before.getValue());
    }
    for (Map.Entry<Long, Long> next = byLeft.ceilingEntry(left);
        next != null && next.getKey() <= right;
        next = byLeft.ceilingEntry(left)) {
      right = Math.max(right, next.getValue());
      byLeft.remove(next.getKey());
    }
    if (left <= contiguous) {
      return right;
    }
    byLeft.put(left, right);
    return contiguous;
  }

  List<long[]> all() {
    List<long[]> all = new ArrayList<>();
    byLeft.forEach((from, to) -> all.add(new long[] {from, to}));
    return all;
  }

  void clear() {
    byLeft.clear();
  }
}
