package io.karavel.simulation.rfc9293;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What routers said of the ways of a stack: it holds for all connections to a host, for ten minutes
 * (RFC 1191 §6.3).
 */
final class Paths {
  private static final long HOLD_NANOS = 600_000_000_000L;

  private record Said(int mtu, long since) {}

  private final Map<Integer, Said> said = new HashMap<>();

  /** Hosts of which it cannot be told from outside whether a message was believed. */
  private final Set<Integer> vague = new HashSet<>();

  /** An end believes a message about the way to its peer. */
  void believe(End by, int mtu, long now) {
    said.put(by.tuple.remote(), new Said(mtu, now));
    spread(by.host, by.tuple.remote(), by);
  }

  /** All other ends know when they send next. */
  private static void spread(Host host, int remote, End by) {
    for (End e : host.ends.values()) {
      if (e.tuple.remote() == remote && !e.isEmbryo()) {
        e.pathMtu = host.mtuTo(remote);
        e.pathStale = true;
        if (e != by && (e.model.search.runs || e.model.segment() != e.model.segmentWas)) {
          e.model.lose("another was told of the way");
        }
        e.headTimes.clear(); // what is too large is sent again at once
      }
    }
  }

  /** From now on it may be believed or not. */
  void blur(int remote) {
    vague.add(remote);
  }

  /** Whether nobody can tell from outside what the way to a host is taken to carry. */
  boolean isVague(int remote) {
    return vague.contains(remote);
  }

  /** What is known to be carried, at most what the route does. */
  int carried(int remote, int route, long now) {
    Said word = said.get(remote);
    return word == null ? route : Math.min(route, word.mtu());
  }

  /** What is too old is forgotten. */
  void expire(Host host, long now) {
    for (Integer remote : said.keySet().toArray(Integer[]::new)) {
      if (now - said.get(remote).since() >= HOLD_NANOS) {
        said.remove(remote);
        vague.add(remote); // it is found out at the next turn
        spread(host, remote, null);
      }
    }
  }
}
