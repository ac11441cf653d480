package io.karavel.tcp.internal.connection.recovery;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The map of what was sent and is not acknowledged: one entry per wire segment, in sequence, with
 * its time of transmission and what became of it; also the scoreboard of RFC 6675.
 *
 * <p>Entries live in arrays used as a ring, addressed by ever growing indexes. Finding one is a
 * binary search; runs of SACKed entries are jumped over by compressed links, so that a peer that
 * repeats large SACK blocks costs nothing; losses are marked by a cursor that goes forward only.
 */
public final class SentSegments {
  /** Most entries; a sender waits when they are used up. */
  public static final int MAXIMUM_ENTRIES = 1 << 17;

  /** Segments SACKed above a hole that make it a loss (DupThresh). */
  public static final int DUPLICATE_THRESHOLD = 3;

  private static final int INITIAL_ENTRIES = 16;
  private static final byte SACKED = 1;
  private static final byte LOST = 2;
  private static final byte RETRANSMITTED = 4;
  private static final byte AGAIN_IN_FLIGHT = 8;
  private static final int ENTRY_BYTES = 13;

  private int[] start = new int[INITIAL_ENTRIES];
  private long[] sentNanos = new long[INITIAL_ENTRIES];
  private byte[] marks = new byte[INITIAL_ENTRIES];
  private int[] jump = new int[INITIAL_ENTRIES];
  private int mask = INITIAL_ENTRIES - 1;

  private int head;
  private int tail;
  private int endSequence;

  private int sackedBytes;
  private int lostBytes;
  private int againBytes;

  /** The entries SACKed highest, from the highest down, and how many of them count. */
  private int highest;

  private int second;
  private int third;
  private int highestCount;

  private int lostCursor;
  private int retransmitCursor;

  /** Stamps of the entries, for an algorithm that wants rate samples; else null. */
  private DeliveryRate delivery;

  // What the last acknowledge or sack found.
  private long sampleNanos;
  private boolean sampled;
  private boolean sawRetransmitted;
  private int newlySackedBytes;

  /** An empty map. */
  public SentSegments() {}

  /** Has every entry stamped from now on; null to stop that. */
  public void delivery(DeliveryRate stamps) {
    delivery = stamps;
    if (stamps != null) {
      stamps.adopt(mask + 1, head, tail, sentNanos);
    }
  }

  int firstIndex() {
    return head;
  }

  /** Whether nothing is outstanding. */
  public boolean isEmpty() {
    return head == tail;
  }

  /** How many entries there are. */
  public int size() {
    return tail - head;
  }

  /** Whether more entries may be added. */
  public boolean hasRoom(int entries) {
    return size() + entries <= MAXIMUM_ENTRIES;
  }

  /** The first sequence number outstanding. */
  public int firstSequence() {
    return start[head & mask];
  }

  /** When the first outstanding entry was sent last. */
  public long firstSentNanos() {
    return sentNanos[head & mask];
  }

  /** Outstanding, neither SACKed nor lost; retransmissions count again (RFC 6675 "pipe"). */
  public int inFlightBytes() {
    return isEmpty() ? 0 : endSequence - firstSequence() - sackedBytes - lostBytes + againBytes;
  }

  /** Bytes held to be lost, retransmitted or not. */
  public int lostBytes() {
    return lostBytes;
  }

  /** Bytes selectively acknowledged. */
  public int sackedBytes() {
    return sackedBytes;
  }

  /** Adds what was just sent, behind everything else. */
  public void add(int sequence, int length, long nowNanos, boolean alreadySentBefore) {
    if (size() == mask + 1) {
      grow();
    }
    boolean first = isEmpty();
    if (first) {
      lostCursor = tail;
      retransmitCursor = tail;
      highestCount = 0;
    }
    int i = tail++ & mask;
    start[i] = sequence;
    sentNanos[i] = nowNanos;
    marks[i] = alreadySentBefore ? RETRANSMITTED : 0;
    endSequence = sequence + length;
    if (delivery != null) {
      delivery.onSent(tail - 1, nowNanos, first, inFlightBytes());
    }
  }

