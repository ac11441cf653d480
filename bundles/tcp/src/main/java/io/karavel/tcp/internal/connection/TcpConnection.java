package io.karavel.tcp.internal.connection;

import io.karavel.engine.DropReason;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.ByteRing;
import java.util.Map;

/**
 * One connection, without thread, clock or socket. Every method takes the lane's time where it
 * matters. After each call of {@code onSegment} (or a burst of them), {@code onDeadline} or a
 * command, the caller polls {@link #pollTransmit} until it answers false, takes {@link
 * #takeEvents()}, and arms its timer for {@link #nextDeadlineNanos()}. Nothing is sent from inside
 * another call. Lane's thread.
 */
public final class TcpConnection {
  private TcpConnection() {
    throw new UnsupportedOperationException();
  }

  /**
   * An active opening, in SYN-SENT; the SYN is owed.
   *
   * @param receiveRing empty ring, its capacity is set here
   * @param sendRing ring in which bytes may be written already
   * @param iss initial sequence number (RFC 6528)
   * @param timestampOffset added to our clock in timestamps, from the 4-tuple
   * @param mtuSegmentBytes MTU of the route less IP and TCP header without options
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
      long nowNanos) {
    throw new UnsupportedOperationException();
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
    throw new UnsupportedOperationException();
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
    throw new UnsupportedOperationException();
  }

  /** Writes every variable but options, keepalive times and rings; changes nothing. */
  public void export(HandoverWriter writer) {
    throw new UnsupportedOperationException();
  }

  // ---- in ----

  /**
   * Takes a segment for this 4-tuple, its checksum verified.
   *
   * @return null if it was of use, else why not: to be counted by the caller
   */
  public DropReason onSegment(Segment segment, long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** Everything that is due at {@code nowNanos}, in order; nothing if it is not due yet. */
  public void onDeadline(long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** Bytes were written to the send ring. */
  public void written(long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** Bytes were read from the receive ring: the window may open. */
  public void read(long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** FIN behind what is in the send ring. */
  public void shutdownOutput(long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** What comes from now on is acknowledged and discarded. */
  public void shutdownInput(long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** The application lets go: FIN, or RST with unread data or linger 0; then an orphan. */
  public void close(long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /**
   * RST at once, queues discarded, no TIME-WAIT.
   *
   * @param reason reported to whoever still holds the socket; null if nobody needs to be told
   */
  public void abort(TcpError reason, long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** The socket's options have changed. */
  public void options(ConnectionOptions options, long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** Policy or options of keepalive have changed. */
  public void keepalive(KeepaliveTimes times, long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** The context's settings have changed. */
  public void onSettingsChanged(long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /**
   * An ICMP error, or a neighbour that cannot be resolved (RFC 5927, RFC 1122 §4.2.3.9).
   *
   * @param hard whether it says that the peer's port or protocol is closed to us
   * @param sequence SEG.SEQ of the segment quoted; SND.UNA for a failed resolution
   */
  public void onIcmpError(TcpError error, boolean hard, int sequence, long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /**
   * The path carries less than we send (RFC 1191).
   *
   * @param mtuSegmentBytes MTU less IP and TCP header without options
   * @param sequence SEG.SEQ of the segment quoted
   */
  public void onPathMtu(int mtuSegmentBytes, int sequence, long nowNanos) {
    throw new UnsupportedOperationException();
  }

  // ---- out ----

  /**
   * Describes the next segment owed. What it describes counts as sent.
   *
   * @param segmentationBytes most payload bytes of a super-segment; 0 if each segment goes alone
   * @return false if nothing is owed now
   */
  public boolean pollTransmit(TransmitSegment out, int segmentationBytes, long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** When {@link #onDeadline} is due; {@link Long#MAX_VALUE} if never. */
  public long nextDeadlineNanos() {
    throw new UnsupportedOperationException();
  }

  /** Bits of {@link ConnectionEvents} since they were last taken. */
  public int takeEvents() {
    throw new UnsupportedOperationException();
  }

  /** Why it failed; null if it did not. */
  public TcpError failure() {
    throw new UnsupportedOperationException();
  }

  // ---- to look at ----

  /** The state. */
  public TcpState state() {
    throw new UnsupportedOperationException();
  }

  /** Whether the application has let go of it. */
  public boolean isOrphan() {
    throw new UnsupportedOperationException();
  }

  /**
   * Position of the receive ring at or beyond which a read is worth telling with {@link #read};
   * {@link Long#MAX_VALUE} if none is. Ask again whenever the connection was called.
   */
  public long readNoticePosition() {
    throw new UnsupportedOperationException();
  }

  /** Whether so much is unsent that the socket is not writable ({@code notSentLowWater}). */
  public boolean isOutputHeld() {
    throw new UnsupportedOperationException();
  }

  /** Which timer is due first: "retransmit", "persist", "keepalive" …; empty if none. */
  public String timerName() {
    throw new UnsupportedOperationException();
  }

  /** Retransmissions or probes so far. */
  public int timerCount() {
    throw new UnsupportedOperationException();
  }

  /** When it was opened. */
  public long openedNanos() {
    throw new UnsupportedOperationException();
  }

  /** Bytes of the send ring that were never sent. */
  public long unsentBytes() {
    throw new UnsupportedOperationException();
  }

  /** The variables by their RFC or Linux names, in a stable order. */
  public Map<String, Object> details(long nowNanos) {
    throw new UnsupportedOperationException();
  }
}
