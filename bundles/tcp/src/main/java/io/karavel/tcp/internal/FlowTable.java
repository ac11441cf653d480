package io.karavel.tcp.internal;

import java.util.function.Consumer;

/**
 * Finds what there is for the four parts of a connection: open connections, embryos, TIME-WAIT
 * records. Open addressing with primitive keys; the hash is keyed with a secret, so that a peer
 * cannot aim at one bucket.
 *
 * <p>It is cut into {@value #SHARDS} shards that grow and shrink each for itself, so that no insert
 * ever moves more than a 256th of a million entries. One thread.
 *
 * @param <V> what is kept
 */
final class FlowTable<V> {
  /** Number of independent parts. */
  static final int SHARDS = 256;

  /** A walk goes through each shard in so many steps; see {@link #walk}. */
  private static final int RANGES_PER_SHARD = 64;

  private static final int MINIMUM_CAPACITY = 8;

  private final long multiplier0;
  private final long multiplier1;
  private final long seed;
  private final Shard[] shards = new Shard[SHARDS];
  private int size;

  /** One open-addressing table; the home of a key is given by the high bits of its hash. */
  private static final class Shard {
    long[] addresses = new long[MINIMUM_CAPACITY];
    int[] ports = new int[MINIMUM_CAPACITY];
    Object[] values = new Object[MINIMUM_CAPACITY];
    int size;
  }

  /** An empty table whose hash is keyed with a secret. */
  FlowTable(long seed0, long seed1) {
    seed = seed0;
    multiplier0 = seed1 | 1;
    multiplier1 = Long.rotateLeft(seed0 * 0x9e3779b97f4a7c15L, 29) | 1;
  }

  private static long addresses(int localIpv4, int remoteIpv4) {
    return (long) localIpv4 << 32 | (remoteIpv4 & 0xffffffffL);
  }

  private static int ports(int localPort, int remotePort) {
    return localPort << 16 | remotePort;
  }

  /** The hash of a key; also used to spread flows over listeners that share a port. */
  private long hash(long addresses, int ports) {
    long h = (addresses ^ seed) * multiplier0;
    h ^= h >>> 32;
    h = (h + (ports & 0xffffffffL)) * multiplier1;
    h ^= h >>> 29;
    h *= 0xbf58476d1ce4e5b9L;
    return h ^ h >>> 32;
  }

  /** A hash of the flow for choosing among equals. */
  int flowHash(int localIpv4, int localPort, int remoteIpv4, int remotePort) {
    return (int) hash(addresses(localIpv4, remoteIpv4), ports(localPort, remotePort));
  }

  /** The high bits above those that select the shard. */
  private static int home(long hash, int capacity) {
    return (int) (hash << 8 >>> (64 - Integer.numberOfTrailingZeros(capacity)));
  }

  private static int shardOf(long hash) {
    return (int) (hash >>> 56);
  }

  /** Number of entries. */
  int size() {
    return size;
  }

  /** What is kept for a flow, or null. */
  @SuppressWarnings("unchecked")
  V find(int localIpv4, int localPort, int remoteIpv4, int remotePort) {
    long addresses = addresses(localIpv4, remoteIpv4);
    int ports = ports(localPort, remotePort);
    long hash = hash(addresses, ports);
    Shard shard = shards[shardOf(hash)];
    if (shard == null) {
      return null;
    }
    Object[] values = shard.values;
    int mask = values.length - 1;
    for (int i = home(hash, values.length); values[i] != null; i = i + 1 & mask) {
      if (shard.addresses[i] == addresses && shard.ports[i] == ports) {
        return (V) values[i];
      }
    }
    return null;
  }

  /**
   * Keeps a value for a flow.
   *
   * @return what was kept for it before, or null
   */
  @SuppressWarnings("unchecked")
  V put(int localIpv4, int localPort, int remoteIpv4, int remotePort, V value) {
    long addresses = addresses(localIpv4, remoteIpv4);
    int ports = ports(localPort, remotePort);
    long hash = hash(addresses, ports);
    Shard shard = shards[shardOf(hash)];
    if (shard == null) {
      shard = new Shard();
      shards[shardOf(hash)] = shard;
    }
    int mask = shard.values.length - 1;
    int i = home(hash, shard.values.length);
    while (shard.values[i] != null) {
      if (shard.addresses[i] == addresses && shard.ports[i] == ports) {
        V before = (V) shard.values[i];
        shard.values[i] = value;
        return before;
      }
      i = i + 1 & mask;
    }
    if ((shard.size + 1) * 4 > shard.values.length * 3) {
      resize(shard, shard.values.length * 2);
      mask = shard.values.length - 1;
      i = home(hash, shard.values.length);
      while (shard.values[i] != null) {
        i = i + 1 & mask;
      }
    }
    shard.addresses[i] = addresses;
    shard.ports[i] = ports;
    shard.values[i] = value;
    shard.size++;
    size++;
    return null;
  }

