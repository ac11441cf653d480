package io.karavel.tcp.internal.connection;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.UnknownFields;
import io.karavel.tcp.TcpExplanation.ArmedTimer;
import io.karavel.tcp.TcpExplanation.Step;
import io.karavel.tcp.TcpSettings;
import io.karavel.wire.Seq;
import io.karavel.wire.TcpHeader;
import java.util.ArrayList;
import java.util.List;

/**
 * A connection in SYN-RECEIVED that a listener has answered: as little as its SYN-ACK needs to be
 * said again. The manager extends it by addresses and links. Lane's thread.
 */
public class Embryo {
  /** What the manager is to do. */
  public enum Verdict {
    /** Nothing; the segment is of no use. */
    IGNORE,
    /** Send {@link #synAck}. */
    SYN_ACK,
    /** Send {@link #challengeAck}. */
    CHALLENGE_ACK,
    /** The acknowledgement is of something never sent: answer with {@link Resets#answer}. */
    RESET,
    /** It was reset: forget it, silently. */
    REMOVE,
    /**
     * The handshake is complete: make a {@link TcpConnection#accept connection} and hand it this
     * segment; or, with the accept queue full, drop the segment and keep the embryo.
     */
    OPEN,
    /** The handshake is complete, but data is waited for (TCP_DEFER_ACCEPT): do nothing. */
    DEFER,
    /** Retries are used up: forget it, silently. */
    GIVE_UP
  }

  private static final int TAG_IRS = 1;
  private static final int TAG_ISS = 2;
  private static final int TAG_TS_OFFSET = 3;
  private static final int TAG_TS_RECENT = 4;
  private static final int TAG_MTU = 5;
  private static final int TAG_MSS = 6;
  private static final int TAG_PEER_MSS = 7;
  private static final int TAG_WINDOW = 8;
  private static final int TAG_OWN_SCALE = 9;
  private static final int TAG_PEER_SCALE = 10;
  private static final int TAG_OPTIONS = 11;
  private static final int TAG_RETRIES = 12;
  private static final int TAG_FIRST = 13;
  private static final int TAG_ARMED = 14;
  private static final int TAG_CHALLENGED = 15;
  private static final int TAG_INITIAL_RTO = 16;
  private static final int TAG_MIN_MSS = 17;

  private static final long NANOS_PER_MILLI = 1_000_000L;
  private static final int DEFAULT_SEGMENT_BYTES = 536;
  private static final byte SACK = 1;
  private static final byte TIMESTAMPS = 2;
  private static final byte RETRANSMITTED = 4;
  private static final byte AMBIGUOUS = 8;
  private static final byte ACKED = 16;
  private static final byte ECN = 32;

  private final ConnectionContext context;

  /** Of a later version; null mostly. */
  private UnknownFields unknown;

  private int irs;
  private int iss;
  private int tsOffset;
  private int tsRecent;
  private char mtuSegmentBytes;
  private char ownSegmentBytes;
  private char peerSegmentBytes;
  private char windowField;
  private char initialRtoMillis;
  private char minSegmentBytes;
  private byte ownWindowScale;
  private byte peerWindowScale;
  private byte agreed;
  private short retries;
  private long firstSentNanos;
  private long armedNanos;
  private long challengedNanos = Long.MIN_VALUE;

