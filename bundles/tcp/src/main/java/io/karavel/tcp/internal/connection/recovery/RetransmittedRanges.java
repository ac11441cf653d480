package io.karavel.tcp.internal.connection.recovery;

import java.nio.ByteBuffer;

/**
 * Which stretches of sequence space a recovery has sent again, so that a report of a duplicate (RFC
 * 2883) counts as proof against a retransmission only where there was one: RFC 3708 §3 wants every
 * retransmission accounted for, and networks repeat packets too. At most {@value #MOST} stretches;
 * what exceeds that widens the last one. Lane's thread.
 */
public final class RetransmittedRanges {
  private static final int MOST = 16;
  private static final int RANGE_BYTES = 8;

  private int[] left;
  private int[] right;
  private int count;

  /** Nothing was sent again yet. */
  public RetransmittedRanges() {}

  /** A recovery begins. */
  public void clear() {
    count = 0;
  }

  /** A stretch was sent again. */
  public void add(int from, int to) {
    if (left == null) {
      left = new int[MOST];
      right = new int[MOST];
    }
    for (int i = count - 1; i >= 0; i--) {
      if (from - right[i] <= 0 && left[i] - to <= 0) {
        extend(i, from, to);
        return;
      }
    }
    if (count == MOST) {
      extend(MOST - 1, from, to);
      return;
    }
    left[count] = from;
    right[count++] = to;
  }

  private void extend(int i, int from, int to) {
    if (from - left[i] < 0) {
      left[i] = from;
    }
    if (to - right[i] > 0) {
      right[i] = to;
    }
  }

  /** How many bytes of a stretch were sent again. */
  public int overlapBytes(int from, int to) {
    int bytes = 0;
    for (int i = 0; i < count; i++) {
      int begin = from - left[i] > 0 ? from : left[i];
      int end = to - right[i] < 0 ? to : right[i];
      bytes += Math.max(0, end - begin);
    }
    return bytes;
  }

  // ---- hand-over ----

  /** All stretches by value. */
  public byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(count * RANGE_BYTES);
    for (int i = 0; i < count; i++) {
      out.putInt(left[i]).putInt(right[i]);
    }
    return out.array();
  }

  /** Takes over what {@link #toBytes()} gave; what is more than fits widens the last one. */
  public void fromBytes(byte[] bytes) {
    clear();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    while (in.remaining() >= RANGE_BYTES) {
      add(in.getInt(), in.getInt());
    }
  }
}