  /**
   * Forgets a flow.
   *
   * @return what was kept for it, or null
   */
  @SuppressWarnings("unchecked")
  V remove(int localIpv4, int localPort, int remoteIpv4, int remotePort) {
    long addresses = addresses(localIpv4, remoteIpv4);
    int ports = ports(localPort, remotePort);
    long hash = hash(addresses, ports);
    Shard shard = shards[shardOf(hash)];
    if (shard == null) {
      return null;
    }
    int mask = shard.values.length - 1;
    int i = home(hash, shard.values.length);
    while (shard.values[i] != null) {
      if (shard.addresses[i] == addresses && shard.ports[i] == ports) {
        V before = (V) shard.values[i];
        closeGap(shard, i);
        shard.size--;
        size--;
        if (shard.size == 0) {
          shards[shardOf(hash)] = null;
        } else if (shard.values.length > MINIMUM_CAPACITY && shard.size * 8 < shard.values.length) {
          resize(shard, shard.values.length / 2);
        }
        return before;
      }
      i = i + 1 & mask;
    }
    return null;
  }

  /** Moves back what was pushed past the gap, so that no tombstones are needed. */
  private void closeGap(Shard shard, int removed) {
    int mask = shard.values.length - 1;
    int gap = removed;
    int i = gap;
    while (true) {
      shard.values[gap] = null;
      int home;
      do {
        i = i + 1 & mask;
        if (shard.values[i] == null) {
          return;
        }
        home = home(hash(shard.addresses[i], shard.ports[i]), shard.values.length);
      } while (gap <= i ? gap < home && home <= i : gap < home || home <= i);
      shard.addresses[gap] = shard.addresses[i];
      shard.ports[gap] = shard.ports[i];
      shard.values[gap] = shard.values[i];
      gap = i;
    }
  }

  private void resize(Shard shard, int capacity) {
    long[] addresses = shard.addresses;
    int[] ports = shard.ports;
    Object[] values = shard.values;
    shard.addresses = new long[capacity];
    shard.ports = new int[capacity];
    shard.values = new Object[capacity];
    int mask = capacity - 1;
    for (int from = 0; from < values.length; from++) {
      if (values[from] != null) {
        int i = home(hash(addresses[from], ports[from]), capacity);
        while (shard.values[i] != null) {
          i = i + 1 & mask;
        }
        shard.addresses[i] = addresses[from];
        shard.ports[i] = ports[from];
        shard.values[i] = values[from];
      }
    }
  }

  /** Shows every entry; the consumer must not change the table. */
  @SuppressWarnings("unchecked")
  void forEach(Consumer<? super V> consumer) {
    for (Shard shard : shards) {
      if (shard != null) {
        for (Object value : shard.values) {
          if (value != null) {
            consumer.accept((V) value);
          }
        }
      }
    }
  }

  /**
   * Shows a part of the entries. Between calls entries may come and go and shards may change their
   * size: what is there all the time is shown exactly once, since a step is a range of hashes.
   *
   * @param cursor 0 to begin, then what the last call returned
   * @param examine about how many entries and empty shards to look at
   * @return the cursor of the next part; 0 at the end
   */
  int walk(int cursor, int examine, Consumer<? super V> consumer) {
    return walk(cursor, 0, examine, consumer);
  }

  /** The same, at most up to where another walk stopped; 0 for no such place. */
  @SuppressWarnings("unchecked")
  int walk(int cursor, int end, int examine, Consumer<? super V> consumer) {
    int left = examine;
    int at = cursor;
    int stop = end == 0 ? SHARDS * RANGES_PER_SHARD : end;
    while (at < stop) {
      if (left <= 0) {
        return at;
      }
      Shard shard = shards[at / RANGES_PER_SHARD];
      if (shard == null) {
        left--;
        at = Math.min(stop, (at / RANGES_PER_SHARD + 1) * RANGES_PER_SHARD);
        continue;
      }
      int mask = shard.values.length - 1;
      int range = at % RANGES_PER_SHARD;
      int first = range * shard.values.length / RANGES_PER_SHARD;
      int last = ((range + 1) * shard.values.length - 1) / RANGES_PER_SHARD;
      for (int n = 0, i = first; n <= mask; n++, i = i + 1 & mask) {
        if (shard.values[i] == null) {
          if (n >= last - first) {
            break;
          }
          continue;
        }
        long hash = hash(shard.addresses[i], shard.ports[i]);
        if ((int) (hash >>> 50 & RANGES_PER_SHARD - 1) == range) {
          left--;
          consumer.accept((V) shard.values[i]);
        }
      }
      at++;
    }
    return end;
  }
}
