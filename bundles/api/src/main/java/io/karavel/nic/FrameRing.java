package io.karavel.nic;

import io.karavel.engine.LaneContext;
import io.karavel.engine.LaneFence;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketPool;
import io.karavel.wire.InternetChecksum;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * Frames on their way from one lane to another: a ring of bytes that one thread writes and one
 * reads, without locks and without garbage. Frames are copied in and copied out, since buffers
 * belong to the pool of their lane. Each frame has a time of arrival, before which {@link #peek()}
 * shows it but the reader leaves it where it is: the ring is also the length of the cable.
 *
 * <p>A ring is an object of the ground, not of a driver: a cable's modules hand it over by
 * reference, and the frames in it outlast them. A ring that is to be larger is given a {@linkplain
 * #succeededBy successor}, which the reader takes up when it has emptied the first.
 */
public final class FrameRing implements AutoCloseable {
  /** Smallest capacity: a super-segment fits even when it has to start again at the beginning. */
  public static final int MINIMUM_BYTES = 256 * 1024;

  /** Time of arrival of a frame that waits for nothing. */
  public static final long AT_ONCE = Long.MIN_VALUE;

  private static final VarHandle POSITION;

  static {
    try {
      POSITION = MethodHandles.lookup().findVarHandle(Position.class, "value", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** A counter of bytes with the rest of a cache line around it, so that the ends do not share. */
  private static final class Position {
    @SuppressWarnings("unused")
    long p1, p2, p3, p4, p5, p6, p7;

    long value;

    @SuppressWarnings("unused")
    long q1, q2, q3, q4, q5, q6, q7;

    long acquire() {
      return (long) POSITION.getAcquire(this);
    }

    void release(long bytes) {
      POSITION.setRelease(this, bytes);
    }
  }

  // a record: length, marks, arrival, checksum start and offset, segment size; then the frame
  private static final int LENGTH = 0;
  private static final int MARKS = 4;
  private static final int ARRIVAL = 8;
  private static final int CHECKSUM_START = 16;
  private static final int CHECKSUM_OFFSET = 20;
  private static final int SEGMENT_SIZE = 24;
  private static final int RECORD_BYTES = 32;
  private static final int WRAP = -1;
  private static final int HELD_BACK = 1 << 16;

  private final ByteBuffer memory;
  private final int capacity;
  private final Position written = new Position();
  private final Position read = new Position();
  private volatile FrameRing successor;
  private volatile LaneContext reader;
  private volatile boolean closed;

  /** A ring of at least {@code capacityBytes}, rounded up to a power of two. */
  public FrameRing(int capacityBytes) {
    int wanted = Math.max(MINIMUM_BYTES, capacityBytes);
    capacity = wanted > 1 << 30 ? 1 << 30 : Integer.highestOneBit(wanted - 1) << 1;
    memory = ByteBuffer.allocateDirect(capacity);
  }

  /** Its capacity in bytes, 32 of which each frame costs beside its own. */
  public int capacityBytes() {
    return capacity;
  }

  /** Bytes in use, a moment old; any thread. */
  public long usedBytes() {
    return Math.max(0, written.acquire() - read.acquire());
  }

  /**
   * Copies a frame in; the frame stays the caller's. Writer.
   *
   * @param arrivalNanos when it arrives
   * @param heldBack whether frames behind it may arrive before it
   * @param corruptedBit a bit to be turned over on the way, or {@link Impairment#NOT_CORRUPTED}; a
   *     partial checksum is completed first, so that the receiver finds out
   * @param offloads whether the receiver is told of verified and partial checksums; if not, a
   *     partial one is completed
   * @return false if there is no room; nothing has happened then
   */
  public boolean offer(
      PacketBuffer frame,
      long arrivalNanos,
      boolean heldBack,
      long corruptedBit,
      boolean offloads) {
    LaneFence.pass();
    int length = frame.length();
    int bytes = recordBytes(length);
    long at = written.value;
    int index = (int) (at & capacity - 1);
    int skip = capacity - index < bytes ? capacity - index : 0;
    if (at + skip + bytes - read.acquire() > capacity) {
      return false;
    }
    if (skip > 0) {
      memory.putInt(index + LENGTH, WRAP);
      at += skip;
      index = 0;
    }
    int data = index + RECORD_BYTES;
    frame.copyTo(0, memory, data, length);
    int state = frame.checksumState();
    int start = frame.checksumStart() - frame.offset();
    if (!offloads || corruptedBit != Impairment.NOT_CORRUPTED) {
      if (state == PacketBuffer.CHECKSUM_PARTIAL) {
        complete(data + start, data + length, frame.checksumOffset());
      }
      state = PacketBuffer.CHECKSUM_UNKNOWN;
    }
    if (corruptedBit != Impairment.NOT_CORRUPTED) {
      int damaged = data + (int) (corruptedBit >>> 3);
      memory.put(damaged, (byte) (memory.get(damaged) ^ 0x80 >>> (corruptedBit & 7)));
    }
    memory.putInt(index + LENGTH, length);
    memory.putInt(
        index + MARKS, state | frame.segmentationType() << 8 | (heldBack ? HELD_BACK : 0));
    memory.putLong(index + ARRIVAL, arrivalNanos);
    memory.putInt(index + CHECKSUM_START, start);
    memory.putInt(index + CHECKSUM_OFFSET, frame.checksumOffset());
    memory.putInt(index + SEGMENT_SIZE, frame.segmentSize());
    written.release(at + bytes);
    return true;
  }

  private static int recordBytes(int length) {
    return RECORD_BYTES + length + 7 & ~7;
  }

  private void complete(int start, int end, int offset) {
    // the field holds the pseudo-header's sum, which belongs to the whole
    int sum = InternetChecksum.sum(memory, start, end - start);
    memory.putShort(start + offset, (short) InternetChecksum.finish(sum));
  }

  /** Whether a frame is there, due or not. Reader. */
  public boolean peek() {
    LaneFence.pass();
    long at = read.value;
    if (at == written.acquire()) {
      return false;
    }
    int index = (int) (at & capacity - 1);
    if (memory.getInt(index + LENGTH) == WRAP) {
      read.release(at + capacity - index);
    }
    return true;
  }

  private int next() {
    return (int) (read.value & capacity - 1);
  }

  /** When the first frame arrives; after {@link #peek()} said that there is one. Reader. */
  public long arrivalNanos() {
    return memory.getLong(next() + ARRIVAL);
  }

  /** Whether the first frame may be overtaken. After {@link #peek()}. Reader. */
  public boolean isHeldBack() {
    return (memory.getInt(next() + MARKS) & HELD_BACK) != 0;
  }

  /**
   * Takes the first frame out, into a buffer of the reader's pool whose {@link
   * PacketBuffer#timestampNanos()} is the time of arrival. After {@link #peek()}. Reader.
   */
  public PacketBuffer take(PacketPool pool) {
    LaneFence.pass();
    int index = next();
    int length = memory.getInt(index + LENGTH);
    int marks = memory.getInt(index + MARKS);
    PacketBuffer frame = pool.allocate(length);
    int at = frame.append(length);
    frame.memory().put(at, memory, index + RECORD_BYTES, length);
    int state = marks & 0xff;
    if (state == PacketBuffer.CHECKSUM_PARTIAL) {
      frame.checksumPartial(
          at + memory.getInt(index + CHECKSUM_START), memory.getInt(index + CHECKSUM_OFFSET));
    } else {
      frame.checksumState(state);
    }
    frame.segmentation(marks >>> 8 & 0xff, memory.getInt(index + SEGMENT_SIZE));
    frame.timestampNanos(memory.getLong(index + ARRIVAL));
    read.release(read.value + recordBytes(length));
    return frame;
  }

  /** From now on the writer writes to {@code next}; the reader follows when this is empty. */
  public void succeededBy(FrameRing next) {
    if (next.reader == null) {
      next.reader = reader;
    }
    successor = next;
  }

  /**
   * Says on which lane this ring and those that follow it are read. It stands in the ring, so that
   * a writer finds the reader's successor too. Reader.
   */
  public void readBy(LaneContext lane) {
    for (FrameRing ring = this; ring != null; ring = ring.successor) {
      if (ring.reader != lane) {
        ring.reader = lane;
      }
    }
  }

  /** Has the reader look, if there is one. Writer. */
  public void wakeReader() {
    LaneContext lane = last().reader;
    if (lane != null) {
      lane.wake();
    }
  }

  /**
   * Nobody will read it, or write to it: the state it was handed over with is disposed of. Both
   * ends find out; a successor opens the way again. Any thread.
   */
  @Override
  public void close() {
    closed = true;
  }

  /** Whether it was closed. Any thread. */
  public boolean isClosed() {
    return closed;
  }

  /** The ring that follows, or null. Any thread. */
  public FrameRing successor() {
    return successor;
  }

  /** The ring to write to: this one, or the last of its successors. Any thread. */
  public FrameRing last() {
    FrameRing ring = this;
    for (FrameRing next = ring.successor; next != null; next = ring.successor) {
      ring = next;
    }
    return ring;
  }

  /** The ring to read from: this one, or its successor once this is empty for good. Reader. */
  public FrameRing first() {
    FrameRing ring = this;
    // the successor is looked at first: what was written before it appeared is still seen
    for (FrameRing next = ring.successor; next != null && !ring.peek(); next = ring.successor) {
      ring = next;
    }
    return ring;
  }
}