  /**
   * The embryo of a SYN; send its {@link #synAck} then.
   *
   * @param options what the listener hands down
   * @param iss initial sequence number (RFC 6528)
   * @param timestampOffset added to our clock in timestamps, from the 4-tuple
   * @param mtuSegmentBytes MTU of the route less IP and TCP header without options
   */
  public Embryo(
      ConnectionContext context,
      ConnectionOptions options,
      Segment syn,
      int iss,
      int timestampOffset,
      int mtuSegmentBytes,
      long nowNanos) {
    this.context = context;
    takeSettings();
    this.iss = iss;
    irs = syn.sequence;
    tsOffset = timestampOffset;
    tsRecent = syn.timestampValue;
    this.mtuSegmentBytes = (char) mtuSegmentBytes;
    ownSegmentBytes = (char) Math.min(mtuSegmentBytes, options.maxSegmentBytes());
    peerSegmentBytes =
        (char) (syn.maximumSegmentSize > 0 ? syn.maximumSegmentSize : DEFAULT_SEGMENT_BYTES);
    boolean scaling = context.settings().windowScaling() && syn.windowScale >= 0;
    peerWindowScale = (byte) (scaling ? syn.windowScale : -1);
    ownWindowScale =
        (byte)
            (scaling
                ? ReceiveWindow.scaleFor(options.receiveBufferMaxBytes(context.settings()))
                : -1);
    windowField =
        (char)
            ReceiveWindow.initialField(
                options.receiveBufferBytes(context.settings()),
                Math.max(0, ownWindowScale),
                options.windowClampBytes());
    if (context.settings().sack() && syn.sackPermitted) {
      agreed |= SACK;
    }
    if (context.settings().timestamps() && syn.timestampsPresent) {
      agreed |= TIMESTAMPS;
    }
    if (Ecn.isAskedFor(context.settings(), syn)) {
      agreed |= ECN;
    }
    firstSentNanos = nowNanos;
    armedNanos = nowNanos;
  }

  /**
   * What the final ACK and a valid cookie tell; the verdict of {@link #onSegment} for the same
   * segment is OPEN then.
   *
   * @param options what the listener hands down
   * @param peerSegmentBytes MSS from the cookie
   * @param peerWindowScale from the cookie, or -1
   * @param ownWindowScale as the SYN-ACK offered, or -1
   */
  public Embryo(
      ConnectionContext context,
      ConnectionOptions options,
      Segment finalAck,
      int timestampOffset,
      int mtuSegmentBytes,
      int peerSegmentBytes,
      int peerWindowScale,
      int ownWindowScale,
      boolean sack,
      boolean ecn,
      long nowNanos) {
    this.context = context;
    takeSettings();
    irs = finalAck.sequence - 1;
    iss = finalAck.acknowledgment - 1;
    tsOffset = timestampOffset;
    tsRecent = finalAck.timestampValue;
    this.mtuSegmentBytes = (char) mtuSegmentBytes;
    ownSegmentBytes = (char) Math.min(mtuSegmentBytes, options.maxSegmentBytes());
    this.peerSegmentBytes = (char) peerSegmentBytes;
    windowField =
        (char)
            ReceiveWindow.initialField(
                options.receiveBufferBytes(context.settings()),
                Math.max(0, ownWindowScale),
                options.windowClampBytes());
    this.peerWindowScale = (byte) peerWindowScale;
    this.ownWindowScale = (byte) (peerWindowScale >= 0 ? ownWindowScale : -1);
    agreed = (byte) ((sack ? SACK : 0) | (finalAck.timestampsPresent ? TIMESTAMPS : 0));
    if (ecn) {
      agreed |= ECN;
    }
    // When the cookie went out is not known: no round trip is measured from it.
    agreed |= AMBIGUOUS;
    firstSentNanos = nowNanos;
    armedNanos = nowNanos;
  }

