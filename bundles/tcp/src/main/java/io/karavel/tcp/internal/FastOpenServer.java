package io.karavel.tcp.internal;

import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.internal.FastOpenCookies.Verdict;
import io.karavel.tcp.internal.connection.Segment;

/**
 * Fast Open on the side of the server (RFC 7413 §4.2.2, §5.1): whether the data on a SYN is taken,
 * and which cookie the SYN-ACK brings. As many connections per listener as {@code fastOpenQueue}
 * says may be open without that the peer has shown that its address is its own.
 */
final class FastOpenServer {
  /** How long a peer that reset such a connection still counts: it may be a spoofer's victim. */
  private static final long RESET_NANOS = 60_000_000_000L;

  private final TcpLane lane;
  private final FastOpenCookies cookies;

  /** What {@link #isTaken} found for the SYN-ACK; null for no cookie. */
  private byte[] answer;

  FastOpenServer(TcpLane lane) {
    this.lane = lane;
    cookies =
        new FastOpenCookies(lane.context.secret("tcp.fastopen", FastOpenCookies.SECRET_BYTES));
  }

  /**
   * Whether a SYN opens the connection at once, with its data; {@link #answer()} is set then.
   *
   * @param state the listener
   */
  boolean isTaken(ListenState state, Arrival arrival) {
    Segment syn = arrival.segment;
    TcpSettings settings = lane.settings();
    answer = null;
    if (syn.fastOpenLength < 0) {
      return false;
    }
    if (syn.fastOpenLength == 0) {
      lane.mib.fastOpenCookieReqd.increment();
    }
    if (!settings.fastOpen().isServer() || !hasRoom(state)) {
      return false;
    }
    long nowNanos = lane.nowNanos();
    long rotation = settings.fastOpenKeyRotationNanos();
    Verdict verdict =
        syn.fastOpenLength == 0
            ? Verdict.WRONG
            : cookies.check(
                syn.fastOpenCookie(), nowNanos, rotation, arrival.localIpv4, arrival.remoteIpv4);
    if (verdict != Verdict.GOOD) {
      answer = cookies.make(nowNanos, rotation, arrival.localIpv4, arrival.remoteIpv4);
    }
    if (verdict == Verdict.WRONG) {
      if (syn.fastOpenLength > 0) {
        lane.mib.fastOpenPassiveFail.increment();
      }
      return false;
    }
    if (verdict == Verdict.OLD) {
      lane.mib.fastOpenPassiveAltKey.increment();
    }
    lane.mib.fastOpenPassive.increment();
    return true;
  }

  /** The cookie for the SYN-ACK, or null. */
  byte[] answer() {
    return answer;
  }

  private boolean hasRoom(ListenState state) {
    int most =
        state.listener().optionOr(TcpOption.FAST_OPEN_QUEUE, lane.settings().fastOpenQueue());
    if (most == 0) {
      return false;
    }
    long nowNanos = lane.nowNanos();
    while (!state.fastOpenResets.isEmpty()
        && nowNanos - state.fastOpenResets.peek() >= RESET_NANOS) {
      state.fastOpenResets.poll();
    }
    if (state.fastOpenPending + state.fastOpenResets.size() >= most) {
      lane.mib.fastOpenListenOverflow.increment();
      return false;
    }
    return true;
  }

  /** The connection has left SYN-RECEIVED. */
  void onSettled(Connection connection, boolean reset) {
    ListenState state = connection.fastOpenListener;
    connection.fastOpenListener = null;
    state.fastOpenPending--;
    if (reset) {
      state.fastOpenResets.add(lane.nowNanos());
    }
  }
}
