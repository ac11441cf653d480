package io.karavel.tcp.internal.connection;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.UnknownFields;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpExplanation.ArmedTimer;
import io.karavel.tcp.TcpExplanation.Step;
import io.karavel.tcp.TcpSettings;
import io.karavel.wire.Seq;
import io.karavel.wire.TcpHeader;
import java.util.List;

/**
 * A connection in TIME-WAIT: as little as answering stray segments needs (RFC 9293 §3.10.7.4, RFC
 * 6191, RFC 1337). The manager extends it by addresses and links. Lane's thread.
 */
public class TimeWaitRecord {
  /** What the manager is to do. */
  public enum Verdict {
    /** Nothing. */
    IGNORE,
    /** Send {@link #acknowledge}; the deadline may have moved. */
    ACKNOWLEDGE,
    /** A new SYN may have the tuple (RFC 6191): forget the record, hand the SYN to the listener. */
    REOPEN,
    /** Reset (unless rfc1337): forget the record. */
    END,
    /** Answer with {@link Resets#answer}. */
    RESET
  }

  private static final int TAG_SND_NXT = 1;
  private static final int TAG_RCV_NXT = 2;
  private static final int TAG_RCV_WND = 3;
  private static final int TAG_SHIFT = 4;
  private static final int TAG_TIMESTAMPS = 5;
  private static final int TAG_TS_OFFSET = 6;
  private static final int TAG_TS_RECENT = 7;
  private static final int TAG_STARTED = 8;
  private static final int TAG_DEADLINE = 9;
  private static final int TAG_ANSWERED = 10;
  private static final int TAG_CAUSE = 11;

  private int sndNxt;
  private int rcvNxt;
  private int rcvWnd;
  private int tsOffset;
  private int tsRecent;
  private byte rcvWindShift;
  private boolean timestamps;

  /** What it began by: FIN, ACK_OF_FIN or FIN_AGAIN; null if a predecessor did not say. */
  private TcpCause cause;

  private long startedNanos;
  private long deadlineNanos;
  private long answeredNanos = Long.MIN_VALUE;

  /** Of a later version; null mostly. */
  private UnknownFields unknown;

  /** The record of a connection in TIME-WAIT that owes nothing any more. */
  public TimeWaitRecord(TcpConnection connection, TcpSettings settings, long nowNanos) {
    sndNxt = connection.sndNxt;
    rcvNxt = connection.rcvNxt;
    rcvWnd = connection.rcvWnd();
    rcvWindShift = connection.rcvWindShift;
    timestamps = connection.timestamps;
    tsOffset = connection.tsOffset;
    tsRecent = connection.tsRecent;
    cause = connection.cause;
    start(settings, nowNanos);
  }

  /** Reads what {@link #export} wrote. */
  public TimeWaitRecord(HandoverReader reader) throws HandoverException {
    while (reader.next()) {
      switch (reader.tag()) {
        case TAG_SND_NXT -> sndNxt = reader.intValue();
        case TAG_RCV_NXT -> rcvNxt = reader.intValue();
        case TAG_RCV_WND -> rcvWnd = reader.intValue();
        case TAG_SHIFT -> rcvWindShift = (byte) reader.intValue();
        case TAG_TIMESTAMPS -> timestamps = reader.booleanValue();
        case TAG_TS_OFFSET -> tsOffset = reader.intValue();
        case TAG_TS_RECENT -> tsRecent = reader.intValue();
        case TAG_STARTED -> startedNanos = reader.longValue();
        case TAG_DEADLINE -> deadlineNanos = reader.longValue();
        case TAG_ANSWERED -> answeredNanos = reader.longValue();
        case TAG_CAUSE -> cause = TcpHandover.cause(reader.textValue());
        default -> unknown = UnknownFields.with(unknown, reader);
      }
    }
  }

  /** Writes every variable. */
  public final void export(HandoverWriter writer) {
    writer
        .putInt(TAG_SND_NXT, sndNxt)
        .putInt(TAG_RCV_NXT, rcvNxt)
        .putInt(TAG_RCV_WND, rcvWnd)
        .putInt(TAG_SHIFT, rcvWindShift)
        .putBoolean(TAG_TIMESTAMPS, timestamps)
        .putInt(TAG_TS_OFFSET, tsOffset)
        .putInt(TAG_TS_RECENT, tsRecent)
        .putLong(TAG_STARTED, startedNanos)
        .putLong(TAG_DEADLINE, deadlineNanos)
        .putLong(TAG_ANSWERED, answeredNanos);
    if (cause != null) {
      writer.putText(TAG_CAUSE, cause.name());
    }
    UnknownFields.write(unknown, writer);
  }

  private void start(TcpSettings settings, long nowNanos) {
    startedNanos = nowNanos;
    deadlineNanos = nowNanos + settings.timeWaitNanos();
  }

