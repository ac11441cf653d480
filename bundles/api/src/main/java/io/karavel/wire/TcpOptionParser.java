package io.karavel.wire;

import java.nio.ByteBuffer;

/**
 * Reads the options of a TCP segment into fields that can then be asked for. One parser is made per
 * lane and used again for every segment; it is not shared between threads.
 *
 * <p>Nothing throws: an unknown option is skipped by its length; one whose length is impossible
 * ends the parsing and sets {@link #malformed()}, with what came before it kept. A known option
 * with a wrong length is skipped like an unknown one. The last of several of a kind counts, except
 * that Fast Open keeps the first.
 */
public final class TcpOptionParser {
  /** Kind: end of the option list. */
  public static final int END = 0;

  /** Kind: no operation. */
  public static final int NO_OPERATION = 1;

  /** Kind: maximum segment size (RFC 9293 §3.7.1). */
  public static final int MAXIMUM_SEGMENT_SIZE = 2;

  /** Kind: window scale (RFC 7323 §2). */
  public static final int WINDOW_SCALE = 3;

  /** Kind: SACK permitted (RFC 2018 §2). */
  public static final int SACK_PERMITTED = 4;

  /** Kind: SACK blocks (RFC 2018 §3). */
  public static final int SACK = 5;

  /** Kind: timestamps (RFC 7323 §3). */
  public static final int TIMESTAMPS = 8;

  /** Kind: user timeout (RFC 5482). */
  public static final int USER_TIMEOUT = 28;

  /** Kind: Fast Open cookie (RFC 7413 §4.1.1). */
  public static final int FAST_OPEN = 34;

  /** How many SACK blocks fit into the option space. */
  public static final int MAXIMUM_SACK_BLOCKS = 4;

  /** Largest window scale; a larger one is taken as this (RFC 7323 §2.3). */
  public static final int MAXIMUM_WINDOW_SCALE = 14;

  private static final int ALIGNED_TIMESTAMPS =
      NO_OPERATION << 24 | NO_OPERATION << 16 | TIMESTAMPS << 8 | 10;

  private final int[] sackLeft = new int[MAXIMUM_SACK_BLOCKS];
  private final int[] sackRight = new int[MAXIMUM_SACK_BLOCKS];
  private boolean malformed;
  private int maximumSegmentSize;
  private int windowScale;
  private boolean windowScaleTooLarge;
  private boolean sackPermitted;
  private int sackBlockCount;
  private boolean timestampsPresent;
  private int timestampValue;
  private int timestampEchoReply;
  private int userTimeout;
  private boolean fastOpenPresent;
  private int fastOpenCookieOffset;
  private int fastOpenCookieLength;
  private int unknownCount;

  /** Makes a parser that has read nothing. */
  public TcpOptionParser() {
    clear();
  }

  /** Forgets everything, as if a segment without options had been read. */
  public void clear() {
    malformed = false;
    maximumSegmentSize = -1;
    windowScale = -1;
    windowScaleTooLarge = false;
    sackPermitted = false;
    sackBlockCount = 0;
    timestampsPresent = false;
    timestampValue = 0;
    timestampEchoReply = 0;
    userTimeout = -1;
    fastOpenPresent = false;
    fastOpenCookieOffset = 0;
    fastOpenCookieLength = 0;
    unknownCount = 0;
  }

  /** Reads the options of the segment whose validated TCP header begins at {@code offset}. */
  public boolean parseSegment(ByteBuffer buffer, int offset) {
    return parse(
        buffer,
        offset + TcpHeader.MINIMUM_LENGTH,
        TcpHeader.headerLength(buffer, offset) - TcpHeader.MINIMUM_LENGTH);
  }

  /**
   * Reads {@code length} bytes of options at {@code offset}.
   *
   * @return false if they are malformed, as {@link #malformed()} then says too
   */
  public boolean parse(ByteBuffer buffer, int offset, int length) {
    clear();
    int at = offset;
    int end = offset + length;
    if (length == 12 && buffer.getInt(at) == ALIGNED_TIMESTAMPS) {
      timestampsPresent = true;
      timestampValue = buffer.getInt(at + 4);
      timestampEchoReply = buffer.getInt(at + 8);
      return true;
    }
    while (at < end) {
      int kind = buffer.get(at) & 0xFF;
      if (kind == END) {
        return true;
      }
      if (kind == NO_OPERATION) {
        at++;
        continue;
      }
      int optionLength = at + 1 < end ? buffer.get(at + 1) & 0xFF : 0;
      if (optionLength < 2 || at + optionLength > end) {
        malformed = true;
        return false;
      }
      take(buffer, at, kind, optionLength);
      at += optionLength;
    }
    return true;
  }