  /** Reads what {@link #export} wrote. */
  public Embryo(ConnectionContext context, HandoverReader reader) throws HandoverException {
    this.context = context;
    takeSettings();
    while (reader.next()) {
      switch (reader.tag()) {
        case TAG_IRS -> irs = reader.intValue();
        case TAG_ISS -> iss = reader.intValue();
        case TAG_TS_OFFSET -> tsOffset = reader.intValue();
        case TAG_TS_RECENT -> tsRecent = reader.intValue();
        case TAG_MTU -> mtuSegmentBytes = (char) reader.intValue();
        case TAG_MSS -> ownSegmentBytes = (char) reader.intValue();
        case TAG_PEER_MSS -> peerSegmentBytes = (char) reader.intValue();
        case TAG_WINDOW -> windowField = (char) reader.intValue();
        case TAG_OWN_SCALE -> ownWindowScale = (byte) reader.intValue();
        case TAG_PEER_SCALE -> peerWindowScale = (byte) reader.intValue();
        case TAG_OPTIONS -> agreed = (byte) reader.intValue();
        case TAG_RETRIES -> retries = (short) reader.intValue();
        case TAG_FIRST -> firstSentNanos = reader.longValue();
        case TAG_ARMED -> armedNanos = reader.longValue();
        case TAG_CHALLENGED -> challengedNanos = reader.longValue();
        case TAG_INITIAL_RTO -> initialRtoMillis = (char) reader.intValue();
        case TAG_MIN_MSS -> minSegmentBytes = (char) reader.intValue();
        default -> unknown = UnknownFields.with(unknown, reader);
      }
    }
  }

  /** Writes every variable. */
  public final void export(HandoverWriter writer) {
    writer
        .putInt(TAG_IRS, irs)
        .putInt(TAG_ISS, iss)
        .putInt(TAG_TS_OFFSET, tsOffset)
        .putInt(TAG_TS_RECENT, tsRecent)
        .putInt(TAG_MTU, mtuSegmentBytes)
        .putInt(TAG_MSS, ownSegmentBytes)
        .putInt(TAG_PEER_MSS, peerSegmentBytes)
        .putInt(TAG_WINDOW, windowField)
        .putInt(TAG_OWN_SCALE, ownWindowScale)
        .putInt(TAG_PEER_SCALE, peerWindowScale)
        .putInt(TAG_OPTIONS, agreed)
        .putInt(TAG_RETRIES, retries)
        .putLong(TAG_FIRST, firstSentNanos)
        .putLong(TAG_ARMED, armedNanos)
        .putLong(TAG_CHALLENGED, challengedNanos)
        .putInt(TAG_INITIAL_RTO, initialRtoMillis)
        .putInt(TAG_MIN_MSS, minSegmentBytes);
    UnknownFields.write(unknown, writer);
  }

  /** What holds for connections opened from now on stays as it is now. */
  private void takeSettings() {
    initialRtoMillis = (char) (context.settings().rtoInitialNanos() / NANOS_PER_MILLI);
    minSegmentBytes = (char) context.settings().minSendMssBytes();
  }

  private boolean has(byte option) {
    return (agreed & option) != 0;
  }

  /** Whether PAWS refuses a segment: its timestamp is older than the last, or missing. */
  public final boolean isTimestampOld(Segment segment) {
    return has(TIMESTAMPS)
        && (segment.timestampsPresent ? segment.timestampValue - tsRecent < 0 : !segment.rst());
  }

  /** Judges a segment for this 4-tuple. */
  public final Verdict onSegment(Segment segment, long nowNanos) {
    int next = irs + 1;
    boolean timestampOld = isTimestampOld(segment);
    if (segment.rst()) {
      if (segment.sequence == next) {
        context.counters().attemptFails.increment();
        return Verdict.REMOVE;
      }
      return isInWindow(segment, next) ? challenge(nowNanos) : Verdict.IGNORE;
    }
    if (segment.syn()) {
      if (!segment.ack() && segment.sequence == irs && !timestampOld) {
        armedNanos = nowNanos;
        agreed |= AMBIGUOUS;
        if (segment.timestampsPresent) {
          tsRecent = segment.timestampValue;
        }
        return Verdict.SYN_ACK;
      }
      return challenge(nowNanos);
    }
    if (has(TIMESTAMPS) && !segment.timestampsPresent) {
      return Verdict.IGNORE; // RFC 7323 §3.2
    }
    if (timestampOld || !isInWindow(segment, next)) {
      return challenge(nowNanos);
    }
    if (!segment.ack()) {
      return Verdict.IGNORE;
    }
    if (segment.acknowledgment != iss + 1) {
      return Verdict.RESET;
    }
    if (segment.length() == 0 && retries < deferRetries()) {
      agreed |= ACKED | AMBIGUOUS;
      return Verdict.DEFER;
    }
    return Verdict.OPEN;
  }

