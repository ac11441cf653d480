package io.karavel.tcp.internal.connection;

import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionParser;
import java.nio.ByteBuffer;

/**
 * A received segment, parsed. One is made per lane and filled again for every segment; nothing
 * keeps it beyond {@link TcpConnection#onSegment}. Lane's thread.
 */
public final class Segment {
  /** SEG.SEQ. */
  public int sequence;

  /** SEG.ACK; means something with the ACK flag only. */
  public int acknowledgment;

  /** The flags of {@link TcpHeader}. */
  public int flags;

  /** The window field as it stands, 0 to 65535, not scaled. */
  public int windowField;

  /** Whether it came with a SYN, whose window is never scaled (RFC 7323 §2.2). */
  boolean windowUnscaled;

  /** The urgent pointer; means something with the URG flag only. */
  public int urgentPointer;

  /** Where the payload lies; may be null when there is none. */
  public ByteBuffer payload;

  /** Index of the first payload byte in {@link #payload}. */
  public int payloadIndex;

  /** Payload bytes. */
  public int payloadLength;

  /** Payload bytes of each wire segment of a coalesced super-segment; 0 if it is a single one. */
  public int segmentBytes;

  /** The two ECN bits of the IP header. */
  public int ecn;

  /** MSS option, or -1. */
  public int maximumSegmentSize;

  /** Window scale option, 0 to 14, or -1. */
  public int windowScale;

  /** SACK-permitted option. */
  public boolean sackPermitted;

  /** Timestamps option. */
  public boolean timestampsPresent;

  /** TSval. */
  public int timestampValue;

  /** TSecr. */
  public int timestampEcho;

  /** Bytes of the cookie in the Fast Open option, 0 in a request for one; -1 for no option. */
  public int fastOpenLength;

  /** Where that cookie begins in {@link #payload}. */
  public int fastOpenIndex;

  /** SACK blocks, 0 to 4. */
  public int sackCount;

  /** Left edges of the SACK blocks. */
  public final int[] sackLeft = new int[TcpOptionParser.MAXIMUM_SACK_BLOCKS];

  /** Right edges of the SACK blocks. */
  public final int[] sackRight = new int[TcpOptionParser.MAXIMUM_SACK_BLOCKS];

  /** Makes an empty segment. */
  public Segment() {
    clear();
  }

  /** Forgets everything. */
  public Segment clear() {
    sequence = 0;
    acknowledgment = 0;
    flags = 0;
    windowField = 0;
    windowUnscaled = false;
    urgentPointer = 0;
    payload = null;
    payloadIndex = 0;
    payloadLength = 0;
    segmentBytes = 0;
    ecn = 0;
    maximumSegmentSize = -1;
    windowScale = -1;
    sackPermitted = false;
    timestampsPresent = false;
    timestampValue = 0;
    timestampEcho = 0;
    fastOpenLength = -1;
    fastOpenIndex = 0;
    sackCount = 0;
    return this;
  }

  /** SEG.WND in bytes. */
  int window(int shift) {
    return windowUnscaled ? windowField : windowField << shift;
  }

  /** Reads the fixed part of a validated header that begins at {@code offset}. */
  public Segment header(ByteBuffer buffer, int offset) {
    sequence = TcpHeader.sequenceNumber(buffer, offset);
    acknowledgment = TcpHeader.acknowledgmentNumber(buffer, offset);
    flags = TcpHeader.flags(buffer, offset);
    windowField = TcpHeader.window(buffer, offset);
    urgentPointer = TcpHeader.urgentPointer(buffer, offset);
    return this;
  }

  /** Takes over what the parser read. */
  public Segment options(TcpOptionParser parser) {
    maximumSegmentSize = parser.maximumSegmentSize();
    windowScale = parser.windowScale();
    sackPermitted = parser.sackPermitted();
    timestampsPresent = parser.timestampsPresent();
    timestampValue = parser.timestampValue();
    timestampEcho = parser.timestampEchoReply();
    if (parser.fastOpenPresent()) {
      fastOpenLength = parser.fastOpenCookieLength();
      fastOpenIndex = parser.fastOpenCookieOffset();
    }
    sackCount = parser.sackBlockCount();
    for (int i = 0; i < sackCount; i++) {
      sackLeft[i] = parser.sackLeft(i);
      sackRight[i] = parser.sackRight(i);
    }
    return this;
  }

  /** Where the payload lies. */
  public Segment payload(ByteBuffer buffer, int index, int length) {
    payload = buffer;
    payloadIndex = index;
    payloadLength = length;
    return this;
  }

  /** A copy of the cookie in the Fast Open option. */
  public byte[] fastOpenCookie() {
    byte[] cookie = new byte[Math.max(0, fastOpenLength)];
    payload.get(fastOpenIndex, cookie);
    return cookie;
  }

  /** SYN flag. */
  public boolean syn() {
    return (flags & TcpHeader.SYN) != 0;
  }

  /** ACK flag. */
  public boolean ack() {
    return (flags & TcpHeader.ACK) != 0;
  }

  /** RST flag. */
  public boolean rst() {
    return (flags & TcpHeader.RST) != 0;
  }

  /** FIN flag. */
  public boolean fin() {
    return (flags & TcpHeader.FIN) != 0;
  }

  /** URG flag. */
  public boolean urg() {
    return (flags & TcpHeader.URG) != 0;
  }

  /** SEG.LEN: payload plus one each for SYN and FIN. */
  public int length() {
    return payloadLength + (syn() ? 1 : 0) + (fin() ? 1 : 0);
  }

  /** The sequence number behind the segment: SEG.SEQ + SEG.LEN. */
  public int end() {
    return sequence + length();
  }
}
