package io.karavel.ip.internal;

import java.util.ArrayList;
import java.util.List;

/** The neighbours by interface and address: a hash table without boxing. Lane's thread. */
final class NeighbourTable {
  private Neighbour[] buckets = new Neighbour[64];
  private int size;

  int size() {
    return size;
  }

  Neighbour find(LinkInterface link, int address) {
    for (Neighbour n = buckets[bucket(link.index, address)]; n != null; n = n.nextInBucket) {
      if (n.address == address && n.link == link) {
        return n;
      }
    }
    return null;
  }

  void add(Neighbour neighbour) {
    if (size >= buckets.length) {
      grow();
    }
    int bucket = bucket(neighbour.link.index, neighbour.address);
    neighbour.nextInBucket = buckets[bucket];
    buckets[bucket] = neighbour;
    size++;
  }

  void remove(Neighbour neighbour) {
    int bucket = bucket(neighbour.link.index, neighbour.address);
    Neighbour previous = null;
    for (Neighbour n = buckets[bucket]; n != null; previous = n, n = n.nextInBucket) {
      if (n == neighbour) {
        if (previous == null) {
          buckets[bucket] = n.nextInBucket;
        } else {
          previous.nextInBucket = n.nextInBucket;
        }
        n.nextInBucket = null;
        size--;
        return;
      }
    }
  }

  /** All neighbours in order of interface and address. */
  List<Neighbour> all() {
    List<Neighbour> all = new ArrayList<>(size);
    for (Neighbour bucket : buckets) {
      for (Neighbour n = bucket; n != null; n = n.nextInBucket) {
        all.add(n);
      }
    }
    all.sort(
        (a, b) ->
            a.link.index != b.link.index
                ? Integer.compare(a.link.index, b.link.index)
                : Integer.compareUnsigned(a.address, b.address));
    return all;
  }

  /**
   * The neighbour that can best be done without: failed, then stale, then any other in use, the one
   * unused for longest; never a permanent one. Null if there are only those.
   */
  Neighbour mostDispensable(long nowNanos) {
    Neighbour best = null;
    int bestRank = Integer.MAX_VALUE;
    for (Neighbour bucket : buckets) {
      for (Neighbour n = bucket; n != null; n = n.nextInBucket) {
        int rank = rank(n, nowNanos);
        if (rank < bestRank
            || (rank == bestRank && best != null && n.usedAtNanos - best.usedAtNanos < 0)) {
          best = n;
          bestRank = rank;
        }
      }
    }
    return best;
  }

  private static int rank(Neighbour n, long nowNanos) {
    return switch (n.state) {
      case FAILED -> 0;
      case STALE -> 1;
      case REACHABLE -> nowNanos - n.confirmedAtNanos > n.reachableNanos ? 1 : 3;
      case INCOMPLETE -> 2;
      case DELAY, PROBE -> 3;
      case PERMANENT -> Integer.MAX_VALUE;
    };
  }

  private void grow() {
    Neighbour[] old = buckets;
    buckets = new Neighbour[old.length * 2];
    for (Neighbour bucket : old) {
      Neighbour n = bucket;
      while (n != null) {
        Neighbour next = n.nextInBucket;
        int index = bucket(n.link.index, n.address);
        n.nextInBucket = buckets[index];
        buckets[index] = n;
        n = next;
      }
    }
  }

  private int bucket(int index, int address) {
    int hash = (address + 31 * index) * 0x9E37_79B9;
    return (hash ^ (hash >>> 16)) & (buckets.length - 1);
  }
}
