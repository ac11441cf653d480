package io.karavel.tcp.spi;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A set of connections by their four parts, looked at for every packet while two TCP modules share
 * a lane. Open addressing; the hash is seeded, so that no peer can aim at one bucket. One thread.
 */
public final class FlowSet {
  private static final int MINIMUM_CAPACITY = 16;

  private final long seed = new SplittableRandom().nextLong();
  private long[] addresses = new long[MINIMUM_CAPACITY];
  private int[] ports = new int[MINIMUM_CAPACITY];
  private boolean[] used = new boolean[MINIMUM_CAPACITY];
  private int size;

  /** An empty set. */
  public FlowSet() {}

  private static long addresses(int localIpv4, int remoteIpv4) {
    return (long) localIpv4 << 32 | remoteIpv4 & 0xffffffffL;
  }

  private int home(long address, int port) {
    long h = (address ^ seed) * 0x9e3779b97f4a7c15L;
    h = (h ^ h >>> 32 ^ port) * 0xbf58476d1ce4e5b9L;
    return (int) (h >>> 33) & used.length - 1;
  }

  private int find(long address, int port) {
    int mask = used.length - 1;
    int i = home(address, port);
    while (used[i] && (addresses[i] != address || ports[i] != port)) {
      i = i + 1 & mask;
    }
    return i;
  }

  /** How many there are. */
  public int size() {
    return size;
  }

  /** Whether it is in the set. */
  public boolean contains(int localIpv4, int localPort, int remoteIpv4, int remotePort) {
    return used[find(addresses(localIpv4, remoteIpv4), localPort << 16 | remotePort)];
  }

  /** Takes one in; nothing happens if it is there. */
  public void add(int localIpv4, int localPort, int remoteIpv4, int remotePort) {
    put(addresses(localIpv4, remoteIpv4), localPort << 16 | remotePort);
  }

  private void put(long address, int port) {
    int i = find(address, port);
    if (used[i]) {
      return;
    }
    if (++size * 2 > used.length) {
      grow();
      i = find(address, port);
    }
    addresses[i] = address;
    ports[i] = port;
    used[i] = true;
  }

  private void grow() {
    long[] oldAddresses = addresses;
    int[] oldPorts = ports;
    boolean[] oldUsed = used;
    addresses = new long[oldUsed.length * 2];
    ports = new int[oldUsed.length * 2];
    used = new boolean[oldUsed.length * 2];
    for (int from = 0; from < oldUsed.length; from++) {
      if (oldUsed[from]) {
        int i = find(oldAddresses[from], oldPorts[from]);
        addresses[i] = oldAddresses[from];
        ports[i] = oldPorts[from];
        used[i] = true;
      }
    }
  }

  /** Takes one out; says whether it was there. */
  public boolean remove(int localIpv4, int localPort, int remoteIpv4, int remotePort) {
    int gap = find(addresses(localIpv4, remoteIpv4), localPort << 16 | remotePort);
    if (!used[gap]) {
      return false;
    }
    size--;
    int mask = used.length - 1;
    for (int i = gap + 1 & mask; used[i]; i = i + 1 & mask) {
      int home = home(addresses[i], ports[i]);
      if ((i - home & mask) >= (i - gap & mask)) {
        addresses[gap] = addresses[i];
        ports[gap] = ports[i];
        gap = i;
      }
    }
    used[gap] = false;
    return true;
  }

  /** Empties it. */
  public void clear() {
    Arrays.fill(used, false);
    size = 0;
  }

  /** Is shown a connection. */
  @FunctionalInterface
  public interface Visitor {
    /** One of the set. */
    void visit(int localIpv4, int localPort, int remoteIpv4, int remotePort);
  }

  /** Shows every one, in no order; the visitor must not change the set. */
  public void forEach(Visitor visitor) {
    for (int i = 0; i < used.length; i++) {
      if (used[i]) {
        visitor.visit(
            (int) (addresses[i] >>> 32), ports[i] >>> 16, (int) addresses[i], ports[i] & 0xffff);
      }
    }
  }
}
