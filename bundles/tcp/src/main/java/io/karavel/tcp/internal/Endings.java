package io.karavel.tcp.internal;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.StackSocket;

/**
 * How the last connections of a lane ended, for those who ask why when no socket is left of them;
 * the oldest gives way. Lane's thread.
 */
final class Endings {
  /** So many are remembered. */
  static final int MOST = 256;

  /** What one takes in the state that is handed over, at most. */
  private static final int FORM_BYTES = 128;

  private static final int TAG_ID = 1;
  private static final int TAG_LOCAL_IPV4 = 2;
  private static final int TAG_REMOTE_IPV4 = 3;
  private static final int TAG_PORTS = 4;
  private static final int TAG_FROM = 5;
  private static final int TAG_CAUSE = 6;
  private static final int TAG_NANOS = 7;
  private static final int TAG_FAILURE = 8;

  /** A connection that is over. */
  record Ended(
      long id,
      int localIpv4,
      int localPort,
      int remoteIpv4,
      int remotePort,
      StackSocket.Ending ending,
      TcpError failure) {}

  private final Ended[] ring = new Ended[MOST];
  private int next;

  void add(Flow flow, StackSocket.Ending ending, TcpError failure) {
    add(
        new Ended(
            flow.id(),
            flow.localIpv4(),
            flow.localPort(),
            flow.remoteIpv4(),
            flow.remotePort(),
            ending,
            failure));
  }

  private void add(Ended ended) {
    ring[next] = ended;
    next = (next + 1) % MOST;
  }

  /** What was said last of the connection of this number, or null. */
  Ended find(long id) {
    for (int back = 1; back <= MOST; back++) {
      Ended ended = ring[(next - back + MOST) % MOST];
      if (ended != null && ended.id() == id) {
        return ended;
      }
    }
    return null;
  }

  // ---- hand-over ----

  /** What they take in the state that is handed over, at most. */
  int formBytes() {
    return ring[next] != null ? MOST * FORM_BYTES : next * FORM_BYTES;
  }

  /** The oldest first. */
  void export(HandoverWriter out, int tag) {
    for (int i = 0; i < MOST; i++) {
      Ended ended = ring[(next + i) % MOST];
      if (ended != null) {
        export(out.begin(tag), ended);
        out.end();
      }
    }
  }

  private static void export(HandoverWriter out, Ended ended) {
    out.putLong(TAG_ID, ended.id())
        .putInt(TAG_LOCAL_IPV4, ended.localIpv4())
        .putInt(TAG_REMOTE_IPV4, ended.remoteIpv4())
        .putInt(TAG_PORTS, ended.localPort() << 16 | ended.remotePort())
        .putLong(TAG_NANOS, ended.ending().nanos());
    if (ended.ending().from() != null) {
      out.putText(TAG_FROM, ended.ending().from().name());
    }
    if (ended.ending().cause() != null) {
      out.putText(TAG_CAUSE, ended.ending().cause().name());
    }
    if (ended.failure() != null) {
      out.putText(TAG_FAILURE, ended.failure().name());
    }
  }

  /**
   * Takes one over. Words that only a later version knows are left out: nothing depends on them.
   */
  void open(HandoverReader in) throws HandoverException {
    long id = 0;
    int localIpv4 = 0;
    int remoteIpv4 = 0;
    int ports = 0;
    long nanos = -1;
    TcpState from = null;
    TcpCause cause = null;
    TcpError failure = null;
    while (in.next()) {
      switch (in.tag()) {
        case TAG_ID -> id = in.longValue();
        case TAG_LOCAL_IPV4 -> localIpv4 = in.intValue();
        case TAG_REMOTE_IPV4 -> remoteIpv4 = in.intValue();
        case TAG_PORTS -> ports = in.intValue();
        case TAG_NANOS -> nanos = in.longValue();
        case TAG_FROM -> from = word(TcpState.values(), in.textValue());
        case TAG_CAUSE -> cause = word(TcpCause.values(), in.textValue());
        case TAG_FAILURE -> failure = word(TcpError.values(), in.textValue());
        default -> {
          // of a later version
        }
      }
    }
    StackSocket.Ending ending = new StackSocket.Ending(from, cause, nanos);
    add(new Ended(id, localIpv4, ports >>> 16, remoteIpv4, ports & 0xffff, ending, failure));
  }

  private static <E extends Enum<E>> E word(E[] all, String name) {
    for (E one : all) {
      if (one.name().equals(name)) {
        return one;
      }
    }
    return null;
  }
}