  private void take(ByteBuffer buffer, int at, int kind, int length) {
    switch (kind) {
      case MAXIMUM_SEGMENT_SIZE -> {
        if (length == 4) {
          maximumSegmentSize = buffer.getShort(at + 2) & 0xFFFF;
        }
      }
      case WINDOW_SCALE -> {
        if (length == 3) {
          int value = buffer.get(at + 2) & 0xFF;
          windowScaleTooLarge = value > MAXIMUM_WINDOW_SCALE;
          windowScale = Math.min(value, MAXIMUM_WINDOW_SCALE);
        }
      }
      case SACK_PERMITTED -> sackPermitted |= length == 2;
      case SACK -> takeSack(buffer, at, length);
      case TIMESTAMPS -> {
        if (length == 10) {
          timestampsPresent = true;
          timestampValue = buffer.getInt(at + 2);
          timestampEchoReply = buffer.getInt(at + 6);
        }
      }
      case USER_TIMEOUT -> {
        if (length == 4) {
          userTimeout = buffer.getShort(at + 2) & 0xFFFF;
        }
      }
      case FAST_OPEN -> takeFastOpen(at, length);
      default -> unknownCount++;
    }
  }

  private void takeSack(ByteBuffer buffer, int at, int length) {
    int blocks = (length - 2) / 8;
    if (blocks == 0 || blocks > MAXIMUM_SACK_BLOCKS || (length - 2) % 8 != 0) {
      return;
    }
    for (int i = 0; i < blocks; i++) {
      sackLeft[i] = buffer.getInt(at + 2 + 8 * i);
      sackRight[i] = buffer.getInt(at + 6 + 8 * i);
    }
    sackBlockCount = blocks;
  }

  private void takeFastOpen(int at, int length) {
    int cookieLength = length - 2;
    boolean valid = cookieLength == 0 || (cookieLength >= 4 && cookieLength <= 16);
    // RFC 7413 §4.1.1: an odd cookie length is invalid too and the option is ignored.
    if (valid && (cookieLength & 1) == 0 && !fastOpenPresent) {
      fastOpenPresent = true;
      fastOpenCookieOffset = at + 2;
      fastOpenCookieLength = cookieLength;
    }
  }

  /** Whether parsing ended early because an option's length was impossible. */
  public boolean malformed() {
    return malformed;
  }

  /** The peer's maximum segment size in bytes, or -1 if the option was absent. */
  public int maximumSegmentSize() {
    return maximumSegmentSize;
  }

  /** The window scale, 0 to 14, or -1 if the option was absent. */
  public int windowScale() {
    return windowScale;
  }

  /** Whether a window scale above 14 was sent and taken as 14. */
  public boolean windowScaleTooLarge() {
    return windowScaleTooLarge;
  }

  /** Whether SACK is permitted. */
  public boolean sackPermitted() {
    return sackPermitted;
  }

  /** How many SACK blocks there are, 0 to 4. */
  public int sackBlockCount() {
    return sackBlockCount;
  }

  /** The left edge of a SACK block: its first sequence number. */
  public int sackLeft(int index) {
    return sackLeft[index];
  }

  /** The right edge of a SACK block: the sequence number after its last. */
  public int sackRight(int index) {
    return sackRight[index];
  }

  /** Whether the timestamps option is there. */
  public boolean timestampsPresent() {
    return timestampsPresent;
  }

  /** TSval, the sender's clock. */
  public int timestampValue() {
    return timestampValue;
  }

  /** TSecr, our clock as the sender echoes it. */
  public int timestampEchoReply() {
    return timestampEchoReply;
  }

  /**
   * The user timeout field as it stands (RFC 5482 §3.1), or -1 if absent: the low 15 bits are the
   * timeout, in minutes if 0x8000 is set and otherwise in seconds.
   */
  public int userTimeout() {
    return userTimeout;
  }

  /** The user timeout in seconds, or -1 if the option was absent. */
  public int userTimeoutSeconds() {
    if (userTimeout < 0) {
      return -1;
    }
    int value = userTimeout & 0x7FFF;
    return (userTimeout & 0x8000) != 0 ? value * 60 : value;
  }

  /** Whether a valid Fast Open option is there, with a cookie or asking for one. */
  public boolean fastOpenPresent() {
    return fastOpenPresent;
  }

  /** Where the Fast Open cookie begins in the buffer that was parsed. */
  public int fastOpenCookieOffset() {
    return fastOpenCookieOffset;
  }

  /** Length of the Fast Open cookie in bytes: 0 (a request for one) or 4 to 16. */
  public int fastOpenCookieLength() {
    return fastOpenCookieLength;
  }

  /** How many options of unknown kinds were skipped. */
  public int unknownCount() {
    return unknownCount;
  }
}
