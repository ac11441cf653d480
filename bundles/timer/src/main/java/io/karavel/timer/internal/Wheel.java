package io.karavel.timer.internal;

import io.karavel.engine.Timer;
import java.util.Arrays;

/**
 * One wheel of 64 slots. A slot of a coarse wheel holds a short list of timers, or a finer wheel
 * that splits its time into 64; a slot of the finest holds the timers of one tick. Lists are
 * circular through {@link Timer#indexNext}; their head is the timer that came first.
 */
final class Wheel {
  static final int BITS = 6;
  static final int SLOTS = 1 << BITS;

  /** A tail is searched this far for the place of a timer before its slot counts as unsorted. */
  private static final int NEAR = 8;

  final int id;
  int level;
  Wheel parent;
  int slotInParent;

  /** Bit of every slot that holds timers or a wheel. */
  long occupied;

  /** Bit of every slot of the finest wheel whose list is in order of deadline. */
  private long sorted;

  final Timer[] heads = new Timer[SLOTS];
  final int[] sizes = new int[SLOTS];
  Wheel[] finer;

  Wheel(int id) {
    this.id = id;
  }

  void prepare(int newLevel, Wheel newParent, int newSlot) {
    level = newLevel;
    parent = newParent;
    slotInParent = newSlot;
    occupied = 0;
    sorted = 0;
  }

  Wheel finer(int slot) {
    return finer == null ? null : finer[slot];
  }

  void finer(int slot, Wheel wheel) {
    if (finer == null) {
      finer = new Wheel[SLOTS];
    }
    finer[slot] = wheel;
    if (wheel != null) {
      occupied |= 1L << slot;
    } else {
      occupied &= ~(1L << slot);
    }
  }

  boolean isFinest() {
    return level == 0;
  }

  /** Appends a timer to the list of a slot; in the finest wheel in its place if that is near. */
  void add(int slot, Timer timer) {
    timer.indexBucket = id << BITS | slot;
    sizes[slot]++;
    Timer head = heads[slot];
    if (head == null) {
      timer.indexNext = timer;
      timer.indexPrevious = timer;
      heads[slot] = timer;
      occupied |= 1L << slot;
      sorted |= 1L << slot;
      return;
    }
    Timer after = head.indexPrevious;
    if (isFinest() && (sorted & 1L << slot) != 0) {
      int steps = 0;
      while (steps < NEAR && after.deadlineNanos() > timer.deadlineNanos()) {
        steps++;
        if (after == head) {
          link(timer, head.indexPrevious);
          heads[slot] = timer;
          return;
        }
        after = after.indexPrevious;
      }
      if (after.deadlineNanos() > timer.deadlineNanos()) {
        after = head.indexPrevious;
        sorted &= ~(1L << slot);
      }
    }
    link(timer, after);
  }

  private static void link(Timer timer, Timer after) {
    timer.indexPrevious = after;
    timer.indexNext = after.indexNext;
    after.indexNext.indexPrevious = timer;
    after.indexNext = timer;
  }

  /** Takes a timer out of the list of a slot. */
  void remove(int slot, Timer timer) {
    if (--sizes[slot] == 0) {
      heads[slot] = null;
      occupied &= ~(1L << slot);
    } else {
      timer.indexPrevious.indexNext = timer.indexNext;
      timer.indexNext.indexPrevious = timer.indexPrevious;
      if (heads[slot] == timer) {
        heads[slot] = timer.indexNext;
      }
    }
    timer.indexNext = null;
    timer.indexPrevious = null;
    timer.indexBucket = -1;
  }

  /** Takes the whole list of a slot: the head, with the links of the circle cut at its end. */
  Timer takeAll(int slot) {
    Timer head = heads[slot];
    if (head != null) {
      head.indexPrevious.indexNext = null;
      heads[slot] = null;
      sizes[slot] = 0;
      occupied &= ~(1L << slot);
    }
    return head;
  }

  /** The earliest timer of a slot with a list; of equal ones the one that came first. */
  Timer earliest(int slot) {
    Timer head = heads[slot];
    if (isFinest()) {
      if ((sorted & 1L << slot) == 0) {
        head = sort(head);
        heads[slot] = head;
        sorted |= 1L << slot;
      }
      return head;
    }
    Timer best = head;
    for (Timer timer = head.indexNext; timer != head; timer = timer.indexNext) {
      if (timer.deadlineNanos() < best.deadlineNanos()) {
        best = timer;
      }
    }
    return best;
  }

  /** Merge sort of a circular list, from the bottom up and stable; returns the new head. */
  private static Timer sort(Timer circle) {
    circle.indexPrevious.indexNext = null;
    Timer list = circle;
    for (int width = 1; ; width *= 2) {
      Timer rest = list;
      Timer tail = null;
      list = null;
      int merges = 0;
      while (rest != null) {
        merges++;
        Timer left = rest;
        Timer right = rest;
        int leftSize = 0;
        while (leftSize < width && right != null) {
          leftSize++;
          right = right.indexNext;
        }
        int rightSize = width;
        while (leftSize > 0 || rightSize > 0 && right != null) {
          Timer next;
          boolean fromLeft =
              leftSize > 0
                  && (rightSize == 0
                      || right == null
                      || left.deadlineNanos() <= right.deadlineNanos());
          if (fromLeft) {
            next = left;
            left = left.indexNext;
            leftSize--;
          } else {
            next = right;
            right = right.indexNext;
            rightSize--;
          }
          if (tail == null) {
            list = next;
          } else {
            tail.indexNext = next;
          }
          next.indexPrevious = tail;
          tail = next;
        }
        rest = right;
      }
      tail.indexNext = null;
      if (merges <= 1) {
        tail.indexNext = list;
        list.indexPrevious = tail;
        return list;
      }
    }
  }

  /** Forgets everything, to be kept as a spare. */
  void clear() {
    Arrays.fill(heads, null);
    Arrays.fill(sizes, 0);
    if (finer != null) {
      Arrays.fill(finer, null);
    }
    occupied = 0;
    parent = null;
  }
}
