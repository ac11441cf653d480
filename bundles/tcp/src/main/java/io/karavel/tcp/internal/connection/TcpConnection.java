package io.karavel.tcp.internal.connection;

import io.karavel.engine.DropReason;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.tcp.CongestionControl;
import io.karavel.tcp.CongestionView;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpExplanation;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.ByteRing;
import io.karavel.wire.TcpHeader;
import java.util.List;
import java.util.Map;

/**
 * One connection, without thread, clock or socket. Every method takes the lane's time where it
 * matters. After each call of {@code onSegment} (or a burst of them), {@code onDeadline} or a
 * command, the caller polls {@link #pollTransmit} until it answers false, takes {@link
 * #takeEvents()}, and arms its timer for {@link #nextDeadlineNanos()}. Nothing is sent from inside
 * another call. Lane's thread.
 */
public final class TcpConnection extends ControlBlock implements CongestionView {
  private TcpConnection(
      ConnectionContext context,
      ConnectionOptions options,
      KeepaliveTimes keepalive,
      ByteRing receiveRing,
      ByteRing sendRing) {
    super(context, options, keepalive, receiveRing, sendRing);
  }

  /**
   * An active opening, in SYN-SENT; the SYN is owed.
   *
   * @param receiveRing empty ring, its capacity is set here
   * @param sendRing ring in which bytes may be written already
   * @param iss initial sequence number (RFC 6528)
   * @param timestampOffset added to our clock in timestamps, from the 4-tuple
   * @param mtuSegmentBytes MTU of the route less IP and TCP header without options
   * @param fastOpen what the SYN is to carry of it, or null
   */
  public static TcpConnection connect(
      ConnectionContext context,
      ConnectionOptions options,
      KeepaliveTimes keepalive,
      ByteRing receiveRing,
      ByteRing sendRing,
      int iss,
      int timestampOffset,
      int mtuSegmentBytes,
      FastOpen fastOpen,
      long nowNanos) {
    TcpConnection c = new TcpConnection(context, options, keepalive, receiveRing, sendRing);
    c.iss = iss;
    c.tsOffset = timestampOffset;
    c.mtuSegmentBytes = mtuSegmentBytes;
    c.openedNanos = nowNanos;
    c.lastReceivedNanos = nowNanos;
    Buffers.setCapacities(c);
    c.fastOpen = fastOpen;
    Handshake.connect(c, nowNanos);
    return c;
  }

  /**
   * The connection of an embryo, in SYN-RECEIVED; hand it the segment whose verdict was OPEN.
   *
   * @param embryo not needed any more
   */
  public static TcpConnection accept(
      ConnectionContext context,
      ConnectionOptions options,
      KeepaliveTimes keepalive,
      ByteRing receiveRing,
      ByteRing sendRing,
      Embryo embryo,
      long nowNanos) {
    TcpConnection c = new TcpConnection(context, options, keepalive, receiveRing, sendRing);
    Buffers.setCapacities(c);
    c.openedNanos = nowNanos;
    c.lastReceivedNanos = nowNanos;
    embryo.grow(c);
    Transitions.moveTo(c, TcpState.SYN_RECEIVED, TcpCause.SYN, embryo.firstSentNanos());
    c.counters().passiveOpens.increment();
    return c;
  }

  /**
   * The connection of an embryo whose SYN came with data and a valid cookie: SYN-RECEIVED, but open
   * for the application (RFC 7413 §4.2.2). The SYN-ACK is owed.
   *
   * @param fastOpen what the SYN-ACK is to carry of it
   */
  public static TcpConnection acceptEarly(
      ConnectionContext context,
      ConnectionOptions options,
      KeepaliveTimes keepalive,
      ByteRing receiveRing,
      ByteRing sendRing,
      Embryo embryo,
      FastOpen fastOpen,
      Segment syn,
      long nowNanos) {
    TcpConnection c = accept(context, options, keepalive, receiveRing, sendRing, embryo, nowNanos);
    c.fastOpen = fastOpen;
    FastOpen.onEarlySyn(c, syn, nowNanos);
    return c;
  }

