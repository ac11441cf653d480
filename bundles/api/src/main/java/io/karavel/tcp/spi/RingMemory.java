package io.karavel.tcp.spi;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that byte rings are made of: direct blocks of two sizes, pooled, with one limit for
 * the whole stack ({@code bufferMemory}). Any thread.
 */
public final class RingMemory {
  /** A small block, for the first bytes of a ring. */
  public static final int SMALL_BYTES = 4096;

  /** A large block: as much as one super-segment carries. */
  public static final int LARGE_BYTES = 65536;

  private static final int MAX_FREE_SMALL = 4096;
  private static final int MAX_FREE_LARGE = 512;

  private final ConcurrentLinkedQueue<ByteBuffer> freeSmall = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<ByteBuffer> freeLarge = new ConcurrentLinkedQueue<>();
  private final AtomicInteger freeSmallCount = new AtomicInteger();
  private final AtomicInteger freeLargeCount = new AtomicInteger();
  private final AtomicLong usedBytes = new AtomicLong();
  private volatile long limitBytes;

  /** Memory with a limit in bytes. */
  public RingMemory(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** Changes the limit; below present use it refuses what is new and takes nothing away. */
  public void limitBytes(long bytes) {
    limitBytes = bytes;
  }

  /** The limit. */
  public long limitBytes() {
    return limitBytes;
  }

  /** Bytes in use by rings. */
  public long usedBytes() {
    return usedBytes.get();
  }

  /** Whether not even a small block is left within the limit. */
  public boolean isExhausted() {
    return usedBytes.get() + SMALL_BYTES > limitBytes;
  }

  /** Whether there is room for a large block at this moment. */
  boolean hasRoomForLarge() {
    return usedBytes.get() + LARGE_BYTES <= limitBytes;
  }

  /** A small block whatever the limit says, for what every ring may have. */
  ByteBuffer takeGuaranteed() {
    usedBytes.addAndGet(SMALL_BYTES);
    return reuse(false);
  }

  /** A block, or null at the limit. */
  ByteBuffer take(boolean large) {
    int size = large ? LARGE_BYTES : SMALL_BYTES;
    if (usedBytes.addAndGet(size) > limitBytes) {
      usedBytes.addAndGet(-size);
      return null;
    }
    return reuse(large);
  }

  private ByteBuffer reuse(boolean large) {
    ByteBuffer block = (large ? freeLarge : freeSmall).poll();
    if (block == null) {
      return ByteBuffer.allocateDirect(large ? LARGE_BYTES : SMALL_BYTES);
    }
    (large ? freeLargeCount : freeSmallCount).decrementAndGet();
    return block;
  }

  /**
   * Gives a block back.
   *
   * @param reusable false if a packet still refers to its bytes: then the collector takes it
   */
  void giveBack(ByteBuffer block, boolean reusable) {
    boolean large = block.capacity() == LARGE_BYTES;
    usedBytes.addAndGet(-block.capacity());
    if (!reusable) {
      return;
    }
    AtomicInteger count = large ? freeLargeCount : freeSmallCount;
    if (count.incrementAndGet() <= (large ? MAX_FREE_LARGE : MAX_FREE_SMALL)) {
      (large ? freeLarge : freeSmall).add(block);
    } else {
      count.decrementAndGet();
    }
  }
}
