package io.karavel.tcp.internal.connection.recovery;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The map of what was sent and is not acknowledged: one entry per wire segment, in sequence, with
 * its time of transmission and what became of it; also the scoreboard of RFC 6675.
 *
 * <p>Entries live in arrays used as a ring, addressed by ever growing indexes. Finding one is a
 * binary search; runs of SACKed entries are jumped over by compressed links, so that a peer that
 * repeats large SACK blocks costs nothing. What is in flight, neither SACKed nor lost, is also
 * linked in order of transmission, which is where RACK (RFC 8985) looks for losses.
 */
public final class SentSegments {
  /** Most entries; a sender waits when they are used up. */
  public static final int MAXIMUM_ENTRIES = 1 << 17;

  private static final int INITIAL_ENTRIES = 16;
  private static final byte SACKED = 1;
  private static final byte LOST = 2;
  private static final byte RETRANSMITTED = 4;
  private static final byte AGAIN_IN_FLIGHT = 8;
  private static final byte LINKED = 16;
  private static final int ENTRY_BYTES = 13;
  private static final int FIRST_HEADER_BYTES = 8;

  private int[] start = new int[INITIAL_ENTRIES];
  private long[] sentNanos = new long[INITIAL_ENTRIES];

  /** When each was sent for the first time; null as long as nothing was sent again. */
  private long[] firstNanos;

  private byte[] marks = new byte[INITIAL_ENTRIES];
  private int[] jump = new int[INITIAL_ENTRIES];
  private int[] older = new int[INITIAL_ENTRIES];
  private int[] newer = new int[INITIAL_ENTRIES];
  private int mask = INITIAL_ENTRIES - 1;

  private int head;
  private int tail;
  private int endSequence;

  private int sackedBytes;
  private int lostBytes;
  private int againBytes;

  private int sackedEntries;

  /** The ends of the list of transmissions, meaningless while it is empty. */
  private int oldest;

  private int newest;
  private int linked;

  /** Behind everything that is lost. */
  private int lostCursor;

  private int retransmitCursor;
  private int lostAgain;
  private final Rack rack;

  /** Stamps of the entries, for an algorithm that wants rate samples; else null. */
  private DeliveryRate delivery;

  // What the last acknowledge or sack found.
  private long sampleNanos;
  private boolean sampled;
  private boolean sawRetransmitted;
  private int newlySackedBytes;
  private int longestBytes;

  /** An empty map; {@code rack} is told of what is delivered. */
  public SentSegments(Rack rack) {
    this.rack = rack;
  }

  /** An empty map of its own. */
  SentSegments() {
    this(new Rack());
  }

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

  /** Length of the first outstanding entry. */
  public int firstLength() {
    return length(head);
  }

  /** Length of the longest entry that is SACKed; 0 if none is. Looks at every entry. */
  public int longestSacked() {
    int longest = 0;
    for (int i = head; i != tail; i++) {
      if ((marks[i & mask] & SACKED) != 0) {
        longest = Math.max(longest, length(i));
      }
    }
    return longest;
  }

  /** Since when the first outstanding entry has not been acknowledged: from its first time on. */
  public long firstSentNanos() {
    return firstNanos == null ? sentNanos[head & mask] : firstNanos[head & mask];
  }

  private void keepFirst() {
    if (firstNanos == null) {
      firstNanos = sentNanos.clone();
    }
  }

  /** Outstanding, neither SACKed nor lost; retransmissions count again (RFC 6675 "pipe"). */
  public int inFlightBytes() {
    return isEmpty() ? 0 : endSequence - firstSequence() - sackedBytes - lostBytes + againBytes;
  }

  /** Bytes held to be lost, retransmitted or not. */
  public int lostBytes() {
    return lostBytes;
  }