  /** Reads what {@link #export} wrote. */
  public static TcpConnection open(
      ConnectionContext context,
      ConnectionOptions options,
      KeepaliveTimes keepalive,
      ByteRing receiveRing,
      ByteRing sendRing,
      HandoverReader reader)
      throws HandoverException {
    TcpConnection c = new TcpConnection(context, options, keepalive, receiveRing, sendRing);
    TcpHandover.open(c, reader);
    return c;
  }

  /** Writes every variable but options, keepalive times and rings; changes nothing. */
  public void export(HandoverWriter writer) {
    TcpHandover.export(this, writer);
  }

  // ---- in ----

  /**
   * Takes a segment for this 4-tuple, its checksum verified.
   *
   * @return null if it was of use, else why not: to be counted by the caller
   */
  public DropReason onSegment(Segment segment, long nowNanos) {
    if (state == TcpState.CLOSED || state == TcpState.TIME_WAIT) {
      return DropReason.TCP_NO_SOCKET;
    }
    gapNanos = nowNanos - lastReceivedNanos;
    lastReceivedNanos = nowNanos;
    if (keepaliveProbes > 0) {
      Keepalive.onReceived(this);
    }
    if (state == TcpState.SYN_SENT) {
      return Handshake.onSynSent(this, segment, nowNanos);
    }
    DropReason refused = SegmentAcceptance.check(this, segment, nowNanos);
    if (refused != null || state == TcpState.CLOSED) {
      return refused;
    }
    if (!segment.ack()) {
      return DropReason.TCP_FLAGS;
    }
    SegmentAcceptance.takeTimestamp(this, segment, nowNanos);
    if (delivery != null) {
      delivery.begin(nowNanos, (segment.flags & TcpHeader.ECE) != 0);
    }
    refused =
        state == TcpState.SYN_RECEIVED
            ? Handshake.onSynReceivedAck(this, segment, nowNanos)
            : AckProcessing.onAck(this, segment, nowNanos);
    if (delivery != null) {
      delivery.finish(inFlight(), rtt.minimumNanos());
    }
    if (refused != null || state == TcpState.CLOSED) {
      return refused;
    }
    if (segment.urg()) {
      Urgent.onPointer(this, segment);
    }
    return Receiver.onText(this, segment, nowNanos);
  }

  /** Everything that is due at {@code nowNanos}, in order; nothing if it is not due yet. */
  public void onDeadline(long nowNanos) {
    if (delivery != null) {
      delivery.begin(nowNanos, false);
    }
    TcpTimers.expire(this, nowNanos);
  }

  /** Bytes were written to the send ring. */
  public void written(long nowNanos) {
    if (trimDeadline == NEVER && state != TcpState.CLOSED) {
      TcpTimers.armTrim(this, nowNanos);
    }
  }

  /** What lies before this position of the send ring is urgent (RFC 9293 section 3.8.5). */
  public void urgent(long position) {
    sndUpPosition = position;
  }

  /** Where the urgent data announced by the peer ends, as a position of the receive ring. */
  public long urgentReceivedEnd() {
    return rcvUpPosition;
  }

  /** Bytes were read from the receive ring: the window may open. */
  public void read(long nowNanos) {
    if (state == TcpState.CLOSED) {
      return;
    }
    if (ReceiveWindow.isUpdateDue(this)) {
      owe(OWE_ACK);
    }
    if (trimDeadline == NEVER && receiveRing.available() == 0) {
      TcpTimers.armTrim(this, nowNanos);
    }
  }

  /** FIN behind what is in the send ring. */
  public void shutdownOutput(long nowNanos) {
    Teardown.queueFin(this, TcpCause.SHUTDOWN_OUTPUT, nowNanos);
  }

  /** What comes from now on is acknowledged and discarded. */
  public void shutdownInput(long nowNanos) {
    if (!inputShutdown) {
      inputShutdown = true;
      if (reassembly != null) {
        reassembly.forgetBytes(rcvNxt);
      }
    }
  }

  /** The application lets go: FIN, or RST with unread data or linger 0; then an orphan. */
  public void close(long nowNanos) {
    close(TcpCause.CLOSE, nowNanos);
  }

