package io.karavel.packet;

/**
 * A first-in first-out list of packet buffers without allocation: it links the buffers themselves,
 * so a buffer can wait in one queue at a time. One thread only.
 */
public final class PacketQueue {
  private PacketBuffer head;
  private PacketBuffer tail;
  private int size;
  private long bytes;

  /** Creates an empty queue. */
  public PacketQueue() {}

  /** Appends a buffer, which must wait nowhere else. */
  public void add(PacketBuffer buffer) {
    buffer.keep();
    buffer.next = null;
    if (tail == null) {
      head = buffer;
    } else {
      tail.next = buffer;
    }
    tail = buffer;
    size++;
    bytes += buffer.length();
  }

  /** Puts a buffer back to where {@link #poll()} takes from. */
  public void addFirst(PacketBuffer buffer) {
    buffer.keep();
    buffer.next = head;
    head = buffer;
    if (tail == null) {
      tail = buffer;
    }
    size++;
    bytes += buffer.length();
  }

  /** The oldest buffer, still in the queue, or null. */
  public PacketBuffer peek() {
    return head;
  }

  /** Takes the oldest buffer out; null when empty. The length must not change while queued. */
  public PacketBuffer poll() {
    PacketBuffer buffer = head;
    if (buffer != null) {
      head = buffer.next;
      if (head == null) {
        tail = null;
      }
      buffer.next = null;
      buffer.takeUp();
      size--;
      bytes -= buffer.length();
    }
    return buffer;
  }

  /** Buffers waiting. */
  public int size() {
    return size;
  }

  /** Bytes waiting. */
  public long bytes() {
    return bytes;
  }

  /** Whether nothing waits. */
  public boolean isEmpty() {
    return head == null;
  }

  /** Releases everything and returns how many buffers there were. */
  public int clear() {
    int count = 0;
    for (PacketBuffer buffer = poll(); buffer != null; buffer = poll()) {
      buffer.release();
      count++;
    }
    return count;
  }
}
