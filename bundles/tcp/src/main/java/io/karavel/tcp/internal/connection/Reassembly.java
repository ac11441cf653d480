package io.karavel.tcp.internal.connection;

import java.nio.ByteBuffer;

/**
 * The ranges received ahead of RCV.NXT: their bytes wait in the receive ring at their final place,
 * here are only their edges, sorted. Bounded; what exceeds the bound is dropped and sent again by
 * the peer. Also remembers what the next SACK option is to say (RFC 2018, RFC 2883).
 */
final class Reassembly {
  /** Most ranges. */
  static final int MAXIMUM_RANGES = 1024;

  private static final int SACK_BLOCKS = 4;

  private int[] left = new int[8];
  private int[] right = new int[8];
  private int count;

  /** Left edges of the ranges that grew last, the latest first. */
  private final int[] recent = new int[SACK_BLOCKS];

  private int recentCount;

  private boolean duplicate;
  private int duplicateLeft;
  private int duplicateRight;

  /** Whether nothing waits and nothing is to be reported. */
  boolean isEmpty() {
    return count == 0 && !duplicate;
  }

  /** How many ranges wait. */
  int ranges() {
    return count;
  }

  /** Bytes that wait. */
  int bytes() {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      sum += right[i] - left[i];
    }
    return sum;
  }

  /** Behind the last byte that waits. */
  int highest() {
    return right[count - 1];
  }

  /**
   * Whether a range can be taken in, without exceeding the bound.
   *
   * @return false if it would be one range too many
   */
  boolean hasRoomFor(int from, int to) {
    if (count < MAXIMUM_RANGES) {
      return true;
    }
    int i = firstEndingAtOrAfter(from);
    return i < count && left[i] - to <= 0;
  }

  private int firstEndingAtOrAfter(int sequence) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (right[middle] - sequence < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Whether a range is wholly there already. */
  boolean contains(int from, int to) {
    int i = firstEndingAtOrAfter(from);
    return i < count && left[i] - from <= 0 && right[i] - to >= 0;
  }

  /** How many bytes from {@code sequence} on are there already. */
  int heldFrom(int sequence) {
    int i = firstEndingAtOrAfter(sequence + 1);
    return i < count && left[i] - sequence <= 0 ? right[i] - sequence : 0;
  }

  /** How many bytes from {@code sequence}, which is not there, are missing. */
  int gapFrom(int sequence) {
    int i = firstEndingAtOrAfter(sequence + 1);
    return i < count ? left[i] - sequence : Integer.MAX_VALUE;
  }

  /**
   * Takes in a range that lies beyond RCV.NXT; its bytes are in the ring already.
   *
   * @return whether some of it was there before, so that a DSACK tells of it
   */
  boolean add(int from, int to) {
    int first = firstEndingAtOrAfter(from);
    int last = first;
    int newLeft = from;
    int newRight = to;
    boolean overlapped = false;
    while (last < count && left[last] - to <= 0) {
      int overlapLeft = Math.max(left[last] - from, 0);
      int overlapRight = Math.min(right[last] - from, to - from);
      if (overlapRight > overlapLeft && !overlapped) {
        overlapped = true;
        duplicateLeft = from + overlapLeft;
        duplicateRight = from + overlapRight;
      }
      newLeft = left[last] - newLeft < 0 ? left[last] : newLeft;
      newRight = right[last] - newRight > 0 ? right[last] : newRight;
      forgetRecent(left[last]);
      last++;
    }
    replace(first, last, newLeft, newRight);
    remember(newLeft);
    return overlapped;
  }

  private void replace(int first, int last, int newLeft, int newRight) {
    int removed = last - first;
    if (removed == 0) {
      if (count == left.length) {
        left = java.util.Arrays.copyOf(left, count * 2);
        right = java.util.Arrays.copyOf(right, count * 2);
      }
      System.arraycopy(left, first, left, first + 1, count - first);
      System.arraycopy(right, first, right, first + 1, count - first);
      count++;
    } else if (removed > 1) {
      System.arraycopy(left, last, left, first + 1, count - last);
      System.arraycopy(right, last, right, first + 1, count - last);
      count -= removed - 1;
    }
    left[first] = newLeft;
    right[first] = newRight;
  }

  /**
   * RCV.NXT has come to {@code sequence}: what is contiguous with it now is no longer ahead.
   *
   * @return the new RCV.NXT
   */
  int advance(int sequence) {
    int next = sequence;
    int gone = 0;
    while (gone < count && left[gone] - next <= 0) {
      next = right[gone] - next > 0 ? right[gone] : next;
      forgetRecent(left[gone]);
      gone++;
    }
    if (gone > 0) {
      count -= gone;
      System.arraycopy(left, gone, left, 0, count);
      System.arraycopy(right, gone, right, 0, count);
    }
    return next;
  }

  private void remember(int leftEdge) {
    int keep = Math.min(recentCount, SACK_BLOCKS - 1);
    System.arraycopy(recent, 0, recent, 1, keep);
    recent[0] = leftEdge;
    recentCount = keep + 1;
  }

  /** The block around a range, if there is one, is told first (RFC 2018 §4). */
  void touch(int from, int to) {
    int around = firstEndingAtOrAfter(to);
    if (around < count && left[around] - from <= 0) {
      forgetRecent(left[around]);
      remember(left[around]);
    }
  }

  private void forgetRecent(int leftEdge) {
    for (int i = 0; i < recentCount; i++) {
      if (recent[i] == leftEdge) {
        System.arraycopy(recent, i + 1, recent, i, recentCount - i - 1);
        recentCount--;
        return;
      }
    }
  }

  /** Nobody will read any more: what waits beyond RCV.NXT need not be kept, nor be told of. */
  void forgetBytes(int rcvNxt) {
    count = 0;
    recentCount = 0;
    duplicate &= duplicateRight - rcvNxt <= 0;
  }

  // ---- what SACK says ----

  /** The next acknowledgement reports that this came twice (RFC 2883). */
  void reportDuplicate(int from, int to) {
    duplicate = true;
    duplicateLeft = from;
    duplicateRight = to;
  }

  /** Reports the overlap that {@link #add} found. */
  void reportOverlap() {
    duplicate = true;
  }

  /** Whether a duplicate is to be reported. */
  boolean hasDuplicate() {
    return duplicate;
  }

  /** How many blocks the next SACK option would like to have, 0 to 4. */
  int blocks() {
    return Math.min(SACK_BLOCKS, Math.min(count, SACK_BLOCKS) + (duplicate ? 1 : 0));
  }

  /** Writes the blocks, at most {@code most}; a duplicate is reported once only. */
  void write(TransmitSegment out, int most) {
    int room = most;
    if (duplicate && room > 0) {
      out.sack(duplicateLeft, duplicateRight);
      duplicate = false;
      room--;
      // RFC 2883 section 4: the second block is the larger one around it.
      touch(duplicateLeft, duplicateRight);
    }
    int told = 0;
    for (; told < recentCount && room > 0; told++, room--) {
      int i = firstEndingAtOrAfter(recent[told]);
      out.sack(left[i], right[i]);
    }
    for (int i = count - 1; i >= 0 && room > 0; i--) {
      if (!isRecent(left[i])) {
        out.sack(left[i], right[i]);
        room--;
      }
    }
  }

  private boolean isRecent(int leftEdge) {
    for (int i = 0; i < recentCount; i++) {
      if (recent[i] == leftEdge) {
        return true;
      }
    }
    return false;
  }

  // ---- hand-over ----

  byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(4 + 8 * count + 4 + 4 * recentCount + 9);
    out.putInt(count);
    for (int i = 0; i < count; i++) {
      out.putInt(left[i]).putInt(right[i]);
    }
    out.putInt(recentCount);
    for (int i = 0; i < recentCount; i++) {
      out.putInt(recent[i]);
    }
    out.put((byte) (duplicate ? 1 : 0)).putInt(duplicateLeft).putInt(duplicateRight);
    return out.array();
  }

  /** What {@link #toBytes()} wrote; null if it makes no sense. */
  static Reassembly fromBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (in.remaining() < 17) {
      return null;
    }
    Reassembly made = new Reassembly();
    int ranges = in.getInt();
    if (ranges < 0 || ranges > MAXIMUM_RANGES || in.remaining() < ranges * 8 + 13) {
      return null;
    }
    for (int i = 0; i < ranges; i++) {
      int from = in.getInt();
      int to = in.getInt();
      if (to - from <= 0 || i > 0 && from - made.highest() <= 0) {
        return null;
      }
      made.replace(i, i, from, to);
    }
    made.recentCount = in.getInt();
    if (made.recentCount < 0
        || made.recentCount > SACK_BLOCKS
        || in.remaining() != made.recentCount * 4 + 9) {
      return null;
    }
    for (int i = 0; i < made.recentCount; i++) {
      made.recent[i] = in.getInt();
      if (made.heldFrom(made.recent[i]) == 0) {
        return null;
      }
    }
    made.duplicate = in.get() != 0;
    made.duplicateLeft = in.getInt();
    made.duplicateRight = in.getInt();
    return made;
  }
}