  /** The same, of which somebody else than the application is the cause. */
  public void close(TcpCause cause, long nowNanos) {
    Teardown.close(this, cause, nowNanos);
  }

  /** The application aborts: as {@link #abort(TcpError, TcpCause, long)}. */
  public void abort(TcpError reason, long nowNanos) {
    abort(reason, TcpCause.ABORT, nowNanos);
  }

  /**
   * RST at once, queues discarded, no TIME-WAIT.
   *
   * @param reason reported to whoever still holds the socket; null if nobody needs to be told
   * @param cause who or what aborts it
   */
  public void abort(TcpError reason, TcpCause cause, long nowNanos) {
    Teardown.abort(this, reason, cause, nowNanos);
  }

  /** The socket's options have changed. */
  public void options(ConnectionOptions newOptions, long nowNanos) {
    options = newOptions;
    applySettings(nowNanos);
  }

  /** Policy or options of keepalive have changed. */
  public void keepalive(KeepaliveTimes times, long nowNanos) {
    boolean others = !times.equals(keepalive);
    keepalive = times;
    Keepalive.rearm(this);
    if (others) {
      Keepalive.onTimesChanged(this, nowNanos);
    }
  }

  /** The context's settings have changed. */
  public void onSettingsChanged(long nowNanos) {
    applySettings(nowNanos);
  }

  /**
   * Why the connection would end at once under the settings that the context has now, if they were
   * brought to it; null if it would go on. Changes nothing.
   *
   * @param times how it would be kept alive
   */
  public String prospect(KeepaliveTimes times, long nowNanos) {
    return Prospects.end(this, times, nowNanos);
  }

  /**
   * An ICMP error, or a neighbour that cannot be resolved (RFC 5927, RFC 1122 §4.2.3.9). It ends
   * nothing; when retries are used up, it is named.
   *
   * @param hard whether the message says that the peer's port or protocol is closed; taken as soft
   *     all the same
   * @param sequence SEG.SEQ of the segment quoted; SND.UNA for a failed resolution
   */
  public void onIcmpError(TcpError error, boolean hard, int sequence, long nowNanos) {
    IcmpReaction.onError(this, error, sequence);
  }

  /**
   * The path carries less than we send (RFC 1191).
   *
   * @param newMtuSegmentBytes MTU less IP and TCP header without options
   * @param sequence SEG.SEQ of the segment quoted
   */
  public void onPathMtu(int newMtuSegmentBytes, int sequence, long nowNanos) {
    PathMtu.onMessage(this, newMtuSegmentBytes, sequence, nowNanos);
  }

  /** The route itself carries more or less than it did. */
  public void onRouteMtu(int newMtuSegmentBytes, long nowNanos) {
    PathMtu.onRoute(this, newMtuSegmentBytes, nowNanos);
  }

  /** MTU of the path less IP and TCP header without options, as far as it is known. */
  public int mtuSegmentBytes() {
    return mtuSegmentBytes;
  }

  /** Whether packets may be fragmented on their way. */
  public boolean isFragmentable() {
    return fragmentable;
  }

  // ---- out ----

  /**
   * Describes the next segment owed. What it describes counts as sent.
   *
   * @param segmentationBytes most payload bytes of a super-segment; 0 if each segment goes alone
   * @return false if nothing is owed now
   */
  public boolean pollTransmit(TransmitSegment out, int segmentationBytes, long nowNanos) {
    return Sender.poll(this, out, segmentationBytes, nowNanos);
  }

  /** When {@link #onDeadline} is due; {@link Long#MAX_VALUE} if never. */
  public long nextDeadlineNanos() {
    return TcpTimers.next(this);
  }

  /** Bits of {@link ConnectionEvents} since they were last taken. */
  public int takeEvents() {
    int taken = events;
    events = 0;
    return taken;
  }

  /** What is particular to Fast Open; null if it was opened without. */
  public FastOpen fastOpen() {
    return fastOpen;
  }

  /** Why it failed; null if it did not. */
  public TcpError failure() {
    return failure;
  }

