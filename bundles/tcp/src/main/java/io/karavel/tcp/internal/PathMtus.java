package io.karavel.tcp.internal;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What routers said about the MTU to hosts (RFC 1191 §6.3), as far as a connection believed it.
 * Forgotten after ten minutes, so that larger packets are tried again; bounded, the oldest goes
 * first. Lane's thread.
 */
final class PathMtus {
  /** Most hosts. */
  static final int MAXIMUM_HOSTS = 1024;

  /** How long a word of a router holds (RFC 1191 §6.3; Linux's mtu_expires). */
  static final long HOLD_NANOS = 600_000_000_000L;

  private static final int TAG_HOST = 1;
  private static final int TAG_MTU = 2;
  private static final int TAG_SET = 3;

  private record Said(int mtu, long setNanos) {}

  /** In the order in which they were set. */
  private final Map<Integer, Said> hosts = new LinkedHashMap<>();

  private int revision;

  /** When the last one was set. */
  private long latestNanos = Long.MIN_VALUE;

  /** Whether one came behind others that were set later. */
  private boolean unsorted;

  /** Changes whenever something is set or forgotten. */
  int revision() {
    return revision;
  }

  /** What the way to a host carries, at most {@code routeMtu}. */
  int mtu(int remoteIpv4, int routeMtu) {
    Said said = hosts.get(remoteIpv4);
    return said == null ? routeMtu : Math.min(said.mtu, routeMtu);
  }

  /** How many hosts there are. */
  int size() {
    return hosts.size();
  }

  /** A connection believes what a router said. */
  void set(int remoteIpv4, int mtu, long nowNanos) {
    hosts.remove(remoteIpv4);
    put(remoteIpv4, mtu, nowNanos);
  }

  private void put(int remoteIpv4, int mtu, long setNanos) {
    if (hosts.size() >= MAXIMUM_HOSTS) {
      if (unsorted) {
        sort();
      }
      Iterator<Integer> oldest = hosts.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
    hosts.put(remoteIpv4, new Said(mtu, setNanos));
    unsorted |= setNanos < latestNanos && hosts.size() > 1;
    latestNanos = Math.max(latestNanos, setNanos);
    revision++;
  }

  /** Forgets what is too old. */
  void expire(long nowNanos) {
    if (hosts.isEmpty()) {
      return;
    }
    if (unsorted) {
      sort();
    }
    for (Iterator<Said> all = hosts.values().iterator(); all.hasNext(); ) {
      if (nowNanos - all.next().setNanos < HOLD_NANOS) {
        return;
      }
      all.remove();
      revision++;
    }
  }

  // ---- hand-over ----

  void export(HandoverWriter out, int tag) {
    hosts.forEach((host, said) -> export(out, tag, host, said));
  }

  /** What is known of some hosts. */
  void export(HandoverWriter out, int tag, Collection<Integer> some) {
    for (Integer host : some) {
      Said said = hosts.get(host);
      if (said != null) {
        export(out, tag, host, said);
      }
    }
  }

  private static void export(HandoverWriter out, int tag, int host, Said said) {
    out.begin(tag)
        .putInt(TAG_HOST, host)
        .putInt(TAG_MTU, said.mtu)
        .putLong(TAG_SET, said.setNanos)
        .end();
  }

  void open(HandoverReader in) throws HandoverException {
    int host = 0;
    int mtu = 0;
    long setNanos = 0;
    while (in.next()) {
      switch (in.tag()) {
        case TAG_HOST -> host = in.intValue();
        case TAG_MTU -> mtu = in.intValue();
        case TAG_SET -> setNanos = in.longValue();
        default -> {
          // of a later version
        }
      }
    }
    Said known = hosts.get(host);
    if (known == null || setNanos > known.setNanos) {
      hosts.remove(host);
      put(host, mtu, setNanos);
    }
  }

  /** Two modules that knew of hosts have become one. */
  private void sort() {
    List<Map.Entry<Integer, Said>> all = new ArrayList<>();
    hosts.forEach((host, said) -> all.add(Map.entry(host, said)));
    all.sort(Comparator.comparingLong(entry -> entry.getValue().setNanos));
    hosts.clear();
    all.forEach(entry -> hosts.put(entry.getKey(), entry.getValue()));
    unsorted = false;
  }
}
