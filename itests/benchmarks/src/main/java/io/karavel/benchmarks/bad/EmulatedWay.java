package io.karavel.benchmarks.bad;

import io.karavel.linux.Linux;
import java.nio.ByteBuffer;
import java.util.Random;

/**
 * One way of an emulated wire: rate with a queue of so many packets before it, then delay, loss and
 * reordering. Frames lie in slots of one direct buffer; those under way form a heap by due time.
 */
final class EmulatedWay {
  private static final int SLOTS = 1 << 14;
  private static final int FRAME_BYTES = 2048;

  /** Preamble, frame check sequence and gap: what a frame takes on the wire beside itself. */
  private static final int WIRE_BYTES = 24;

  /** Shorter frames (ARP, bare acknowledgements' share) are not lost: as the kernel peers' way. */
  private static final int SHORTEST_LOST_BYTES = 60;

  private final WireSettings settings;
  private final Random random;
  private final ByteBuffer frames = ByteBuffer.allocateDirect(SLOTS * FRAME_BYTES);
  private final long address = Linux.addressOf(frames);
  private final int[] free = new int[SLOTS];
  private int freeCount = SLOTS;
  private final int[] lengths = new int[SLOTS];
  private final long[] due = new long[SLOTS];
  private final long[] order = new long[SLOTS];
  private final int[] heap = new int[SLOTS];
  private int heapSize;
  private long orders;
  private long freeAtNanos;

  /** When the packets that wait before the rate leave, oldest first: the queue. */
  private final long[] leaving = new long[SLOTS];

  private int leavingHead;
  private int leavingCount;

  long carried;
  long lost;
  long queueDrops;
  long reordered;
  long tooLong;

  EmulatedWay(WireSettings settings, long seed) {
    this.settings = settings;
    random = new Random(seed);
    for (int i = 0; i < SLOTS; i++) {
      free[i] = i;
    }
  }

  /** Takes frames that wait at a descriptor, 64 at most. */
  void take(int descriptor, long nowNanos) {
    for (int i = 0; i < 64 && freeCount > 0; i++) {
      int slot = free[freeCount - 1];
      long length = Linux.read(descriptor, address + (long) slot * FRAME_BYTES, FRAME_BYTES);
      if (length <= 0) {
        return;
      }
      if (length == FRAME_BYTES) {
        tooLong++;
        continue;
      }
      accept(slot, (int) length, nowNanos);
    }
  }

  private void accept(int slot, int length, long nowNanos) {
    if (settings.loss() > 0
        && length > SHORTEST_LOST_BYTES
        && random.nextDouble() < settings.loss()) {
      lost++;
      return;
    }
    while (leavingCount > 0 && leaving[leavingHead] <= nowNanos) {
      leavingHead = leavingHead + 1 & SLOTS - 1;
      leavingCount--;
    }
    if (leavingCount >= settings.queuePackets()) {
      queueDrops++;
      return;
    }
    freeCount--;
    long leaves = nowNanos;
    if (settings.megabitsPerSecond() > 0) {
      long takes = (long) ((length + WIRE_BYTES) * 8000.0 / settings.megabitsPerSecond());
      freeAtNanos = Math.max(freeAtNanos, nowNanos) + takes;
      leaves = freeAtNanos;
      leaving[leavingHead + leavingCount & SLOTS - 1] = leaves;
      leavingCount++;
    }
    long arrives = leaves + settings.delayNanos();
    if (settings.reordering() > 0 && random.nextDouble() < settings.reordering()) {
      arrives += settings.reorderNanos();
      reordered++;
    }
    lengths[slot] = length;
    due[slot] = arrives;
    order[slot] = orders++;
    push(slot);
  }

  /** Gives away what is due; a full device loses it. Answers when the next is, or MAX_VALUE. */
  long deliver(int descriptor, long nowNanos) {
    while (heapSize > 0 && due[heap[0]] <= nowNanos) {
      int slot = pop();
      if (Linux.write(descriptor, address + (long) slot * FRAME_BYTES, lengths[slot]) > 0) {
        carried++;
      }
      free[freeCount++] = slot;
    }
    return heapSize == 0 ? Long.MAX_VALUE : due[heap[0]];
  }

  private boolean isBefore(int a, int b) {
    return due[a] != due[b] ? due[a] < due[b] : order[a] < order[b];
  }

  private void push(int slot) {
    int i = heapSize++;
    while (i > 0 && isBefore(slot, heap[(i - 1) / 2])) {
      heap[i] = heap[(i - 1) / 2];
      i = (i - 1) / 2;
    }
    heap[i] = slot;
  }

  private int pop() {
    int first = heap[0];
    int last = heap[--heapSize];
    int i = 0;
    while (2 * i + 1 < heapSize) {
      int child = 2 * i + 1;
      if (child + 1 < heapSize && isBefore(heap[child + 1], heap[child])) {
        child++;
      }
      if (!isBefore(heap[child], last)) {
        break;
      }
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = last;
    return first;
  }

  @Override
  public String toString() {
    return carried
        + " carried, "
        + lost
        + " lost, "
        + queueDrops
        + " dropped by the queue, "
        + reordered
        + " reordered, "
        + tooLong
        + " too long";
  }
}