  /** Judges a segment for this 4-tuple. */
  public final Verdict onSegment(Segment segment, TcpSettings settings, long nowNanos) {
    boolean timestampOld =
        timestamps && segment.timestampsPresent && segment.timestampValue - tsRecent < 0;
    if (segment.rst()) {
      return onReset(segment, settings, nowNanos);
    }
    if (segment.syn()) {
      if (!segment.ack() && mayReopen(segment)) {
        return Verdict.REOPEN;
      }
      return answer(settings, nowNanos, false);
    }
    if (timestamps && !segment.timestampsPresent) {
      return Verdict.IGNORE; // RFC 7323 §3.2
    }
    if (timestampOld) {
      return answer(settings, nowNanos, segment.payloadLength > 0 || segment.fin());
    }
    if (!segment.ack()) {
      return Verdict.IGNORE;
    }
    boolean repeatedFin = segment.fin() && segment.end() == rcvNxt;
    if (repeatedFin) {
      if (timestamps && segment.timestampsPresent) {
        tsRecent = segment.timestampValue;
      }
      cause = TcpCause.FIN_AGAIN;
      start(settings, nowNanos);
      return Verdict.ACKNOWLEDGE;
    }
    if (segment.length() == 0
        && segment.sequence == rcvNxt
        && Seq.lessOrEqual(segment.acknowledgment, sndNxt)) {
      return Verdict.IGNORE;
    }
    return answer(settings, nowNanos, segment.payloadLength > 0 || segment.fin());
  }

  /** RFC 5961 §3.2; RFC 1337 lets no reset end it. */
  private Verdict onReset(Segment reset, TcpSettings settings, long nowNanos) {
    if (reset.sequence == rcvNxt) {
      return settings.rfc1337() ? Verdict.IGNORE : Verdict.END;
    }
    return Seq.inWindow(reset.sequence, rcvNxt, rcvNxt + rcvWnd)
        ? answer(settings, nowNanos, false)
        : Verdict.IGNORE;
  }

  /** RFC 6191 §2, and RFC 1122 §4.2.2.13 without timestamps. */
  private boolean mayReopen(Segment syn) {
    if (timestamps && syn.timestampsPresent) {
      int newer = syn.timestampValue - tsRecent;
      return newer > 0 || newer == 0 && Seq.greaterThan(syn.sequence, rcvNxt);
    }
    return Seq.greaterThan(syn.sequence, rcvNxt);
  }

  private Verdict answer(TcpSettings settings, long nowNanos, boolean always) {
    if (!always
        && answeredNanos != Long.MIN_VALUE
        && nowNanos - answeredNanos < settings.invalidRateLimitNanos()) {
      return Verdict.IGNORE;
    }
    answeredNanos = nowNanos;
    return Verdict.ACKNOWLEDGE;
  }

  /** Describes the acknowledgement. */
  public final void acknowledge(TransmitSegment out, long nowNanos) {
    out.clear();
    out.sequence = sndNxt;
    out.acknowledgment = rcvNxt;
    out.flags = TcpHeader.ACK;
    out.windowField = Math.min(65535, rcvWnd >> rcvWindShift);
    if (timestamps) {
      out.timestampsPresent = true;
      out.timestampValue = (int) (nowNanos / 1_000_000L) + tsOffset;
      out.timestampEcho = tsRecent;
    }
  }

  /** The timeWaitSeconds have changed: the deadline may have moved. */
  public final void onSettingsChanged(TcpSettings settings) {
    deadlineNanos = startedNanos + settings.timeWaitNanos();
  }

  /** Whether it would be forgotten by now under settings. */
  public final boolean isOver(TcpSettings settings, long nowNanos) {
    return nowNanos - startedNanos >= settings.timeWaitNanos();
  }

  /** What it began by; null if a predecessor did not say. */
  public final TcpCause cause() {
    return cause;
  }

  /** When it began. */
  public final long startedNanos() {
    return startedNanos;
  }

  /** Its timer. */
  public final ArmedTimer timer(TcpSettings settings, long nowNanos) {
    long in = deadlineNanos - nowNanos;
    return new ArmedTimer(
        "time-wait",
        in,
        0,
        0,
        List.of(TimerParameters.timeWait(settings)),
        List.of(new Step(in, "it is forgotten, and its port is free")),
        in,
        null);
  }

  /** When it is to be forgotten. */
  public final long nextDeadlineNanos() {
    return deadlineNanos;
  }

  /** Whether an outgoing connection may take the tuple over now: timestamps, and old enough. */
  public final boolean mayBeReused(TcpSettings settings, long nowNanos) {
    return timestamps && nowNanos - startedNanos >= settings.timeWaitReuseDelayNanos();
  }

  /** What the initial sequence number of a connection that takes over must be beyond: SND.NXT. */
  public final int sndNxt() {
    return sndNxt;
  }

  /** The offset of our timestamps, to be used again by a connection that takes over. */
  public final int timestampOffset() {
    return tsOffset;
  }
}