  // ---- to look at ----

  /** The state. */
  public TcpState state() {
    return state;
  }

  /** Whether the application has let go of it. */
  public boolean isOrphan() {
    return orphan;
  }

  /**
   * Position of the receive ring at or beyond which a read is worth telling with {@link #read};
   * {@link Long#MAX_VALUE} if none is. Ask again whenever the connection was called.
   */
  public long readNoticePosition() {
    long notice = ReceiveWindow.noticePosition(this);
    if (trimDeadline == NEVER && receiveRing.available() > 0) {
      // Idle with bytes unread: when they are read, the memory can be given back.
      notice = Math.min(notice, receiveRing.writePosition());
    }
    return notice;
  }

  /** Whether so much is unsent that the socket is not writable ({@code notSentLowWater}). */
  public boolean isOutputHeld() {
    int low = options.notSentLowWaterBytes(settings());
    return low > 0 && state.isSynchronized() && unsent() >= low;
  }

  /** Which timer is due first: "retransmit", "persist", "keepalive" …; empty if none. */
  public String timerName() {
    return TcpTimers.name(this);
  }

  /** Retransmissions or probes so far. */
  public int timerCount() {
    return keepaliveProbes > 0 ? keepaliveProbes : retransmits;
  }

  /** When it was opened. */
  public long openedNanos() {
    return openedNanos;
  }

  /** Bytes of the send ring that were never sent. */
  public long unsentBytes() {
    return state == TcpState.CLOSED ? 0 : unsent();
  }

  /** What each armed timer does if nothing comes; the earliest first. */
  public List<TcpExplanation.ArmedTimer> timetable(long nowNanos) {
    return Timetable.of(this, nowNanos);
  }

  /** The state before; null if a predecessor did not say. */
  public TcpState stateBefore() {
    return stateBefore;
  }

  /** What brought it to its state; null if a predecessor did not say. */
  public TcpCause cause() {
    return cause;
  }

  /** When it came to its state; what {@link #cause} says of null holds here. */
  public long stateNanos() {
    return stateNanos;
  }

  /** What ICMP or ARP told of the way; null if nothing since the peer was heard. */
  public TcpError softError() {
    return softError;
  }

  /** RCV.NXT in ESTABLISHED with nothing beyond it, as an unsigned number; else -1. */
  public long receiveNext() {
    boolean inOrder = reassembly == null || reassembly.ranges() == 0;
    return inOrder && state == TcpState.ESTABLISHED ? Integer.toUnsignedLong(rcvNxt) : -1;
  }

  /** SND.UNA in ESTABLISHED, as an unsigned number; else -1. */
  public long sendUnacknowledged() {
    return state == TcpState.ESTABLISHED ? Integer.toUnsignedLong(sndUna) : -1;
  }

  /** The variables by their RFC or Linux names, in a stable order. */
  public Map<String, Object> details(long nowNanos) {
    return Details.of(this, nowNanos);
  }

  // ---- what the congestion control sees ----

  @Override
  public int segmentBytes() {
    return sndMss;
  }

  @Override
  public int inFlightBytes() {
    return inFlight();
  }

  @Override
  public long smoothedRttNanos() {
    return rtt.smoothedNanos();
  }

  @Override
  public long minimumRttNanos() {
    return rtt.minimumNanos();
  }

  @Override
  public boolean isCongestionWindowLimited() {
    return congestionWindowLimited;
  }

  @Override
  CongestionControl congestionControl() {
    return congestion == null ? CongestionChoice.begin(this) : congestion;
  }

  private void applySettings(long nowNanos) {
    if (state == TcpState.CLOSED) {
      return;
    }
    Buffers.setCapacities(this);
    CongestionChoice.review(this);
    RetransmitTimer.onLimitsChanged(this, nowNanos);
    AckPolicy.onDelayChanged(this);
    if (state.isSynchronized()) {
      MtuProbing.onSettings(this, nowNanos);
    }
    if (finWaitDeadline != NEVER) {
      Teardown.armFinWait(this, TcpCause.CONFIGURATION, nowNanos);
    }
  }
}
