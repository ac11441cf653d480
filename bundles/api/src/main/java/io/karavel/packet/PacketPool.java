package io.karavel.packet;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The packet buffers of one lane, in two sizes: for a frame of an ordinary MTU and for a
 * super-segment of 64 KiB. Buffers are made when first needed and reused afterwards; free ones
 * beyond {@code maxFree} are left to the collector. Only the lane's thread uses it.
 */
public final class PacketPool {
  /** Headroom of every buffer: virtio-net, Ethernet with tag, IP and TCP headers with options. */
  public static final int HEADROOM = 192;

  /** Payload that a small buffer takes behind its headroom. */
  public static final int SMALL_CAPACITY = 2048 - HEADROOM;

  /** Payload that a large buffer takes behind its headroom. */
  public static final int LARGE_CAPACITY = 65536 + 1024;

  private static final int SMALL = 0;
  private static final int LARGE = 1;

  private final PacketQueue[] free = {new PacketQueue(), new PacketQueue()};
  private final int[] maxFree;
  private final List<Made> made = new ArrayList<>();
  private int madeLimit = 1024;

  /** Buffers that the collector took while they were out. */
  private int collected;

  private boolean abandoned;
  private long outstanding;
  private long created;

  /** A pool that keeps at most 4096 small and 256 large free buffers. */
  public PacketPool() {
    this(4096, 256);
  }

  /** A pool with given numbers of free buffers to keep. */
  public PacketPool(int maxFreeSmall, int maxFreeLarge) {
    maxFree = new int[] {maxFreeSmall, maxFreeLarge};
  }

  /**
   * A buffer with full headroom and an empty linear part that has room for {@code capacity} bytes.
   *
   * @throws IllegalArgumentException if {@code capacity} exceeds {@link #LARGE_CAPACITY}
   */
  public PacketBuffer allocate(int capacity) {
    if (capacity > LARGE_CAPACITY) {
      throw new IllegalArgumentException(
          capacity + " bytes exceed the largest packet buffer, " + LARGE_CAPACITY);
    }
    int poolClass = capacity <= SMALL_CAPACITY ? SMALL : LARGE;
    PacketBuffer buffer = free[poolClass].poll();
    if (buffer == null) {
      int size = HEADROOM + (poolClass == SMALL ? SMALL_CAPACITY : LARGE_CAPACITY);
      buffer = new PacketBuffer(this, poolClass, ByteBuffer.allocateDirect(size));
      buffer.made = new Made(buffer);
      created++;
      remember(buffer.made);
    }
    buffer.prepare(HEADROOM);
    outstanding++;
    return buffer;
  }

  private void remember(Made reference) {
    if (made.size() >= madeLimit) {
      forgetCollected();
      madeLimit = Math.max(madeLimit, 2 * made.size());
    }
    made.add(reference);
  }

  private void forgetCollected() {
    made.removeIf(
        reference -> {
          if (reference.get() != null) {
            return false;
          }
          if (!reference.discarded) {
            collected++;
          }
          return true;
        });
  }

  /**
   * Takes back every buffer that is out and that nobody {@linkplain PacketBuffer#keep() keeps}. For
   * the lane, between two calls, when one has thrown with a buffer in its hand. The memory is left
   * to the collector: should somebody look at it after all, it is nobody else's.
   *
   * @return how many
   */
  public int reclaim() {
    forgetCollected();
    int count = collected;
    outstanding -= collected;
    collected = 0;
    for (Made reference : made) {
      PacketBuffer buffer = reference.get();
      if (buffer != null && buffer.isInHand()) {
        buffer.abandon();
        outstanding--;
        count++;
      }
    }
    return count;
  }

  /**
   * Its lane was abandoned: what comes back is left to the collector, because the thread that comes
   * with it is another one.
   */
  public void abandon() {
    abandoned = true;
  }

  void recycle(PacketBuffer buffer) {
    if (abandoned) {
      return;
    }
    outstanding--;
    buffer.frame(0, 0);
    PacketQueue queue = free[buffer.poolClass()];
    if (queue.size() < maxFree[buffer.poolClass()]) {
      queue.add(buffer);
    } else {
      buffer.made.discarded = true;
    }
  }

  /** A buffer that was made, for as long as it is anywhere. */
  static final class Made extends WeakReference<PacketBuffer> {
    /** Whether the pool has let it go; else it was out when the collector took it. */
    boolean discarded;

    Made(PacketBuffer buffer) {
      super(buffer);
    }
  }

  /** Buffers handed out and not yet released: 0 when a stack is at rest, or something leaks. */
  public long outstanding() {
    return outstanding;
  }

  /** Buffers ever made. */
  public long created() {
    return created;
  }
}