  private void grow() {
    int size = mask + 1;
    int[] newStart = new int[size * 2];
    long[] newNanos = new long[size * 2];
    byte[] newMarks = new byte[size * 2];
    int[] newJump = new int[size * 2];
    int newMask = size * 2 - 1;
    for (int i = head; i != tail; i++) {
      newStart[i & newMask] = start[i & mask];
      newNanos[i & newMask] = sentNanos[i & mask];
      newMarks[i & newMask] = marks[i & mask];
      newJump[i & newMask] = jump[i & mask];
    }
    if (delivery != null) {
      delivery.resize(size * 2, head, tail, mask);
    }
    start = newStart;
    sentNanos = newNanos;
    marks = newMarks;
    jump = newJump;
    mask = newMask;
  }

  private int end(int index) {
    return index + 1 == tail ? endSequence : start[(index + 1) & mask];
  }

  private int length(int index) {
    return end(index) - start[index & mask];
  }

  // ---- acknowledgement ----

  /**
   * Lets go of everything before {@code ack}. Afterwards {@link #hasSample}, {@link
   * #sampleSentNanos} and {@link #sampleIsAmbiguous} tell of what was acknowledged.
   *
   * @return bytes of it that had been SACKed before
   */
  public int acknowledge(int ack) {
    int sackedBefore = 0;
    sampled = false;
    sawRetransmitted = false;
    while (head != tail && ack - end(head) >= 0) {
      sackedBefore += note(head, length(head));
      head++;
    }
    if (head != tail && ack - start[head & mask] > 0) {
      int part = ack - start[head & mask];
      sackedBefore += note(head, part);
      start[head & mask] = ack;
    }
    if (lostCursor - head < 0) {
      lostCursor = head;
    }
    if (retransmitCursor - head < 0) {
      retransmitCursor = head;
    }
    return sackedBefore;
  }

  private int note(int index, int bytes) {
    byte mark = marks[index & mask];
    boolean sacked = (mark & SACKED) != 0;
    sawRetransmitted |= (mark & RETRANSMITTED) != 0;
    if (!sampled && !sacked) {
      sampled = true;
      sampleNanos = sentNanos[index & mask];
    }
    if (delivery != null && !sacked) {
      delivered(index, mark, bytes);
    }
    forget(mark, bytes);
    return sacked ? bytes : 0;
  }

  private void delivered(int index, byte mark, int bytes) {
    delivery.onDelivered(index, bytes, sentNanos[index & mask], (mark & RETRANSMITTED) == 0);
  }

  private void forget(byte mark, int bytes) {
    if ((mark & SACKED) != 0) {
      sackedBytes -= bytes;
      return;
    }
    if ((mark & LOST) != 0) {
      lostBytes -= bytes;
    }
    if ((mark & AGAIN_IN_FLIGHT) != 0) {
      againBytes -= bytes;
    }
  }

  /** Whether something was acknowledged that had not been SACKed before: it has a round trip. */
  public boolean hasSample() {
    return sampled;
  }

  /** When the earliest of what was just acknowledged was sent, if {@link #hasSample()}. */
  public long sampleSentNanos() {
    return sampleNanos;
  }

  /** Whether something just acknowledged had been sent more than once (Karn). */
  public boolean sampleIsAmbiguous() {
    return sawRetransmitted;
  }

  // ---- selective acknowledgement ----

  /**
   * Marks everything wholly within a SACK block.
   *
   * @return bytes not SACKed before
   */
  public int sack(int left, int right) {
    newlySackedBytes = 0;
    int i = nextNotSacked(firstAtOrAfter(left));
    while (i != tail && right - end(i) >= 0) {
      int at = i & mask;
      int bytes = length(i);
      if (delivery != null) {
        delivered(i, marks[at], bytes);
      }
      forget(marks[at], bytes);
      marks[at] = (byte) ((marks[at] | SACKED) & ~(LOST | AGAIN_IN_FLIGHT));
      jump[at] = i + 1;
      sackedBytes += bytes;
      newlySackedBytes += bytes;
      rank(i);
      i = nextNotSacked(i + 1);
    }
    return newlySackedBytes;
  }