  /** For how many intervals a final ACK without data opens nothing; 0 if it opens at once. */
  protected int deferRetries() {
    return 0;
  }

  /**
   * How many intervals of the SYN-ACK's timetable cover a time.
   *
   * @param seconds of {@link io.karavel.tcp.TcpOption#DEFER_ACCEPT_SECONDS}
   */
  protected final int retriesWithin(int seconds) {
    long covered = 0;
    int count = 0;
    while (covered < seconds * 1_000_000_000L) {
      covered +=
          RetransmitTimer.shifted(
              initialRtoMillis * NANOS_PER_MILLI, count, context.settings().rtoMaxNanos());
      count++;
    }
    return count;
  }

  private boolean isInWindow(Segment segment, int next) {
    if (segment.length() == 0) {
      return segment.sequence == next || Seq.inWindow(segment.sequence, next, next + windowField);
    }
    return Seq.inWindow(segment.sequence, next, next + windowField)
        || Seq.inWindow(segment.end() - 1, next, next + windowField);
  }

  private Verdict challenge(long nowNanos) {
    // One variable instead of two: the share of a second that one challenge may have.
    long share = 1_000_000_000L / context.settings().challengeAckPerSecond();
    if (challengedNanos != Long.MIN_VALUE && nowNanos - challengedNanos < share) {
      context.counters().ackSkipped.increment();
      return Verdict.IGNORE;
    }
    challengedNanos = nowNanos;
    context.counters().challengeAck.increment();
    return Verdict.CHALLENGE_ACK;
  }

  private long intervalNanos() {
    return RetransmitTimer.shifted(
        initialRtoMillis * NANOS_PER_MILLI, retries, context.settings().rtoMaxNanos());
  }

  /** SYN_ACK (again), GIVE_UP, or IGNORE if nothing is due. */
  public final Verdict onDeadline(long nowNanos) {
    if (nowNanos < nextDeadlineNanos()) {
      return Verdict.IGNORE;
    }
    boolean waits = has(ACKED) && retries < deferRetries();
    if (retries >= context.settings().synAckRetries() && !waits) {
      context.counters().attemptFails.increment();
      return Verdict.GIVE_UP;
    }
    retries++;
    armedNanos = nowNanos;
    if (waits && retries < deferRetries()) {
      // The last SYN-ACK of the wait is sent again, so that its answer opens without data too.
      return Verdict.DEFER;
    }
    agreed |= RETRANSMITTED;
    context.counters().timeouts.increment();
    context.counters().synRetrans.increment();
    context.counters().retransSegs.increment();
    return Verdict.SYN_ACK;
  }

  /** Settings have changed: GIVE_UP or IGNORE; the deadline may have moved. */
  public final Verdict onSettingsChanged(long nowNanos) {
    if (isOver()) {
      context.counters().attemptFails.increment();
      return Verdict.GIVE_UP;
    }
    return Verdict.IGNORE;
  }

  /** Whether its SYN-ACK was said more often than the settings allow. */
  public final boolean isOver() {
    return retries > context.settings().synAckRetries() && !has(ACKED);
  }

  /** When {@link #onDeadline} is due. */
  public final long nextDeadlineNanos() {
    return armedNanos + intervalNanos();
  }

  /** Describes the SYN-ACK. */
  public final void synAck(TransmitSegment out, long nowNanos) {
    out.clear();
    out.sequence = iss;
    out.acknowledgment = irs + 1;
    out.flags = TcpHeader.SYN | TcpHeader.ACK | (has(ECN) ? TcpHeader.ECE : 0);
    out.windowField = windowField;
    out.maximumSegmentSize = ownSegmentBytes;
    out.windowScale = ownWindowScale;
    out.sackPermitted = has(SACK);
    out.retransmission = retries > 0;
    timestamps(out, nowNanos);
  }

