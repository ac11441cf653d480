package io.karavel.tcp.internal;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Compact records in order of their deadlines, so that thousands of embryos or TIME-WAIT records
 * need one timer between them. A binary heap in which each entry knows its place. One thread.
 *
 * @param <E> the records
 */
final class DeadlineHeap<E extends DeadlineHeap.Entry> {
  private static final int MINIMUM_CAPACITY = 16;

  /** Something with a deadline. */
  interface Entry {
    /** When it is due; call {@link DeadlineHeap#moved} after a change. */
    long nextDeadlineNanos();

    /** Its place in the heap; 0 if it is in none. */
    int heapIndex();

    /** For the heap alone. */
    void heapIndex(int index);
  }

  /** From index 1; index 0 stays free so that 0 can mean "in no heap". */
  private Entry[] entries = new Entry[MINIMUM_CAPACITY];

  private int size;

  int size() {
    return size;
  }

  /** The entry that is due first, or null. */
  @SuppressWarnings("unchecked")
  E first() {
    return (E) entries[1];
  }

  /** Some entry by place, 1 to {@link #size()}; for walks that change nothing. */
  @SuppressWarnings("unchecked")
  E at(int index) {
    return (E) entries[index];
  }

  /** Every entry by place: added in this order they take the same places again. */
  void forEach(Consumer<? super E> consumer) {
    for (int i = 1; i <= size; i++) {
      consumer.accept(at(i));
    }
  }

  void add(E entry) {
    if (++size == entries.length) {
      entries = Arrays.copyOf(entries, entries.length * 2);
    }
    siftUp(size, entry);
  }

  void remove(E entry) {
    int index = entry.heapIndex();
    if (index == 0) {
      return;
    }
    entry.heapIndex(0);
    Entry last = entries[size];
    entries[size--] = null;
    if (last != entry) {
      siftDown(index, last);
      siftUp(last.heapIndex(), last);
    }
    if (size * 8 < entries.length && entries.length > MINIMUM_CAPACITY) {
      entries = Arrays.copyOf(entries, entries.length / 2);
    }
  }

  /** The deadline of an entry has changed. */
  void moved(E entry) {
    if (entry.heapIndex() != 0) {
      siftDown(entry.heapIndex(), entry);
      siftUp(entry.heapIndex(), entry);
    }
  }

  /** Deadlines of many entries have changed at once. */
  void rebuild() {
    for (int index = size / 2; index >= 1; index--) {
      siftDown(index, entries[index]);
    }
  }

  private void siftUp(int from, Entry entry) {
    int index = from;
    long deadline = entry.nextDeadlineNanos();
    while (index > 1 && entries[index >> 1].nextDeadlineNanos() > deadline) {
      set(index, entries[index >> 1]);
      index >>= 1;
    }
    set(index, entry);
  }

  private void siftDown(int from, Entry entry) {
    int index = from;
    long deadline = entry.nextDeadlineNanos();
    while (index * 2 <= size) {
      int child = index * 2;
      if (child < size
          && entries[child + 1].nextDeadlineNanos() < entries[child].nextDeadlineNanos()) {
        child++;
      }
      if (entries[child].nextDeadlineNanos() >= deadline) {
        break;
      }
      set(index, entries[child]);
      index = child;
    }
    set(index, entry);
  }

  private void set(int index, Entry entry) {
    entries[index] = entry;
    entry.heapIndex(index);
  }
}