  private int firstAtOrAfter(int sequence) {
    int low = head;
    int high = tail;
    while (low != high) {
      int middle = low + ((high - low) >>> 1);
      if (start[middle & mask] - sequence < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private int nextNotSacked(int index) {
    int i = index;
    while (i != tail && (marks[i & mask] & SACKED) != 0) {
      int next = jump[i & mask];
      if (next != tail && (marks[next & mask] & SACKED) != 0) {
        jump[i & mask] = jump[next & mask];
      }
      i = next;
    }
    return i;
  }

  private void rank(int index) {
    if (highestCount == 0 || index - highest > 0) {
      third = second;
      second = highest;
      highest = index;
    } else if (highestCount == 1 || index - second > 0) {
      third = second;
      second = index;
    } else if (highestCount == 2 || index - third > 0) {
      third = index;
    }
    highestCount = Math.min(DUPLICATE_THRESHOLD, highestCount + 1);
  }

  /** Whether the first outstanding entry is SACKed: the receiver must have dropped it again. */
  public boolean isReneged() {
    return head != tail && (marks[head & mask] & SACKED) != 0;
  }

  // ---- losses ----

  /**
   * Marks as lost every hole with {@link #DUPLICATE_THRESHOLD} SACKed segments above it (RFC 6675
   * IsLost).
   *
   * @return whether there is a loss that was not known before
   */
  public boolean detectLosses() {
    if (highestCount < DUPLICATE_THRESHOLD || third - head < 0) {
      return false;
    }
    return markLostBefore(third);
  }

  /** Marks the first outstanding entry as lost; whether it was not before. */
  public boolean markFirstLost() {
    if (isEmpty() || (marks[head & mask] & (SACKED | LOST)) != 0) {
      return false;
    }
    marks[head & mask] |= LOST;
    lostBytes += length(head);
    noteLost(head);
    if (lostCursor == head) {
      lostCursor = head + 1;
    }
    return true;
  }

  private void noteLost(int index) {
    if (delivery != null) {
      delivery.onLost(index, length(index));
    }
  }

  private boolean markLostBefore(int index) {
    boolean found = false;
    while (lostCursor - index < 0) {
      int at = lostCursor & mask;
      if ((marks[at] & (SACKED | LOST)) == 0) {
        marks[at] |= LOST;
        lostBytes += length(lostCursor);
        noteLost(lostCursor);
        found = true;
      }
      lostCursor++;
    }
    return found;
  }

  /** The timer expired: everything not SACKed is lost, retransmissions included. */
  public void markAllLost(boolean forgetSacks) {
    sackedBytes = 0;
    lostBytes = 0;
    againBytes = 0;
    if (forgetSacks) {
      highestCount = 0;
    }
    for (int i = head; i != tail; i++) {
      int at = i & mask;
      if (!forgetSacks && (marks[at] & SACKED) != 0) {
        sackedBytes += length(i);
      } else {
        if ((marks[at] & (LOST | AGAIN_IN_FLIGHT)) != LOST) {
          noteLost(i);
        }
        marks[at] = (byte) ((marks[at] | LOST) & ~(SACKED | AGAIN_IN_FLIGHT));
        lostBytes += length(i);
      }
    }
    lostCursor = tail;
    retransmitCursor = head;
  }

  /**
   * Whether an entry is lost and was not sent again since; {@link #retransmitSequence()} names it.
   */
  public boolean hasRetransmission() {
    while (retransmitCursor - lostCursor < 0) {
      byte mark = marks[retransmitCursor & mask];
      if ((mark & (SACKED | LOST | AGAIN_IN_FLIGHT)) == LOST) {
        return true;
      }
      retransmitCursor++;
    }
    return false;
  }

  /** First sequence number to be sent again; after {@link #hasRetransmission()} said yes. */
  public int retransmitSequence() {
    return start[retransmitCursor & mask];
  }

  /**
   * Marks entries from {@link #retransmitSequence()} on as sent again, as many neighbours as are
   * lost and fit.
   *
   * @param maximumBytes at most so many, but at least one entry
   * @return bytes to be sent again
   */
  public int retransmit(int maximumBytes, long nowNanos) {
    int bytes = 0;
    do {
      int length = length(retransmitCursor);
      if (bytes > 0 && bytes + length > maximumBytes) {
        break;
      }
      int at = retransmitCursor & mask;
      marks[at] |= RETRANSMITTED | AGAIN_IN_FLIGHT;
      sentNanos[at] = nowNanos;
      againBytes += length;
      bytes += length;
      if (delivery != null) {
        delivery.onSent(retransmitCursor, nowNanos, false, inFlightBytes());
      }
      retransmitCursor++;
    } while (retransmitCursor - lostCursor < 0
        && (marks[retransmitCursor & mask] & (SACKED | LOST | AGAIN_IN_FLIGHT)) == LOST);
    return bytes;
  }

  /** Length of the next entry to be sent again. */
  public int retransmitLength() {
    return length(retransmitCursor);
  }

  /** Takes everything back, which was a probe beyond the window, as if it was never sent. */
  public void clear() {
    head = tail;
    sackedBytes = 0;
    lostBytes = 0;
    againBytes = 0;
    highestCount = 0;
    lostCursor = tail;
    retransmitCursor = tail;
  }

  /** Cuts every entry to at most {@code bytes}, after the path's MTU has decreased. */
  public void recut(int bytes) {
    SentSegments cut = new SentSegments();
    for (int i = head; i != tail; i++) {
      byte mark = marks[i & mask];
      int from = start[i & mask];
      int left = length(i);
      while (left > 0) {
        int part = Math.min(bytes, left);
        cut.add(from, part, sentNanos[i & mask], false);
        int at = (cut.tail - 1) & cut.mask;
        cut.marks[at] = mark;
        cut.jump[at] = cut.tail;
        if ((mark & SACKED) != 0) {
          cut.rank(cut.tail - 1);
        }
        from += part;
        left -= part;
      }
    }
    start = cut.start;
    sentNanos = cut.sentNanos;
    marks = cut.marks;
    jump = cut.jump;
    mask = cut.mask;
    head = cut.head;
    tail = cut.tail;
    highest = cut.highest;
    second = cut.second;
    third = cut.third;
    highestCount = cut.highestCount;
    recount();
    delivery(delivery);
  }

  private void recount() {
    sackedBytes = 0;
    lostBytes = 0;
    againBytes = 0;
    lostCursor = head;
    retransmitCursor = head;
    for (int i = head; i != tail; i++) {
      byte mark = marks[i & mask];
      if ((mark & SACKED) != 0) {
        sackedBytes += length(i);
        continue;
      }
      if ((mark & LOST) != 0) {
        lostBytes += length(i);
        lostCursor = i + 1;
      }
      if ((mark & AGAIN_IN_FLIGHT) != 0) {
        againBytes += length(i);
      }
    }
  }

  // ---- hand-over ----

  /** All entries by value. */
  public byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(4 + size() * ENTRY_BYTES);
    out.putInt(endSequence);
    for (int i = head; i != tail; i++) {
      out.putInt(start[i & mask]).putLong(sentNanos[i & mask]).put(marks[i & mask]);
    }
    return out.array();
  }

  /** The map that {@link #toBytes()} wrote; null if the bytes make no sense. */
  public static SentSegments fromBytes(byte[] bytes) {
    if (bytes.length < 4 || (bytes.length - 4) % ENTRY_BYTES != 0) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int end = in.getInt();
    int count = (bytes.length - 4) / ENTRY_BYTES;
    if (count > MAXIMUM_ENTRIES) {
      return null;
    }
    int[] starts = new int[count];
    SentSegments map = new SentSegments();
    for (int i = 0; i < count; i++) {
      starts[i] = in.getInt();
      map.add(starts[i], 0, in.getLong(), false);
      map.marks[i & map.mask] = in.get();
      map.jump[i & map.mask] = i + 1;
      if ((map.marks[i & map.mask] & SACKED) != 0) {
        map.rank(i);
      }
    }
    map.endSequence = end;
    map.recount();
    return map;
  }

  @Override
  public String toString() {
    return "SentSegments[" + size() + " entries, " + Arrays.toString(toBytes()) + "]";
  }
}
