package io.karavel.wire;

import java.nio.ByteBuffer;

/**
 * Writes TCP options into a buffer, one after the other. One writer is made per lane and used
 * again; it is not shared between threads. {@link #begin}, then options, then {@link #end}, which
 * pads to a multiple of four and says how many bytes there are. An option that does not fit into
 * the 40 bytes of option space is not written and the method answers false.
 */
public final class TcpOptionWriter {
  /** Bytes of option space in a TCP header. */
  public static final int MAXIMUM_LENGTH = TcpHeader.MAXIMUM_LENGTH - TcpHeader.MINIMUM_LENGTH;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private ByteBuffer buffer = NOTHING;
  private int start;
  private int at;

  /** Makes a writer; {@link #begin} tells it where to write. */
  public TcpOptionWriter() {}

  /** Starts writing at {@code offset}, where the options of a header begin. */
  public TcpOptionWriter begin(ByteBuffer target, int offset) {
    buffer = target;
    start = offset;
    at = offset;
    return this;
  }

  /** Bytes still free in the option space. */
  public int remaining() {
    return MAXIMUM_LENGTH - (at - start);
  }

  /** Writes a maximum segment size in bytes: 4 bytes. */
  public boolean maximumSegmentSize(int bytes) {
    if (remaining() < 4) {
      return false;
    }
    buffer.putInt(at, TcpOptionParser.MAXIMUM_SEGMENT_SIZE << 24 | 4 << 16 | (bytes & 0xFFFF));
    at += 4;
    return true;
  }

  /** Writes a window scale, 0 to 14, preceded by a no-operation: 4 bytes. */
  public boolean windowScale(int shift) {
    if (remaining() < 4) {
      return false;
    }
    buffer.putInt(
        at,
        TcpOptionParser.NO_OPERATION << 24
            | TcpOptionParser.WINDOW_SCALE << 16
            | 3 << 8
            | (shift & 0xFF));
    at += 4;
    return true;
  }

  /** Writes SACK permitted: 2 bytes. */
  public boolean sackPermitted() {
    if (remaining() < 2) {
      return false;
    }
    buffer.putShort(at, (short) (TcpOptionParser.SACK_PERMITTED << 8 | 2));
    at += 2;
    return true;
  }

  /**
   * Writes timestamps: 10 bytes, preceded by as many no-operations as align the values to four
   * bytes, so that alone they take the 12 bytes of the layout recommended in RFC 7323 appendix A.
   */
  public boolean timestamps(int value, int echoReply) {
    int padding = (2 - (at - start)) & 3;
    if (remaining() < 10 + padding) {
      return false;
    }
    noOperations(padding);
    buffer.putShort(at, (short) (TcpOptionParser.TIMESTAMPS << 8 | 10));
    buffer.putInt(at + 2, value);
    buffer.putInt(at + 6, echoReply);
    at += 10;
    return true;
  }

  /** How many SACK blocks still fit, 0 to 4. */
  public int sackBlockRoom() {
    int padding = (2 - (at - start)) & 3;
    return Math.max(
        0, Math.min(TcpOptionParser.MAXIMUM_SACK_BLOCKS, (remaining() - padding - 2) / 8));
  }

  /** Opens a SACK option for {@code count} blocks, aligned; their edges follow by sackBlock. */
  public boolean sack(int count) {
    if (count < 1 || count > sackBlockRoom()) {
      return false;
    }
    noOperations((2 - (at - start)) & 3);
    buffer.putShort(at, (short) (TcpOptionParser.SACK << 8 | 2 + 8 * count));
    at += 2;
    return true;
  }

  /** Writes one block of the SACK option just opened. */
  public void sackBlock(int left, int right) {
    buffer.putInt(at, left);
    buffer.putInt(at + 4, right);
    at += 8;
  }

  /** Writes a user timeout field as it stands (RFC 5482 §3.1): 4 bytes. */
  public boolean userTimeout(int field) {
    if (remaining() < 4) {
      return false;
    }
    buffer.putInt(at, TcpOptionParser.USER_TIMEOUT << 24 | 4 << 16 | (field & 0xFFFF));
    at += 4;
    return true;
  }

  /** Writes a Fast Open option; a cookie of length 0 asks for one. */
  public boolean fastOpen(byte[] cookie, int cookieLength) {
    if (remaining() < 2 + cookieLength) {
      return false;
    }
    buffer.putShort(at, (short) (TcpOptionParser.FAST_OPEN << 8 | 2 + cookieLength));
    buffer.put(at + 2, cookie, 0, cookieLength);
    at += 2 + cookieLength;
    return true;
  }

  /** Pads to a multiple of four with no-operations; the length of all options in bytes. */
  public int end() {
    noOperations((start - at) & 3);
    int length = at - start;
    buffer = NOTHING;
    return length;
  }

  private void noOperations(int count) {
    for (int i = 0; i < count; i++) {
      buffer.put(at++, (byte) TcpOptionParser.NO_OPERATION);
    }
  }
}
