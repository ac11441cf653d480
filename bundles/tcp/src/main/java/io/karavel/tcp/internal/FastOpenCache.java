package io.karavel.tcp.internal;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.internal.connection.FastOpen;
import io.karavel.tcp.spi.TcpControl;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What we know as a client of Fast Open (RFC 7413 §4.1.3): cookie and MSS of each server, those
 * used longest ago forgotten first; and whether the way seems to swallow it, so that it is left
 * alone for a while, twice as long each time (as in Linux).
 */
final class FastOpenCache {
  /** Most servers that are remembered. */
  static final int MAXIMUM_SERVERS = 1024;

  /** Longest pause as a power of two of {@code fastOpenBlackholeSeconds}. */
  private static final int MOST_DOUBLINGS = 6;

  private static final byte[] ASK = {};
  private static final int TAG_SERVER = 1;
  private static final int TAG_COOKIE = 2;
  private static final int TAG_SEGMENT_BYTES = 3;

  private static final class Known {
    final byte[] cookie;
    final int segmentBytes;

    Known(byte[] cookie, int segmentBytes) {
      this.cookie = cookie;
      this.segmentBytes = segmentBytes;
    }
  }

  private final TcpLane lane;
  private final Map<Integer, Known> servers =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Known> eldest) {
          return size() > MAXIMUM_SERVERS;
        }
      };

  /** How often in a row it was swallowed. */
  int blackholes;

  /** When it was swallowed last. */
  long blackholeNanos;

  FastOpenCache(TcpLane lane) {
    this.lane = lane;
  }

  /** Whether connections may use it now. */
  boolean isEnabled() {
    TcpSettings settings = lane.settings();
    if (!settings.fastOpen().isClient()) {
      return false;
    }
    if (blackholes == 0) {
      return true;
    }
    long pause = settings.fastOpenBlackholeNanos() << Math.min(blackholes - 1, MOST_DOUBLINGS);
    return lane.nowNanos() - blackholeNanos >= pause;
  }

  /** For a SYN to a server; null if it is not to be used now. */
  FastOpen open(int remoteIpv4) {
    if (!isEnabled()) {
      return null;
    }
    Known known = servers.get(remoteIpv4);
    return known == null
        ? FastOpen.client(ASK, 0)
        : FastOpen.client(known.cookie, known.segmentBytes);
  }

  /** See {@link TcpControl#fastOpenBytes}. */
  int synSpace(int remoteIpv4, int mtuSegmentBytes) {
    if (!lane.settings().fastOpen().isClient()) {
      return TcpControl.FAST_OPEN_OFF;
    }
    Known known = isEnabled() ? servers.get(remoteIpv4) : null;
    return known == null ? -1 : FastOpen.synSpace(mtuSegmentBytes, known.segmentBytes);
  }

  /** How many servers are known. */
  int servers() {
    return servers.size();
  }

  /** Takes what a connection tells. */
  void onNews(Connection connection) {
    FastOpen told = connection.core().fastOpen();
    int news = told.takeNews();
    if ((news & FastOpen.LEARNED) != 0) {
      servers.put(
          connection.remoteIpv4(), new Known(told.learnedCookie(), told.learnedSegmentBytes()));
    }
    if ((news & FastOpen.PROVEN) != 0) {
      blackholes = 0;
    }
    if ((news & FastOpen.BLACKHOLE) != 0 && lane.settings().fastOpenBlackholeNanos() > 0) {
      blackholes++;
      blackholeNanos = lane.nowNanos();
      lane.mib.fastOpenBlackhole.increment();
    }
  }

  // ---- hand-over ----

  void export(HandoverWriter out, int tag) {
    for (Iterator<Map.Entry<Integer, Known>> all = servers.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Integer, Known> server = all.next();
      out.begin(tag)
          .putInt(TAG_SERVER, server.getKey())
          .putBytes(TAG_COOKIE, server.getValue().cookie)
          .putInt(TAG_SEGMENT_BYTES, server.getValue().segmentBytes)
          .end();
    }
  }

  void open(HandoverReader in) throws HandoverException {
    int server = 0;
    byte[] cookie = ASK;
    int segmentBytes = 0;
    while (in.next()) {
      switch (in.tag()) {
        case TAG_SERVER -> server = in.intValue();
        case TAG_COOKIE -> cookie = in.bytes();
        case TAG_SEGMENT_BYTES -> segmentBytes = in.intValue();
        default -> {
          // of a later version
        }
      }
    }
    servers.put(server, new Known(cookie, segmentBytes));
  }
}
