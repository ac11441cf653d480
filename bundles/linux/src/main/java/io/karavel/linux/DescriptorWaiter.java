package io.karavel.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where a lane sleeps: waits until one of many descriptors is readable, another thread calls {@link
 * #wake()}, or a time is over. One ppoll(2) over the descriptors and an eventfd.
 *
 * <p>In each turn the lane's thread calls {@link #clear()}, {@link #add} for each device, {@link
 * #await}, then {@link #isReady}. Nothing is allocated. All methods belong to the lane's thread
 * except {@link #wake()}.
 */
public final class DescriptorWaiter implements AutoCloseable {
  /** For {@link #await}: no limit of time. */
  public static final long FOREVER = -1;

  private static final int ENTRY_BYTES = 8;
  private static final int REVENTS = 6;
  private static final short POLLIN = 1;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private static final int RUNNING = 0;
  private static final int WAITING = 1;
  private static final int WOKEN = 2;
  private static final int CLOSED = 3;

  private final AtomicInteger state = new AtomicInteger(RUNNING);
  private final AtomicInteger wakers = new AtomicInteger();
  private final int event;
  // two longs of timespec, then 8 bytes to read and write the eventfd
  private final ByteBuffer scratch = direct(32);
  private final long scratchAddress = Linux.addressOf(scratch);
  private ByteBuffer entries = direct(16 * ENTRY_BYTES);
  private long entriesAddress = Linux.addressOf(entries);
  private int count;

  /**
   * A waiter without descriptors.
   *
   * @throws LinuxException if the process has no descriptors left
   * @throws UnsupportedOperationException where there is no Linux
   */
  public DescriptorWaiter() throws LinuxException {
    event = Linux.eventDescriptor();
    scratch.putLong(24, 1);
    put(0, event);
    count = 0;
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  private void put(int index, int descriptor) {
    entries.putInt(index * ENTRY_BYTES, descriptor);
    entries.putInt(index * ENTRY_BYTES + 4, 0);
    entries.putShort(index * ENTRY_BYTES + 4, POLLIN);
  }

  /** Forgets all descriptors. */
  public void clear() {
    count = 0;
  }

  /**
   * Waits for this descriptor too.
   *
   * @return its index for {@link #isReady}, counting from 0 since {@link #clear()}
   */
  public int add(int descriptor) {
    int entry = count + 1;
    if ((entry + 1) * ENTRY_BYTES > entries.capacity()) {
      ByteBuffer larger = direct(entries.capacity() * 2);
      larger.put(0, entries, 0, entries.capacity());
      entries = larger;
      entriesAddress = Linux.addressOf(larger);
    }
    put(entry, descriptor);
    return count++;
  }

  /**
   * Waits. Returns at once if {@link #wake()} was called since the last return; the descriptors are
   * looked at even then. May return early without any reason.
   *
   * @param timeoutNanos how long at most; 0 only looks, {@link #FOREVER} has no limit
   * @return how many of the descriptors are ready: readable, in error, or hung up
   */
  public int await(long timeoutNanos) {
    boolean sleeps = timeoutNanos != 0 && state.compareAndSet(RUNNING, WAITING);
    if (!sleeps) {
      if (count == 0) {
        settle();
        return 0;
      }
      scratch.putLong(0, 0).putLong(8, 0);
    } else if (timeoutNanos > 0) {
      scratch.putLong(0, timeoutNanos / NANOS_PER_SECOND);
      scratch.putLong(8, timeoutNanos % NANOS_PER_SECOND);
    }
    boolean forever = sleeps && timeoutNanos < 0;
    int ready = Linux.ppoll(entriesAddress, count + 1, forever ? 0 : scratchAddress);
    settle();
    if (ready <= 0) {
      forgetReadiness();
      return 0;
    }
    if (entries.getShort(REVENTS) != 0) {
      Linux.read(event, scratchAddress + 16, 8);
      ready--;
    }
    return ready;
  }

  private void settle() {
    if (state.get() != CLOSED) {
      state.set(RUNNING);
    }
  }

  private void forgetReadiness() {
    for (int i = 0; i <= count; i++) {
      entries.putShort(i * ENTRY_BYTES + REVENTS, (short) 0);
    }
  }

  /** Whether the descriptor of that index was ready when {@link #await} returned. */
  public boolean isReady(int index) {
    return entries.getShort((index + 1) * ENTRY_BYTES + REVENTS) != 0;
  }

  /**
   * Ends the waiting, or the next one. A volatile read when the lane is awake and was woken before;
   * a system call only when it sleeps. Any thread; nothing happens after {@link #close()}.
   */
  public void wake() {
    for (int now = state.get(); now != WOKEN && now != CLOSED; now = state.get()) {
      if (now == RUNNING) {
        if (state.compareAndSet(RUNNING, WOKEN)) {
          return;
        }
      } else {
        wakers.incrementAndGet();
        try {
          if (state.compareAndSet(WAITING, WOKEN)) {
            Linux.write(event, scratchAddress + 24, 8);
            return;
          }
        } finally {
          wakers.decrementAndGet();
        }
      }
    }
  }

  /** Lets the eventfd go. The lane's thread, when it waits no more. */
  @Override
  public void close() {
    if (state.getAndSet(CLOSED) == CLOSED) {
      return;
    }
    // a waker on its way into the eventfd must not write to a descriptor that was given away
    while (wakers.get() != 0) {
      Thread.onSpinWait();
    }
    Linux.close(event);
  }
}
