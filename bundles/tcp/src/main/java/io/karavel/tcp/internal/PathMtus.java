package io.karavel.tcp.internal;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import java.util.Iterator;
import java.util.LinkedHashMap;
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
    if (hosts.size() >= MAXIMUM_HOSTS) {
      Iterator<Integer> oldest = hosts.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
    hosts.put(remoteIpv4, new Said(mtu, nowNanos));
    revision++;
  }

  /** Forgets what is too old. */
  void expire(long nowNanos) {
    if (hosts.isEmpty()) {
      return;
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
    hosts.forEach(
        (host, said) ->
            out.begin(tag)
                .putInt(TAG_HOST, host)
                .putInt(TAG_MTU, said.mtu)
                .putLong(TAG_SET, said.setNanos)
                .end());
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
    set(host, mtu, setNanos);
  }
}
