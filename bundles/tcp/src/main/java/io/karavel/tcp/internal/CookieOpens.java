package io.karavel.tcp.internal;

import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.internal.connection.Embryo;
import io.karavel.tcp.internal.connection.Segment;
import io.karavel.wire.TcpHeader;

/** Openings whose embryo travels in a {@linkplain SynCookies cookie}: no memory until the ACK. */
final class CookieOpens {
  private static final int DEFAULT_SEGMENT_BYTES = 536;

  /** Cookies are believed for as long after the last was sent as one can be good. */
  private static final long COOKIE_NANOS = 128_000_000_000L;

  private final TcpLane lane;
  private final TcpOutput output;
  private final Segment probe = new Segment();

  /** When a cookie was sent last; {@link Long#MIN_VALUE} if never. */
  private long lastSentNanos = Long.MIN_VALUE;

  CookieOpens(TcpLane lane, TcpOutput output) {
    this.lane = lane;
    this.output = output;
  }

  long lastSentNanos() {
    return lastSentNanos;
  }

  void lastSentNanos(long nanos) {
    lastSentNanos = nanos;
  }

  /** Answers a SYN with a cookie. */
  void send(ListenState state, Arrival arrival) {
    Segment syn = arrival.segment;
    if (!syn.timestampsPresent || !lane.settings().timestamps()) {
      // nothing could tell of them when the ACK comes
      syn.windowScale = -1;
      syn.sackPermitted = false;
    }
    long nowNanos = lane.nowNanos();
    int cookie =
        lane.cookies.make(
            nowNanos,
            arrival.localIpv4,
            arrival.localPort,
            arrival.remoteIpv4,
            arrival.remotePort,
            syn.sequence,
            syn.maximumSegmentSize < 0 ? DEFAULT_SEGMENT_BYTES : syn.maximumSegmentSize);
    transientEmbryo(state, arrival, syn, cookie).synAck(lane.out, nowNanos);
    if (lane.out.timestampsPresent) {
      int scale = lane.out.windowScale < 0 ? -1 : syn.windowScale;
      lane.out.timestampValue =
          SynCookies.timestampWithOptions(
              lane.out.timestampValue, scale, lane.out.sackPermitted, lane.out.has(TcpHeader.ECE));
    } else {
      lane.out.flags &= ~TcpHeader.ECE;
    }
    output.answer(arrival);
    lastSentNanos = nowNanos;
    state.cookiesSent++;
    lane.mib.syncookiesSent.increment();
  }

  /** An embryo that is forgotten at once: it describes a SYN-ACK. */
  private Embryo transientEmbryo(ListenState state, Arrival arrival, Segment syn, int iss) {
    return new Embryo(
        lane.connections,
        state.options(),
        syn,
        iss,
        lane.sequenceNumbers.timestampOffset(arrival.localIpv4, arrival.remoteIpv4),
        lane.segmentBytes(arrival),
        lane.nowNanos());
  }

  /** The embryo in the cookie that an ACK brings back; null if there is none or it is wrong. */
  Embryo embryoOf(ListenState state, Arrival arrival) {
    long nowNanos = lane.nowNanos();
    if (lane.settings().synCookies() == TcpSettings.SynCookies.OFF
        || lastSentNanos == Long.MIN_VALUE
        || nowNanos - lastSentNanos > COOKIE_NANOS) {
      return null;
    }
    Segment ack = arrival.segment;
    int peerSegmentBytes =
        lane.cookies.check(
            nowNanos,
            arrival.localIpv4,
            arrival.localPort,
            arrival.remoteIpv4,
            arrival.remotePort,
            ack.sequence - 1,
            ack.acknowledgment - 1);
    if (peerSegmentBytes == 0) {
      lane.mib.syncookiesFailed.increment();
      return null;
    }
    lane.mib.syncookiesRecv.increment();
    int peerScale = ack.timestampsPresent ? SynCookies.windowScale(ack.timestampEcho) : -1;
    boolean sack = ack.timestampsPresent && SynCookies.sack(ack.timestampEcho);
    boolean ecn =
        ack.timestampsPresent
            && SynCookies.ecn(ack.timestampEcho)
            && lane.settings().ecn() != TcpSettings.Ecn.OFF;
    return new Embryo(
        lane.connections,
        state.options(),
        ack,
        lane.sequenceNumbers.timestampOffset(arrival.localIpv4, arrival.remoteIpv4),
        lane.segmentBytes(arrival),
        peerSegmentBytes,
        peerScale,
        peerScale < 0 ? -1 : ownWindowScale(state, arrival),
        sack,
        ecn,
        nowNanos);
  }

  /** The window scale that our SYN-ACK offered, found by describing it once more. */
  private int ownWindowScale(ListenState state, Arrival arrival) {
    probe.clear();
    probe.flags = TcpHeader.SYN;
    probe.windowScale = 0;
    transientEmbryo(state, arrival, probe, 0).synAck(lane.out, lane.nowNanos());
    return lane.out.windowScale;
  }
}
