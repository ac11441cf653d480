package io.karavel.diagnostics.internal.capture;

import io.karavel.packet.PacketBuffer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * A bounded ring of records of different length between one writer, a lane, and one reader. The
 * writer never waits: a record that finds no room is refused. Records become visible together, with
 * {@link #publish}.
 *
 * <p>A record begins at a multiple of 8 with its length and kind; a length of {@value #WRAP} says
 * that the rest of the memory is unused.
 */
final class RecordRing {
  /** Header of every record. */
  static final int HEADER = 48;

  /** Record of a frame. */
  static final byte FRAME = 1;

  /** Record of a state. */
  static final byte STATE = 2;

  // Offsets within a record.
  static final int LENGTH = 0;
  static final int KIND = 4;
  static final int DIRECTION = 5;
  static final int BARE_IP = 6;
  static final int DROP = 7;
  static final int TIME = 8;
  static final int INTERFACE = 16;
  static final int WIRE_LENGTH = 20;
  static final int KEPT = 24;
  static final int CHECKSUM_START = 28;
  static final int CHECKSUM_OFFSET = 30;
  static final int ID = 24;
  static final int LOCAL_IPV4 = 32;
  static final int REMOTE_IPV4 = 36;
  static final int PORTS = 40;
  static final int STATE_ORDINAL = 44;

  private static final int WRAP = -1;
  private static final VarHandle PUBLISHED;
  private static final VarHandle READ;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      PUBLISHED = lookup.findVarHandle(RecordRing.class, "published", long.class);
      READ = lookup.findVarHandle(RecordRing.class, "read", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final ByteBuffer memory;
  private final int mask;
  private long written;

  @SuppressWarnings("unused")
  private volatile long published;

  @SuppressWarnings("unused")
  private volatile long read;

  /** A ring of at least so many bytes; a power of two is taken. */
  RecordRing(int bytes) {
    int capacity = Integer.highestOneBit(Math.max(bytes, 4096) * 2 - 1);
    memory = ByteBuffer.allocate(capacity);
    mask = capacity - 1;
  }

  ByteBuffer memory() {
    return memory;
  }

  /**
   * Makes room for a record; the writer fills it in from the index returned.
   *
   * @return where the record begins in {@link #memory()}; -1 if there is no room
   */
  int claim(byte kind, int bytes) {
    int length = HEADER + bytes + 7 & ~7;
    if (length > memory.capacity() >>> 1) {
      return -1;
    }
    int index = (int) written & mask;
    int tail = memory.capacity() - index;
    int needed = tail < length ? tail + length : length;
    if (written + needed - (long) READ.getAcquire(this) > memory.capacity()) {
      return -1;
    }
    if (tail < length) {
      memory.putInt(index, WRAP);
      written += tail;
      index = 0;
    }
    memory.putInt(index + LENGTH, length);
    memory.put(index + KIND, kind);
    written += length;
    return index;
  }

  /** Copies the first bytes of a frame into a claimed record. */
  void copy(PacketBuffer frame, int index, int bytes) {
    frame.copyTo(0, memory, index + HEADER, bytes);
  }

  /** Lets the reader see what was claimed. */
  void publish() {
    PUBLISHED.setRelease(this, written);
  }

  /** Reader: whether something waits. */
  boolean isEmpty() {
    return (long) READ.getAcquire(this) == (long) PUBLISHED.getAcquire(this);
  }

  /** Reader: how far it may read now. */
  long limit() {
    return (long) PUBLISHED.getAcquire(this);
  }

  /** Reader: where it is. */
  long position() {
    return read;
  }

  /** Reader: index of the record at a position, after a wrap mark if there is one. */
  long skipWrap(long position, long limit) {
    int index = (int) position & mask;
    return position < limit && memory.getInt(index) == WRAP
        ? position + (memory.capacity() - index)
        : position;
  }

  /** Reader: index in {@link #memory()} of a position. */
  int index(long position) {
    return (int) position & mask;
  }

  /** Reader: gives the memory before a position back. */
  void release(long position) {
    READ.setRelease(this, position);
  }
}
