package io.karavel.tcp.spi;

import io.karavel.engine.LaneFence;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.SliceOwner;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * The bytes between an application and the lane: one producer thread, one consumer thread,
 * positions that only grow. Memory is a chain of blocks taken when bytes come and given back when
 * they are consumed; a drained ring holds none.
 *
 * <p>In a receive ring the lane produces, also ahead of the write position ({@link #place}: data
 * out of order waits at its final place), and the application consumes. In a send ring the
 * application produces, the lane lends bytes to packets at any position not yet consumed ({@link
 * #lend}) and consumes what is acknowledged.
 *
 * <p>Positions count bytes from the start of the connection; the caller maps sequence numbers to
 * them. Producers among several application threads must be serialised by the caller, consumers
 * likewise.
 */
public final class ByteRing implements SliceOwner {
  /** Holds the guard: a producer writes or places. */
  private static final int PRODUCING = 1;

  /** Holds the guard: a consumer reads or skips. */
  private static final int CONSUMING = 2;

  /** In the guard: {@link #discard} was called; the last who leaves gives the memory back. */
  private static final int DISCARDED = 4;

  /** Up to this many bytes lie in small blocks; two are what a packet can refer to. */
  private static final int FEW_BYTES = 2 * RingMemory.SMALL_BYTES;

  /** Blocks that may wait for packets to let go of them before the collector takes further ones. */
  private static final int MAX_RETIRED = 16;

  private static final VarHandle READ;
  private static final VarHandle WRITE;
  private static final VarHandle GUARD;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      READ = lookup.findVarHandle(ByteRing.class, "readPosition", long.class);
      WRITE = lookup.findVarHandle(ByteRing.class, "writePosition", long.class);
      GUARD = lookup.findVarHandle(ByteRing.class, "guard", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final class Block {
    final long start;
    final int capacity;
    volatile Block next;

    /** Taken when the first byte is put here, so that a gap in the data costs no memory. */
    ByteBuffer memory;

    /** Next of the blocks that are consumed while packets still refer to them. */
    Block retiredNext;

    Block(long start, boolean large) {
      this.start = start;
      this.capacity = large ? RingMemory.LARGE_BYTES : RingMemory.SMALL_BYTES;
    }

    long end() {
      return start + capacity;
    }
  }

  private final RingMemory memory;
  private volatile int capacityBytes;
  private volatile int guaranteedBytes;
  private long readPosition;
  private long writePosition;

  /** Behind the highest byte ever placed; the producer's. */
  private long placedEnd;

  /** Of a ring that is being restored: where its write position was. */
  private long restoredWritePosition;

  /** Who is inside, as bits; accessed through {@link #GUARD}. */
  @SuppressWarnings("UnusedVariable")
  private int guard;

  /**
   * First block of the chain: written by the producer while the ring is empty, else the consumer.
   */
  private volatile Block first;

  /** Block in which the producer wrote last, to begin the next search from. */
  private Block cursor;

  /** Block from which the lane lent last. */
  private Block lendCursor;

  /** Packets on their way that refer to bytes of this ring; lane's thread only. */
  private int lent;

  /** Consumed blocks that such packets may refer to; lane's thread only. */
  private Block retired;

  private int retiredCount;

  /** An empty ring that takes at most {@code capacityBytes} from its stack's memory. */
  public ByteRing(RingMemory memory, int capacityBytes) {
    this.memory = memory;
    this.capacityBytes = capacityBytes;
  }

  /**
   * A ring with the positions and limits of this one and no bytes: what is in it must not be read.
   * For a copy of a socket that nothing can come of.
   */
  ByteRing shape(RingMemory otherMemory) {
    ByteRing shape = new ByteRing(otherMemory, capacityBytes);
    shape.guaranteedBytes = guaranteedBytes;
    shape.readPosition = readPosition();
    shape.writePosition = writePosition();
    return shape;
  }

  /** Most bytes between read position and the highest byte placed. Any thread. */
  public int capacityBytes() {
    return capacityBytes;
  }

  /** What is guaranteed even when the stack's memory is used up. Any thread. */
  int guaranteedBytes() {
    return guaranteedBytes;
  }

  /** Takes a piece of what is in a ring; the buffer is lent for the call. */
  interface PieceSink {
    void piece(long position, ByteBuffer bytes) throws IOException;
  }

  /**
   * While nobody produces or consumes: gives everything that is in the ring, ascending, what is
   * placed ahead of the write position included (gaps in it as they lie in memory).
   */
  void forEachPiece(PieceSink sink) throws IOException {
    long from = readPosition();
    long to = Math.max(writePosition(), placedEnd);
    for (Block block = first; block != null; block = block.next) {
      long start = Math.max(from, block.start);
      long end = Math.min(to, block.end());
      if (block.memory != null && start < end) {
        int index = (int) (start - block.start);
        sink.piece(start, block.memory.slice(index, (int) (end - start)));
      }
    }
  }

  /** A ring of whose earlier life only these positions are left; pieces follow. */
  static ByteRing restored(RingMemory memory, long readPosition, long writePosition) {
    ByteRing ring = new ByteRing(memory, Integer.MAX_VALUE);
    ring.guaranteedBytes = Integer.MAX_VALUE;
    ring.readPosition = readPosition;
    // the chain begins where the consumer is; everything is placed and then published
    ring.writePosition = readPosition;
    ring.restoredWritePosition = writePosition;
    return ring;
  }

  /** Puts a piece back; false if there is no memory for it. */
  boolean restorePiece(long position, ByteBuffer bytes) {
    int length = bytes.remaining();
    return place(position, bytes, bytes.position(), length) == length;
  }

  /** The last piece is back; false if some are missing. */
  boolean restoredWithin(int capacity, int guaranteed) {
    long there = readPosition;
    for (Block block = first; block != null && block.memory != null; block = block.next) {
      there = block.end();
    }
    publish(restoredWritePosition);
    capacityBytes = capacity;
    guaranteedBytes = guaranteed;
    return there >= restoredWritePosition;
  }

  /** Changes the capacity; below present use it refuses what is new. Any thread. */
  public void capacityBytes(int bytes) {
    capacityBytes = bytes;
  }

  /**
   * Bytes that find memory even when the stack's is used up, so that no connection starves; 0 at
   * first. Any thread.
   */
  public void guaranteedBytes(int bytes) {
    guaranteedBytes = bytes;
  }

  /** Position of the next byte to be consumed. Any thread. */
  public long readPosition() {
    return (long) READ.getAcquire(this);
  }

  /** Position behind the last byte that can be consumed. Any thread. */
  public long writePosition() {
    return (long) WRITE.getAcquire(this);
  }

  /** Bytes that can be consumed. Any thread. */
  public int available() {
    long write = writePosition();
    return (int) (write - readPosition());
  }

  /** Bytes that can be produced within the capacity (memory may set a lower bound). Any thread. */
  public int space() {
    return (int) Math.max(0, readPosition() + capacityBytes - writePosition());
  }

  // ---- producer ----

  /**
   * Producer: appends bytes of {@code source} behind the write position and publishes them.
   *
   * @return bytes taken: bounded by the capacity and by the stack's memory
   */
  public int write(ByteBuffer source) {
    LaneFence.pass();
    int count = Math.min(source.remaining(), space());
    if (count == 0 || !enter(PRODUCING)) {
      return 0;
    }
    try {
      long from = writePosition;
      int done = 0;
      while (done < count) {
        Block block = blockForWriting(from + done, count - done);
        if (block == null) {
          break;
        }
        int index = (int) (from + done - block.start);
        int n = (int) Math.min(count - done, block.end() - from - done);
        block.memory.put(index, source, source.position(), n);
        source.position(source.position() + n);
        done += n;
      }
      if (done > 0) {
        WRITE.setRelease(this, from + done);
      }
      return done;
    } finally {
      leave(PRODUCING);
    }
  }

  /**
   * Producer: puts bytes at a position at or beyond the write position without publishing them.
   *
   * @return bytes placed, from the front: fewer at the capacity or the stack's memory limit
   */
  public int place(long position, ByteBuffer source, int index, int length) {
    return place(position, source, index, length, 0);
  }

  /**
   * Producer: as {@link #place(long, ByteBuffer, int, int)}, but what was promised is taken
   * although the capacity was made smaller since.
   *
   * @param promised position behind the last byte that the other end was told there is room for
   * @return bytes placed, from the front: fewer at the larger of both limits or the stack's memory
   *     limit
   */
  public int place(long position, ByteBuffer source, int index, int length, long promised) {
    LaneFence.pass();
    long limit = Math.max(readPosition() + capacityBytes, promised);
    int count = (int) Math.max(0, Math.min(length, limit - position));
    if (count == 0 || !enter(PRODUCING)) {
      return 0;
    }
    try {
      int done = 0;
      while (done < count) {
        Block block = blockForWriting(position + done, count - done);
        if (block == null) {
          break;
        }
        int at = (int) (position + done - block.start);
        int n = (int) Math.min(count - done, block.end() - position - done);
        block.memory.put(at, source, index + done, n);
        done += n;
      }
      placedEnd = Math.max(placedEnd, position + done);
      return done;
    } finally {
      leave(PRODUCING);
    }
  }

  /** Producer: makes everything before {@code position} consumable. */
  public void publish(long position) {
    LaneFence.pass();
    WRITE.setRelease(this, position);
  }

  private Block blockForWriting(long position, int wanted) {
    if (first == null) {
      boolean large =
          position + wanted - writePosition > RingMemory.SMALL_BYTES && memory.hasRoomForLarge();
      cursor = new Block(writePosition, large);
      first = cursor;
    }
    Block block = cursor != null && cursor.start <= position ? cursor : first;
    while (position >= block.end()) {
      Block next = block.next;
      if (next == null) {
        boolean many = position + wanted - readPosition() > FEW_BYTES;
        next = new Block(block.end(), many && memory.hasRoomForLarge());
        block.next = next;
      }
      block = next;
    }
    if (block.memory == null) {
      boolean large = block.capacity == RingMemory.LARGE_BYTES;
      block.memory = memory.take(large);
      if (block.memory == null && !large && block.start < readPosition() + guaranteedBytes) {
        block.memory = memory.takeGuaranteed();
      }
      if (block.memory == null) {
        return null;
      }
    }
    if (position == writePosition) {
      cursor = block;
    }
    return block;
  }

  // ---- consumer ----

  /** Consumer: copies bytes out and consumes them; 0 if there are none. */
  public int read(ByteBuffer target) {
    LaneFence.pass();
    if (!target.hasRemaining() || !enter(CONSUMING)) {
      return 0;
    }
    try {
      long from = readPosition;
      int count = (int) Math.min(target.remaining(), writePosition() - from);
      int done = 0;
      Block block = count > 0 ? blockForReading(from) : null;
      while (done < count) {
        while (from + done >= block.end()) {
          block = block.next;
        }
        int index = (int) (from + done - block.start);
        int n = (int) Math.min(count - done, block.end() - from - done);
        target.put(target.position(), block.memory, index, n);
        target.position(target.position() + n);
        done += n;
      }
      if (done > 0) {
        consume(from + done);
      }
      return done;
    } finally {
      leave(CONSUMING);
    }
  }

  /** Consumer: copies bytes out and leaves them; 0 if there are none. */
  public int peek(ByteBuffer target) {
    LaneFence.pass();
    if (!enter(CONSUMING)) {
      return 0;
    }
    try {
      long from = readPosition;
      int count = (int) Math.min(target.remaining(), writePosition() - from);
      if (count > 0) {
        copy(from, target, target.position(), count);
        target.position(target.position() + count);
      }
      return count;
    } finally {
      leave(CONSUMING);
    }
  }

  /** Consumer, application: consumes up to {@code max} bytes unseen; says how many. */
  public long skip(long max) {
    LaneFence.pass();
    if (!enter(CONSUMING)) {
      return 0;
    }
    try {
      long count = Math.min(max, available());
      if (count > 0) {
        consume(readPosition + count);
      }
      return count;
    } finally {
      leave(CONSUMING);
    }
  }

  /** The first block that holds {@code position}; the consumer, with position below write. */
  private Block blockForReading(long position) {
    Block block = first;
    while (position >= block.end()) {
      block = block.next;
    }
    return block;
  }

  /**
   * Consumer, lane: lets go of everything before {@code position}, which is at most the write
   * position.
   */
  public void consume(long position) {
    LaneFence.pass();
    Block block = first;
    while (block != null && position >= block.end() && block.next != null) {
      Block next = block.next;
      if (lendCursor == block) {
        lendCursor = null;
      }
      first = next;
      giveBack(block, lent == 0);
      block = next;
    }
    READ.setRelease(this, position);
  }

  /**
   * Lane, in a send ring: adds the bytes at {@code position} to a packet as slices without copying.
   * Once per packet.
   *
   * @return bytes added: fewer than {@code length} when the packet has no slice left for them
   */
  public int lend(long position, int length, PacketBuffer packet) {
    LaneFence.pass();
    int done = 0;
    Block block =
        lendCursor != null && lendCursor.start <= position ? lendCursor : blockForReading(position);
    while (done < length && packet.sliceCount() < PacketBuffer.MAX_SLICES) {
      while (position + done >= block.end()) {
        block = block.next;
      }
      int index = (int) (position + done - block.start);
      int n = (int) Math.min(length - done, block.end() - position - done);
      packet.addSlice(block.memory, index, n);
      done += n;
    }
    lendCursor = block;
    lent++;
    packet.sliceOwner(this, 0);
    return done;
  }

  /** Copies bytes at {@code position}, which must be consumable, without consuming them. */
  public void copy(long position, ByteBuffer target, int index, int length) {
    LaneFence.pass();
    int done = 0;
    Block block = blockForReading(position);
    while (done < length) {
      while (position + done >= block.end()) {
        block = block.next;
      }
      int at = (int) (position + done - block.start);
      int n = (int) Math.min(length - done, block.end() - position - done);
      target.put(index + done, block.memory, at, n);
      done += n;
    }
  }

  @Override
  public void onSliceReleased(long token) {
    LaneFence.pass();
    lent--;
    if (lent == 0) {
      for (Block block = retired; block != null; block = block.retiredNext) {
        memory.giveBack(block.memory, true);
      }
      retired = null;
      retiredCount = 0;
    }
  }

  /**
   * Lane: gives all memory back if nothing is in the ring.
   *
   * @param ahead whether bytes are placed ahead of the write position, which keeps the memory
   * @return whether the ring holds no memory now
   */
  public boolean trim(boolean ahead) {
    LaneFence.pass();
    if (first == null) {
      return true;
    }
    if (ahead
        || readPosition() != writePosition()
        || !GUARD.compareAndSet(this, 0, PRODUCING | CONSUMING)) {
      return false;
    }
    try {
      if (readPosition() != writePosition()) {
        return false;
      }
      releaseBlocks(lent == 0);
      return true;
    } finally {
      leave(PRODUCING | CONSUMING);
    }
  }

  private void releaseBlocks(boolean reusable) {
    Block block = first;
    first = null;
    cursor = null;
    lendCursor = null;
    while (block != null) {
      giveBack(block, reusable);
      block = block.next;
    }
  }

  private void giveBack(Block block, boolean reusable) {
    if (block.memory == null) {
      return;
    }
    if (reusable || retiredCount == MAX_RETIRED || lent == 0) {
      memory.giveBack(block.memory, reusable);
    } else {
      block.retiredNext = retired;
      retired = block;
      retiredCount++;
    }
  }

  /** Whether the ring holds no memory. Any thread. */
  public boolean isEmptyOfMemory() {
    return first == null;
  }

  /** Bytes of memory the ring holds; a moment's look, any thread. */
  public long memoryBytes() {
    long bytes = 0;
    for (Block block = first; block != null; block = block.next) {
      bytes += block.memory == null ? 0 : block.capacity;
    }
    return bytes;
  }

  /**
   * Lane: gives all memory back whatever is in the ring, when its connection is over and nobody can
   * read any more. Application threads that are inside at this moment come to their end unharmed;
   * afterwards the ring is empty and takes nothing.
   */
  public void discard() {
    LaneFence.pass();
    int before = (int) GUARD.getAndBitwiseOr(this, DISCARDED);
    if (before == 0) {
      READ.setRelease(this, writePosition());
      releaseBlocks(lent == 0);
    }
  }

  /** Whether {@link #discard} was called. Any thread. */
  public boolean isDiscarded() {
    return ((int) GUARD.getAcquire(this) & DISCARDED) != 0;
  }

  /** Enters unless the ring is discarded; waits while a trim is under way, which is short. */
  private boolean enter(int bit) {
    while (true) {
      int held = (int) GUARD.getAcquire(this);
      if ((held & DISCARDED) != 0) {
        return false;
      }
      if ((held & bit) == 0 && GUARD.compareAndSet(this, held, held | bit)) {
        return true;
      }
      Thread.onSpinWait();
    }
  }

  private void leave(int bits) {
    int before = (int) GUARD.getAndBitwiseAnd(this, ~bits);
    if ((before & ~bits) == DISCARDED) {
      READ.setRelease(this, writePosition());
      // Not on the lane's thread, perhaps: what packets may refer to is left to the collector.
      discardBlocks();
    }
  }

  private void discardBlocks() {
    Block block = first;
    first = null;
    while (block != null) {
      if (block.memory != null) {
        memory.giveBack(block.memory, false);
      }
      block = block.next;
    }
  }
}
