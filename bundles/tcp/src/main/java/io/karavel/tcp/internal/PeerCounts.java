package io.karavel.tcp.internal;

import java.util.HashMap;
import java.util.Map;

/**
 * Connections by remote address, kept only while {@code maxConnectionsPerPeer} is set. One thread.
 */
final class PeerCounts {
  private Map<Integer, Integer> counts;

  /** Whether it counts. */
  boolean isCounting() {
    return counts != null;
  }

  /** Begins to count from nothing; the caller adds what there is. */
  void begin() {
    counts = new HashMap<>();
  }

  /** Stops counting. */
  void end() {
    counts = null;
  }

  void add(int remoteIpv4) {
    if (counts != null) {
      counts.merge(remoteIpv4, 1, Integer::sum);
    }
  }

  void remove(int remoteIpv4) {
    if (counts != null) {
      counts.computeIfPresent(remoteIpv4, (peer, count) -> count == 1 ? null : count - 1);
    }
  }

  int of(int remoteIpv4) {
    return counts == null ? 0 : counts.getOrDefault(remoteIpv4, 0);
  }
}
