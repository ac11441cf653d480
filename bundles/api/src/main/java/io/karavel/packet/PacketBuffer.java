package io.karavel.packet;

import java.nio.ByteBuffer;

/**
 * One packet (or super-segment) on its way: a linear part in direct memory with headroom in front,
 * up to {@value #MAX_SLICES} external slices behind it, and metadata.
 *
 * <p>The packet's bytes are the linear part {@code [offset, offset + linearLength)} of {@link
 * #memory()} followed by the slices in order. All header parsing and writing is done on the linear
 * part with absolute indices. Not thread-safe: a buffer belongs to the thread of the lane whose
 * pool made it.
 */
public final class PacketBuffer {
  /** How many external slices a buffer can carry. */
  public static final int MAX_SLICES = 2;

  /** {@link #segmentationType()}: an ordinary packet. */
  public static final int SEGMENTATION_NONE = 0;

  /** {@link #segmentationType()}: TCP over IPv4, to be cut into {@link #segmentSize()} bytes. */
  public static final int SEGMENTATION_TCP4 = 1;

  /** {@link #segmentationType()}: TCP over IPv6. */
  public static final int SEGMENTATION_TCP6 = 4;

  /** {@link #checksumState()}: nothing is known; the receiver must verify. */
  public static final int CHECKSUM_UNKNOWN = 0;

  /** {@link #checksumState()}: the transport checksum was verified, or is complete. */
  public static final int CHECKSUM_VERIFIED = 1;

  /**
   * {@link #checksumState()}: the transport checksum field holds the pseudo-header sum only;
   * whoever puts the packet on a wire completes it over {@code [checksumStart, end)} into {@code
   * checksumStart + checksumOffset}. A receiver may take such a packet as correct.
   */
  public static final int CHECKSUM_PARTIAL = 2;

  /** {@link #direction()}: from a device towards the application. */
  public static final int UP = 0;

  /** {@link #direction()}: from the application towards a device. */
  public static final int DOWN = 1;

  private final PacketPool pool;
  private final ByteBuffer memory;
  private final int poolClass;
  private long memoryAddress;

  /** How its pool finds it. */
  PacketPool.Made made;

  private int references;
  private boolean kept;
  private int offset;
  private int linearLength;

  private int sliceCount;
  private int slicesLength;
  private final ByteBuffer[] sliceMemory = new ByteBuffer[MAX_SLICES];
  private final int[] sliceOffset = new int[MAX_SLICES];
  private final int[] sliceLength = new int[MAX_SLICES];
  private SliceOwner sliceOwner;
  private long sliceToken;

  private int checksumState;
  private int checksumStart;
  private int checksumOffset;
  private int segmentationType;
  private int segmentSize;

  private int direction;
  private int interfaceIndex;
  private int networkOffset;
  private int transportOffset;
  private int sourceIpv4;
  private int destinationIpv4;
  private int protocol;
  private int trafficClass;
  private int timeToLive;
  private boolean dontFragment;
  private long timestampNanos;

  /** Next buffer in the intrusive list of whoever owns this buffer at the moment. */
  PacketBuffer next;

  PacketBuffer(PacketPool pool, int poolClass, ByteBuffer memory) {
    this.pool = pool;
    this.poolClass = poolClass;
    this.memory = memory;
  }

  void prepare(int headroom) {
    references = 1;
    kept = false;
    offset = headroom;
    linearLength = 0;
    checksumState = CHECKSUM_UNKNOWN;
    checksumStart = 0;
    checksumOffset = 0;
    segmentationType = SEGMENTATION_NONE;
    segmentSize = 0;
    direction = UP;
    interfaceIndex = 0;
    networkOffset = 0;
    transportOffset = 0;
    sourceIpv4 = 0;
    destinationIpv4 = 0;
    protocol = 0;
    trafficClass = 0;
    timeToLive = 0;
    dontFragment = false;
    timestampNanos = 0;
    next = null;
  }

  int poolClass() {
    return poolClass;
  }

  /** The direct memory of the linear part; use absolute indices only. */
  public ByteBuffer memory() {
    return memory;
  }

  /**
   * Where {@link #memory()} lies in the process's address space: 0 until a driver has found out and
   * noted it here. It stays the same as long as the buffer is in use or in its pool.
   */
  public long memoryAddress() {
    return memoryAddress;
  }

  /** Notes where {@link #memory()} lies; for drivers that hand addresses to the kernel. */
  public void memoryAddress(long address) {
    memoryAddress = address;
  }

  /** Index of the packet's first byte in {@link #memory()}. */
  public int offset() {
    return offset;
  }

  /** Bytes in the linear part. */
  public int linearLength() {
    return linearLength;
  }

  /** Bytes in all: linear part and slices. */
  public int length() {
    return linearLength + slicesLength;
  }

  /** Bytes free in front of the packet. */
  public int headroom() {
    return offset;
  }