  /** Whether something that was sent again is on its way, as far as is known. */
  public boolean isAgainInFlight() {
    return againBytes > 0;
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
    }
    int i = tail++ & mask;
    start[i] = sequence;
    sentNanos[i] = nowNanos;
    if (firstNanos != null) {
      firstNanos[i] = nowNanos;
    }
    marks[i] = alreadySentBefore ? RETRANSMITTED : 0;
    endSequence = sequence + length;
    link(tail - 1);
    if (delivery != null) {
      delivery.onSent(tail - 1, nowNanos, first, inFlightBytes());
    }
  }

  // ---- transmissions in order of time ----

  /** Links a transmission behind those that RACK holds to be earlier: by time, then by sequence. */
  private void link(int index) {
    int at = index & mask;
    marks[at] |= LINKED;
    if (linked++ == 0) {
      oldest = index;
      newest = index;
      return;
    }
    int before = newest;
    int steps = linked - 1;
    while (steps > 0 && sentNanos[before & mask] == sentNanos[at] && before - index > 0) {
      before = older[before & mask];
      steps--;
    }
    if (steps == 0) {
      newer[at] = oldest;
      older[oldest & mask] = index;
      oldest = index;
    } else if (before == newest) {
      newer[before & mask] = index;
      older[at] = before;
      newest = index;
    } else {
      int after = newer[before & mask];
      newer[before & mask] = index;
      older[at] = before;
      newer[at] = after;
      older[after & mask] = index;
    }
  }

  private void unlink(int index) {
    int at = index & mask;
    if ((marks[at] & LINKED) == 0) {
      return;
    }
    marks[at] &= ~LINKED;
    linked--;
    if (index == oldest) {
      oldest = newer[at];
    } else if (index == newest) {
      newest = older[at];
    } else {
      newer[older[at] & mask] = newer[at];
      older[newer[at] & mask] = older[at];
    }
  }

  private void grow() {
    int size = mask + 1;
    int[] newStart = new int[size * 2];
    long[] newNanos = new long[size * 2];
    long[] newFirst = firstNanos == null ? null : new long[size * 2];
    byte[] newMarks = new byte[size * 2];
    int[] newJump = new int[size * 2];
    int[] newOlder = new int[size * 2];
    int[] newNewer = new int[size * 2];
    int newMask = size * 2 - 1;
    for (int i = head; i != tail; i++) {
      newStart[i & newMask] = start[i & mask];
      newNanos[i & newMask] = sentNanos[i & mask];
      if (newFirst != null) {
        newFirst[i & newMask] = firstNanos[i & mask];
      }
      newMarks[i & newMask] = marks[i & mask];
      newJump[i & newMask] = jump[i & mask];
      newOlder[i & newMask] = older[i & mask];
      newNewer[i & newMask] = newer[i & mask];
    }
    if (delivery != null) {
      delivery.resize(size * 2, head, tail, mask);
    }
    start = newStart;
    sentNanos = newNanos;
    firstNanos = newFirst;
    marks = newMarks;
    jump = newJump;
    older = newOlder;
    newer = newNewer;
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
    longestBytes = 0;
    while (head != tail && ack - end(head) >= 0) {
      int length = length(head);
      longestBytes = Math.max(longestBytes, length);
      sackedBefore += note(head, length);
      byte mark = marks[head & mask];
      if ((mark & SACKED) != 0) {
        sackedEntries--;
      } else {
        toldRack(head, mark);
      }
      unlink(head);
      head++;
    }
    if (head != tail && ack - start[head & mask] > 0) {
      int part = ack - start[head & mask];
      sackedBefore += note(head, part);
      start[head & mask] = ack;
    }
    if (head == tail) {
      firstNanos = null;
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

  private void toldRack(int index, byte mark) {
    rack.onDelivered(
        sentNanos[index & mask], start[index & mask], end(index), (mark & RETRANSMITTED) != 0);
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

  /** Length of the longest entry that was just acknowledged whole; 0 if none was. */
  public int longestAcknowledged() {
    return longestBytes;
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
      toldRack(i, marks[at]);
      unlink(i);
      forget(marks[at], bytes);
      marks[at] = (byte) ((marks[at] | SACKED) & ~(LOST | AGAIN_IN_FLIGHT));
      jump[at] = i + 1;
      sackedBytes += bytes;
      sackedEntries++;
      newlySackedBytes += bytes;
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

  /** Segments selectively acknowledged. */
  public int sackedEntries() {
    return sackedEntries;
  }

  /** Whether the first outstanding entry is SACKed: the receiver must have dropped it again. */
  public boolean isReneged() {
    return head != tail && (marks[head & mask] & SACKED) != 0;
  }

  // ---- losses ----

  /**
   * Marks as lost what was sent so long before the latest transmission delivered that it should
   * have arrived (RFC 8985 §6.2 step 5), retransmissions included.
   *
   * @param windowNanos how much later it may be
   * @return nanoseconds until the next one would count as lost; 0 if none is waited for
   */
  public long detectLosses(long nowNanos, long windowNanos) {
    while (linked > 0) {
      int at = oldest & mask;
      if (!rack.isBeforeDelivered(sentNanos[at], end(oldest))) {
        return 0;
      }
      long left = sentNanos[at] + rack.rttNanos() + windowNanos - nowNanos;
      if (left > 0) {
        return left;
      }
      markLost(oldest);
    }
    return 0;
  }

  /** Transmissions of segments sent before that were lost in their turn, since last asked. */
  public int takeLostAgain() {
    int count = lostAgain;
    lostAgain = 0;
    return count;
  }

  private void markLost(int index) {
    int at = index & mask;
    int bytes = length(index);
    if ((marks[at] & AGAIN_IN_FLIGHT) != 0) {
      againBytes -= bytes;
      lostAgain++;
    } else {
      lostBytes += bytes;
    }
    marks[at] = (byte) ((marks[at] | LOST) & ~AGAIN_IN_FLIGHT);
    unlink(index);
    noteLost(index);
    if (lostCursor - index <= 0) {
      lostCursor = index + 1;
    }
    if (retransmitCursor - index > 0) {
      retransmitCursor = index;
    }
  }

  /** Marks the first outstanding entry as lost; whether it was not before. */
  public boolean markFirstLost() {
    if (isEmpty() || (marks[head & mask] & (SACKED | LOST)) != 0) {
      return false;
    }
    markLost(head);
    return true;
  }

  private void noteLost(int index) {
    if (delivery != null) {
      delivery.onLost(index, length(index));
    }
  }

  /** The timer expired: everything not SACKed is lost, retransmissions included. */
  public void markAllLost(boolean forgetSacks) {
    markTimedOut(forgetSacks, Long.MAX_VALUE, 0);
  }

  /**
   * The timer expired: the first segment is lost, and what was sent more than {@code recentNanos}
   * ago (RFC 8985 §6.3).
   */
  public void markTimedOut(boolean forgetSacks, long nowNanos, long recentNanos) {
    sackedBytes = 0;
    sackedEntries = 0;
    lostBytes = 0;
    againBytes = 0;
    lostCursor = head;
    for (int i = head; i != tail; i++) {
      int at = i & mask;
      int bytes = length(i);
      if (!forgetSacks && (marks[at] & SACKED) != 0) {
        sackedBytes += bytes;
        sackedEntries++;
        continue;
      }
      boolean recent = i != head && sentNanos[at] + recentNanos - nowNanos > 0;
      if (recent && (marks[at] & SACKED) == 0) {
        lostBytes += (marks[at] & LOST) != 0 ? bytes : 0;
        againBytes += (marks[at] & AGAIN_IN_FLIGHT) != 0 ? bytes : 0;
        lostCursor = (marks[at] & LOST) != 0 ? i + 1 : lostCursor;
        continue;
      }
      if ((marks[at] & (LOST | AGAIN_IN_FLIGHT)) != LOST) {
        noteLost(i);
      }
      unlink(i);
      marks[at] = (byte) ((marks[at] | LOST) & ~(SACKED | AGAIN_IN_FLIGHT));
      lostBytes += bytes;
      lostCursor = i + 1;
    }
    retransmitCursor = head;
  }

  /** Nothing was lost after all: what is not SACKed is in flight. */
  public void markNoneLost() {
    linked = 0;
    for (int i = head; i != tail; i++) {
      int at = i & mask;
      marks[at] &= ~(LOST | AGAIN_IN_FLIGHT | LINKED);
    }
    relink();
    recount();
  }

  /** Links what is in flight in order of transmission; nothing is linked yet. */
  private void relink() {
    long previous = Long.MIN_VALUE;
    boolean sorted = true;
    for (int i = head; i != tail && sorted; i++) {
      if (isInFlight(marks[i & mask])) {
        sorted = sentNanos[i & mask] >= previous;
        previous = sentNanos[i & mask];
      }
    }
    if (sorted) {
      for (int i = head; i != tail; i++) {
        if (isInFlight(marks[i & mask])) {
          link(i);
        }
      }
      return;
    }
    Integer[] order = new Integer[size()];
    int count = 0;
    for (int i = head; i != tail; i++) {
      if (isInFlight(marks[i & mask])) {
        order[count++] = i;
      }
    }
    Arrays.sort(
        order,
        0,
        count,
        (one, other) -> {
          int byTime = Long.compare(sentNanos[one & mask], sentNanos[other & mask]);
          return byTime != 0 ? byTime : Integer.compare(one - head, other - head);
        });
    for (int i = 0; i < count; i++) {
      link(order[i]);
    }
  }

  private static boolean isInFlight(byte mark) {
    return (mark & SACKED) == 0 && (mark & (LOST | AGAIN_IN_FLIGHT)) != LOST;
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
    keepFirst();
    do {
      int length = length(retransmitCursor);
      if (bytes > 0 && bytes + length > maximumBytes) {
        break;
      }
      int at = retransmitCursor & mask;
      marks[at] |= RETRANSMITTED | AGAIN_IN_FLIGHT;
      sentNanos[at] = nowNanos;
      link(retransmitCursor);
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

  /** The last entry, which is in flight and is sent again as a probe. */
  public int lastSequence() {
    return start[(tail - 1) & mask];
  }

  /** Length of the last entry. */
  public int lastLength() {
    return length(tail - 1);
  }

  /** The last entry is sent again although it is not held to be lost (RFC 8985 §7.3). */
  public void retransmitLast(long nowNanos) {
    int last = tail - 1;
    int at = last & mask;
    keepFirst();
    marks[at] |= RETRANSMITTED;
    sentNanos[at] = nowNanos;
    if ((marks[at] & LINKED) != 0) {
      unlink(last);
      link(last);
    }
    if (delivery != null) {
      delivery.onSent(last, nowNanos, false, inFlightBytes());
    }
  }

  /** Whether the last entry is in flight, so that it can be sent again as a probe. */
  public boolean isLastInFlight() {
    return !isEmpty() && isInFlight(marks[(tail - 1) & mask]);
  }

  /** Takes everything back, which was a probe beyond the window, as if it was never sent. */
  public void clear() {
    head = tail;
    firstNanos = null;
    sackedBytes = 0;
    lostBytes = 0;
    againBytes = 0;
    sackedEntries = 0;
    linked = 0;
    lostCursor = tail;
    retransmitCursor = tail;
  }

  /**
   * Marks what is longer than a segment may be now as lost; {@link #recut} must follow.
   *
   * @return whether there was any
   */
  public boolean markLongerLost(int bytes) {
    boolean found = false;
    for (int i = head; i != tail; i++) {
      int at = i & mask;
      if (length(i) > bytes && (marks[at] & SACKED) == 0) {
        marks[at] = (byte) ((marks[at] | LOST) & ~AGAIN_IN_FLIGHT);
        found = true;
      }
    }
    return found;
  }

  /** Cuts every entry to at most {@code bytes}, after the path's MTU has decreased. */
  public void recut(int bytes) {
    SentSegments cut = new SentSegments(rack);
    for (int i = head; i != tail; i++) {
      byte mark = marks[i & mask];
      int from = start[i & mask];
      int left = length(i);
      while (left > 0) {
        int part = Math.min(bytes, left);
        cut.add(from, part, sentNanos[i & mask], false);
        int at = (cut.tail - 1) & cut.mask;
        if (firstNanos != null) {
          cut.keepFirst();
          cut.firstNanos[at] = firstNanos[i & mask];
        }
        cut.marks[at] = mark;
        cut.jump[at] = cut.tail;
        from += part;
        left -= part;
      }
    }
    start = cut.start;
    sentNanos = cut.sentNanos;
    firstNanos = cut.firstNanos;
    marks = cut.marks;
    jump = cut.jump;
    mask = cut.mask;
    head = cut.head;
    tail = cut.tail;
    older = cut.older;
    newer = cut.newer;
    rebuild();
    delivery(delivery);
  }

  /** Makes list and sums from the entries. */
  private void rebuild() {
    linked = 0;
    for (int i = head; i != tail; i++) {
      marks[i & mask] &= ~LINKED;
    }
    relink();
    recount();
  }

  private void recount() {
    sackedEntries = 0;
    sackedBytes = 0;
    lostBytes = 0;
    againBytes = 0;
    lostCursor = head;
    retransmitCursor = head;
    for (int i = head; i != tail; i++) {
      byte mark = marks[i & mask];
      if ((mark & SACKED) != 0) {
        sackedBytes += length(i);
        sackedEntries++;
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
      byte mark = (byte) (marks[i & mask] & ~LINKED);
      out.putInt(start[i & mask]).putLong(sentNanos[i & mask]).put(mark);
    }
    return out.array();
  }

  /** When each entry was sent for the first time; null where {@link #toBytes()} says so already. */
  public byte[] firstToBytes() {
    if (firstNanos == null) {
      return null;
    }
    ByteBuffer out = ByteBuffer.allocate(FIRST_HEADER_BYTES + size() * Long.BYTES);
    out.putInt(firstSequence()).putInt(endSequence);
    for (int i = head; i != tail; i++) {
      out.putLong(firstNanos[i & mask]);
    }
    return out.array();
  }

  /** Takes what {@link #firstToBytes()} wrote, unless it is about other entries. */
  public void firstFromBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (isEmpty()
        || bytes.length != FIRST_HEADER_BYTES + size() * Long.BYTES
        || in.getInt() != firstSequence()
        || in.getInt() != endSequence) {
      return; // a release that does not know it has carried it on
    }
    keepFirst();
    for (int i = head; i != tail; i++) {
      firstNanos[i & mask] = in.getLong();
    }
  }

  /** The map that {@link #toBytes()} wrote; null if the bytes make no sense. */
  public static SentSegments fromBytes(byte[] bytes, Rack rack) {
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
    SentSegments map = new SentSegments(rack);
    for (int i = 0; i < count; i++) {
      starts[i] = in.getInt();
      map.add(starts[i], 0, in.getLong(), false);
      map.marks[i & map.mask] = in.get();
      map.jump[i & map.mask] = i + 1;
    }
    map.endSequence = end;
    map.rebuild();
    return map;
  }

  @Override
  public String toString() {
    return "SentSegments[" + size() + " entries, " + Arrays.toString(toBytes()) + "]";
  }
}
