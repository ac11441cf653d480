package io.karavel.tcp.internal.connection;

import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionParser;
import io.karavel.wire.TcpOptionWriter;

/**
 * A segment to be sent, described. One is made per lane; {@link TcpConnection#pollTransmit} fills
 * it and the caller writes header, options and payload from it. Lane's thread.
 */
public final class TransmitSegment {
  /** SEG.SEQ. */
  public int sequence;

  /** SEG.ACK; written as it is also without the ACK flag (then 0). */
  public int acknowledgment;

  /** The flags of {@link TcpHeader}; of a super-segment FIN and PSH belong to the last segment. */
  public int flags;

  /** The window field, 0 to 65535, scaled already. */
  public int windowField;

  /** The urgent pointer. */
  public int urgentPointer;

  /** Position of the first payload byte in the send ring. */
  public long payloadPosition;

  /** Payload bytes; more than {@link #segmentBytes} makes it a super-segment. */
  public int payloadLength;

  /** Payload bytes of each wire segment but the last. */
  public int segmentBytes;

  /** Whether these bytes were sent before. */
  public boolean retransmission;

  /** Whether the IP header says ECT(0). */
  public boolean ecnCapable;

  /** MSS option in bytes, or -1. */
  public int maximumSegmentSize;

  /** Window scale option, or -1. */
  public int windowScale;

  /** SACK-permitted option. */
  public boolean sackPermitted;

  /** Timestamps option. */
  public boolean timestampsPresent;

  /** TSval. */
  public int timestampValue;

  /** TSecr. */
  public int timestampEcho;

  /** Cookie of the Fast Open option, empty to ask for one; null for no option. */
  public byte[] fastOpenCookie;

  /** SACK blocks, 0 to 4. */
  public int sackCount;

  /** Left edges. */
  public final int[] sackLeft = new int[TcpOptionParser.MAXIMUM_SACK_BLOCKS];

  /** Right edges. */
  public final int[] sackRight = new int[TcpOptionParser.MAXIMUM_SACK_BLOCKS];

  /** Makes an empty description. */
  public TransmitSegment() {
    clear();
  }

  /** Forgets everything. */
  public void clear() {
    sequence = 0;
    acknowledgment = 0;
    flags = 0;
    windowField = 0;
    urgentPointer = 0;
    payloadPosition = 0;
    payloadLength = 0;
    segmentBytes = 0;
    retransmission = false;
    ecnCapable = false;
    maximumSegmentSize = -1;
    windowScale = -1;
    sackPermitted = false;
    timestampsPresent = false;
    timestampValue = 0;
    timestampEcho = 0;
    fastOpenCookie = null;
    sackCount = 0;
  }

  /** Adds a SACK block; a fifth is passed over. */
  void sack(int left, int right) {
    if (sackCount < sackLeft.length) {
      sackLeft[sackCount] = left;
      sackRight[sackCount++] = right;
    }
  }

  /** Whether a flag of {@link TcpHeader} is set. */
  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** Writes the options with a writer that was begun; call its {@code end()} after it. */
  public void writeOptions(TcpOptionWriter writer) {
    if (maximumSegmentSize >= 0) {
      writer.maximumSegmentSize(maximumSegmentSize);
    }
    if (sackPermitted) {
      writer.sackPermitted();
    }
    if (timestampsPresent) {
      writer.timestamps(timestampValue, timestampEcho);
    }
    if (windowScale >= 0) {
      writer.windowScale(windowScale);
    }
    if (fastOpenCookie != null) {
      writer.fastOpen(fastOpenCookie, fastOpenCookie.length);
    }
    int blocks = Math.min(sackCount, writer.sackBlockRoom());
    if (blocks > 0 && writer.sack(blocks)) {
      for (int i = 0; i < blocks; i++) {
        writer.sackBlock(sackLeft[i], sackRight[i]);
      }
    }
  }
}
