package io.karavel.tcp.internal.connection;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;

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
    /** Retries are used up: forget it, silently. */
    GIVE_UP
  }

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
    throw new UnsupportedOperationException();
  }

  /**
   * What the final ACK and a valid cookie tell; the verdict of {@link #onSegment} for the same
   * segment is OPEN then.
   *
   * @param peerSegmentBytes MSS from the cookie
   * @param peerWindowScale from the cookie, or -1
   * @param ownWindowScale as the SYN-ACK offered, or -1
   */
  public Embryo(
      ConnectionContext context,
      Segment finalAck,
      int timestampOffset,
      int mtuSegmentBytes,
      int peerSegmentBytes,
      int peerWindowScale,
      int ownWindowScale,
      boolean sack,
      long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** Reads what {@link #export} wrote. */
  public Embryo(ConnectionContext context, HandoverReader reader) throws HandoverException {
    throw new UnsupportedOperationException();
  }

  /** Writes every variable. */
  public final void export(HandoverWriter writer) {
    throw new UnsupportedOperationException();
  }

  /** Judges a segment for this 4-tuple. */
  public final Verdict onSegment(Segment segment, long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** SYN_ACK (again), GIVE_UP, or IGNORE if nothing is due. */
  public final Verdict onDeadline(long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** Settings have changed: GIVE_UP or IGNORE; the deadline may have moved. */
  public final Verdict onSettingsChanged(long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** When {@link #onDeadline} is due. */
  public final long nextDeadlineNanos() {
    throw new UnsupportedOperationException();
  }

  /** Describes the SYN-ACK. */
  public final void synAck(TransmitSegment out, long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** Describes the challenge ACK. */
  public final void challengeAck(TransmitSegment out, long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** Describes the RST with which a closing listener or an overflow ends the embryo. */
  public final void reset(TransmitSegment out) {
    throw new UnsupportedOperationException();
  }

  /** How often the SYN-ACK was repeated by the timer. */
  public final int retries() {
    throw new UnsupportedOperationException();
  }
}