  /** Bytes free behind the linear part. */
  public int tailroom() {
    return memory.capacity() - offset - linearLength;
  }

  /**
   * Grows the packet at its front.
   *
   * @return the new offset, where the header of {@code bytes} bytes is to be written
   * @throws IllegalStateException if there is no headroom: a programming error
   */
  public int prepend(int bytes) {
    if (bytes > offset) {
      throw new IllegalStateException("no headroom for " + bytes + " bytes, " + offset + " left");
    }
    offset -= bytes;
    linearLength += bytes;
    return offset;
  }

  /** Takes {@code bytes} bytes (at most the linear part) off the front and returns the offset. */
  public int trimFront(int bytes) {
    if (bytes > linearLength) {
      throw new IllegalStateException("cannot trim " + bytes + " of " + linearLength + " bytes");
    }
    offset += bytes;
    linearLength -= bytes;
    return offset;
  }

  /**
   * Grows the linear part at its end; the bytes are whatever the memory holds.
   *
   * @return the index of the first new byte
   */
  public int append(int bytes) {
    if (bytes > tailroom() || sliceCount > 0) {
      throw new IllegalStateException("no tailroom for " + bytes + " bytes");
    }
    int index = offset + linearLength;
    linearLength += bytes;
    return index;
  }

  /** Cuts the linear part to {@code length} bytes (padding, a trailer); without slices only. */
  public void truncate(int length) {
    if (length > linearLength || sliceCount > 0) {
      throw new IllegalStateException("cannot truncate to " + length);
    }
    linearLength = length;
  }

  /** Lays the linear part anew, for a device that has read a frame into {@link #memory()}. */
  public void frame(int offset, int length) {
    if (offset < 0 || length < 0 || offset + length > memory.capacity()) {
      throw new IllegalStateException("frame " + offset + "+" + length + " outside the memory");
    }
    this.offset = offset;
    this.linearLength = length;
  }

  /**
   * Lends {@code length} bytes of {@code source} to this packet, behind what it has. The memory
   * must stay as it is until the owner's {@link SliceOwner#onSliceReleased} is called.
   */
  public void addSlice(ByteBuffer source, int index, int length) {
    if (sliceCount == MAX_SLICES) {
      throw new IllegalStateException("more than " + MAX_SLICES + " slices");
    }
    sliceMemory[sliceCount] = source;
    sliceOffset[sliceCount] = index;
    sliceLength[sliceCount] = length;
    sliceCount++;
    slicesLength += length;
  }

  /** Names who is told, with {@code token}, when the slices are no longer needed. */
  public void sliceOwner(SliceOwner owner, long token) {
    sliceOwner = owner;
    sliceToken = token;
  }

  /** How many slices there are. */
  public int sliceCount() {
    return sliceCount;
  }

  /** Memory of slice {@code i}. */
  public ByteBuffer sliceMemory(int i) {
    return sliceMemory[i];
  }

  /** Index of the first byte of slice {@code i} in its memory. */
  public int sliceOffset(int i) {
    return sliceOffset[i];
  }

  /** Bytes of slice {@code i}. */
  public int sliceLength(int i) {
    return sliceLength[i];
  }

  /**
   * Copies {@code count} bytes of the packet, counted from its first, to {@code target} at an
   * absolute index, across the linear part and the slices.
   */
  public void copyTo(int from, ByteBuffer target, int targetIndex, int count) {
    int left = count;
    int at = from;
    int to = targetIndex;
    if (at < linearLength && left > 0) {
      int n = Math.min(left, linearLength - at);
      target.put(to, memory, offset + at, n);
      at += n;
      to += n;
      left -= n;
    }
    int base = linearLength;
    for (int i = 0; i < sliceCount && left > 0; i++) {
      int within = at - base;
      if (within < sliceLength[i]) {
        int n = Math.min(left, sliceLength[i] - within);
        target.put(to, sliceMemory[i], sliceOffset[i] + within, n);
        at += n;
        to += n;
        left -= n;
      }
      base += sliceLength[i];
    }
    if (left > 0) {
      throw new IndexOutOfBoundsException("packet is " + left + " bytes too short");
    }
  }

  /**
   * One more owner.
   *
   * @throws IllegalStateException if it has none: it was released, or taken back
   */
  public PacketBuffer retain() {
    if (references <= 0) {
      throw new IllegalStateException("packet buffer retained after its release");
    }
    references++;
    return this;
  }

  /** Whether somebody else holds this buffer too, so that it must not be changed in place. */
  public boolean isShared() {
    return references > 1;
  }

  /**
   * Says that it stays somewhere beyond the call that is under way, in a field or a collection; a
   * {@link PacketQueue} says so by itself. What nobody keeps is taken back when a call has thrown.
   */
  public PacketBuffer keep() {
    kept = true;
    return this;
  }

  /** Says that it is in the hand of a call again: the opposite of {@link #keep()}. */
  public PacketBuffer takeUp() {
    kept = false;
    return this;
  }