  /** Describes the challenge ACK. */
  public final void challengeAck(TransmitSegment out, long nowNanos) {
    out.clear();
    out.sequence = iss + 1;
    out.acknowledgment = irs + 1;
    out.flags = TcpHeader.ACK;
    out.windowField = ownWindowScale > 0 ? windowField >> ownWindowScale : windowField;
    timestamps(out, nowNanos);
  }

  private void timestamps(TransmitSegment out, long nowNanos) {
    if (has(TIMESTAMPS)) {
      out.timestampsPresent = true;
      out.timestampValue = (int) (nowNanos / 1_000_000L) + tsOffset;
      out.timestampEcho = tsRecent;
    }
  }

  /** Describes the RST with which a closing listener or an overflow ends the embryo. */
  public final void reset(TransmitSegment out) {
    out.clear();
    out.sequence = iss + 1;
    out.acknowledgment = irs + 1;
    out.flags = TcpHeader.RST | TcpHeader.ACK;
    context.counters().outRsts.increment();
    context.counters().attemptFails.increment();
  }

  /** What its timer does if nothing comes. */
  public final ArmedTimer timer(long nowNanos) {
    TcpSettings settings = context.settings();
    long initialNanos = initialRtoMillis * NANOS_PER_MILLI;
    List<Step> steps = new ArrayList<>();
    long at = nextDeadlineNanos();
    int count = retries;
    boolean waits = has(ACKED) && count < deferRetries();
    while (count < settings.synAckRetries() || waits) {
      count++;
      waits = has(ACKED) && count < deferRetries();
      if (!waits) {
        steps.add(
            new Step(at - nowNanos, "SYN-ACK again, " + count + " of " + settings.synAckRetries()));
      }
      at += RetransmitTimer.shifted(initialNanos, count, settings.rtoMaxNanos());
    }
    steps.add(new Step(at - nowNanos, "it is forgotten; no application is told"));
    return new ArmedTimer(
        "syn-ack",
        nextDeadlineNanos() - nowNanos,
        retries,
        settings.synAckRetries(),
        TimerParameters.synAck(initialNanos, settings),
        steps,
        at - nowNanos,
        null);
  }

  /** How often the SYN-ACK was repeated by the timer. */
  public final int retries() {
    return retries;
  }

  /** When the first SYN-ACK was sent. */
  public final long firstSentNanos() {
    return firstSentNanos;
  }

  /** Fills a connection with what was agreed. */
  final void grow(ControlBlock c) {
    c.iss = iss;
    c.sndUna = iss;
    c.sndNxt = iss + 1;
    c.sndSml = iss;
    c.rttSequence = c.sndNxt;
    c.recoveryPoint = iss;
    c.karnSequence = iss;
    c.irs = irs;
    c.rcvNxt = irs + 1;
    c.lastAckSent = c.rcvNxt;
    c.rcvAdv = c.rcvNxt + windowField;
    c.tsOffset = tsOffset;
    c.tsRecent = tsRecent;
    c.tsRecentNanos = firstSentNanos;
    c.timestamps = has(TIMESTAMPS);
    c.sack = has(SACK);
    c.ecn = has(ECN);
    c.windowScaling = peerWindowScale >= 0;
    c.sndWindShift = (byte) Math.max(0, peerWindowScale);
    c.rcvWindShift = (byte) Math.max(0, ownWindowScale);
    c.mtuSegmentBytes = mtuSegmentBytes;
    c.peerSegmentBytes = peerSegmentBytes;
    c.minSegmentBytes = minSegmentBytes;
    c.rtt.initialNanos(initialRtoMillis * NANOS_PER_MILLI);
    c.sndMss = Outgoing.sendMss(c);
    c.synRetransmitted = has(RETRANSMITTED);
    c.synAmbiguous = has(AMBIGUOUS);
    c.retransmits = retries;
    c.retryStartNanos = firstSentNanos;
    c.retransmitArmedNanos = armedNanos;
    AckPolicy.enterQuickPhase(c);
  }
}
