package io.karavel.tcp.internal.connection;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.tcp.TcpSettings;

/**
 * A connection in TIME-WAIT: as little as answering stray segments needs. The manager extends it by
 * addresses and links. Lane's thread.
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

  /** The record of a connection in TIME-WAIT that owes nothing any more. */
  public TimeWaitRecord(TcpConnection connection, TcpSettings settings, long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** Reads what {@link #export} wrote. */
  public TimeWaitRecord(HandoverReader reader) throws HandoverException {
    throw new UnsupportedOperationException();
  }

  /** Writes every variable. */
  public final void export(HandoverWriter writer) {
    throw new UnsupportedOperationException();
  }

  /** Judges a segment for this 4-tuple. */
  public final Verdict onSegment(Segment segment, TcpSettings settings, long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** Describes the acknowledgement. */
  public final void acknowledge(TransmitSegment out, long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** The timeWaitSeconds have changed: the deadline may have moved. */
  public final void onSettingsChanged(TcpSettings settings) {
    throw new UnsupportedOperationException();
  }

  /** When it is to be forgotten. */
  public final long nextDeadlineNanos() {
    throw new UnsupportedOperationException();
  }

  /** Whether an outgoing connection may take the tuple over now: timestamps, and old enough. */
  public final boolean mayBeReused(TcpSettings settings, long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** What the initial sequence number of a connection that takes over must be beyond: SND.NXT. */
  public final int sndNxt() {
    throw new UnsupportedOperationException();
  }

  /** The offset of our timestamps, to be used again by a connection that takes over. */
  public final int timestampOffset() {
    throw new UnsupportedOperationException();
  }
}