  boolean isInHand() {
    return references > 0 && !kept;
  }

  /** Whoever had it is no more: nothing that is done with it later is counted. */
  void abandon() {
    references = 0;
    made.discarded = true;
    releaseSlices();
  }

  /**
   * One owner less; the last one returns the memory to the pool and the slices to their owner.
   *
   * @throws IllegalStateException if it has none: it was released before, or taken back
   */
  public void release() {
    if (references <= 0) {
      throw new IllegalStateException("packet buffer released twice");
    }
    if (--references > 0) {
      return;
    }
    releaseSlices();
    pool.recycle(this);
  }

  private void releaseSlices() {
    if (sliceCount == 0 && sliceOwner == null) {
      return;
    }
    for (int i = 0; i < sliceCount; i++) {
      sliceMemory[i] = null;
    }
    sliceCount = 0;
    slicesLength = 0;
    SliceOwner owner = sliceOwner;
    sliceOwner = null;
    if (owner != null) {
      owner.onSliceReleased(sliceToken);
    }
  }

  /** One of the CHECKSUM_ constants. */
  public int checksumState() {
    return checksumState;
  }

  /** Sets {@link #checksumState()} to unknown or verified. */
  public void checksumState(int state) {
    checksumState = state;
  }

  /**
   * Declares the checksum partial.
   *
   * @param start absolute index in {@link #memory()} where summing starts (the transport header)
   * @param offset bytes from there to the checksum field
   */
  public void checksumPartial(int start, int offset) {
    checksumState = CHECKSUM_PARTIAL;
    checksumStart = start;
    checksumOffset = offset;
  }

  /** Absolute index in {@link #memory()} where a partial checksum starts. */
  public int checksumStart() {
    return checksumStart;
  }

  /** Bytes from {@link #checksumStart()} to the checksum field. */
  public int checksumOffset() {
    return checksumOffset;
  }

  /** One of the SEGMENTATION_ constants. */
  public int segmentationType() {
    return segmentationType;
  }

  /** Payload bytes of each segment of a super-segment; 0 for an ordinary packet. */
  public int segmentSize() {
    return segmentSize;
  }

  /** Declares this a super-segment that is cut into {@code size} bytes of payload each. */
  public void segmentation(int type, int size) {
    segmentationType = type;
    segmentSize = size;
  }

  /** {@link #UP} or {@link #DOWN}. */
  public int direction() {
    return direction;
  }

  /** Sets the direction. */
  public void direction(int value) {
    direction = value;
  }

  /** Index of the interface it came by (or leaves by); 0 is none. */
  public int interfaceIndex() {
    return interfaceIndex;
  }

  /** Sets the interface index. */
  public void interfaceIndex(int value) {
    interfaceIndex = value;
  }

  /** Absolute index of the IP header in {@link #memory()}; valid once IP has seen the packet. */
  public int networkOffset() {
    return networkOffset;
  }

  /** Sets the network offset. */
  public void networkOffset(int value) {
    networkOffset = value;
  }

  /** Absolute index of the transport header in {@link #memory()}. */
  public int transportOffset() {
    return transportOffset;
  }

  /** Sets the transport offset. */
  public void transportOffset(int value) {
    transportOffset = value;
  }

  /** Source address: from the IP header going up, for the IP header going down. */
  public int sourceIpv4() {
    return sourceIpv4;
  }

  /** Sets the source address. */
  public void sourceIpv4(int value) {
    sourceIpv4 = value;
  }

  /** Destination address. */
  public int destinationIpv4() {
    return destinationIpv4;
  }

  /** Sets the destination address. */
  public void destinationIpv4(int value) {
    destinationIpv4 = value;
  }

  /** IP protocol number of the payload. */
  public int protocol() {
    return protocol;
  }

  /** Sets the protocol number. */
  public void protocol(int value) {
    protocol = value;
  }

  /** The DSCP and ECN octet of the IP header. */
  public int trafficClass() {
    return trafficClass;
  }

  /** Sets the DSCP and ECN octet. */
  public void trafficClass(int value) {
    trafficClass = value;
  }

  /** TTL of the IP header; going down, 0 asks for IP's default. */
  public int timeToLive() {
    return timeToLive;
  }

  /** Sets the TTL. */
  public void timeToLive(int value) {
    timeToLive = value;
  }

  /** Whether DF is to be set (going down) or was set (going up). */
  public boolean dontFragment() {
    return dontFragment;
  }

  /** Sets DF. */
  public void dontFragment(boolean value) {
    dontFragment = value;
  }

  /** When the device handed the frame over, on the lane's clock. */
  public long timestampNanos() {
    return timestampNanos;
  }

  /** Sets the time of arrival. */
  public void timestampNanos(long value) {
    timestampNanos = value;
  }

  @Override
  public String toString() {
    return "PacketBuffer["
        + length()
        + " bytes, "
        + sliceCount
        + " slices, refs "
        + references
        + "]";
  }
}
