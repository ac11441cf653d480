package io.karavel.services.internal;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** Buffers that carry bytes from a socket to a socket; a few are kept. Any thread. */
final class BufferPool {
  /** Size of each buffer. */
  static final int BYTES = 32768;

  private static final int KEPT = 64;

  private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>(KEPT);

  /** An empty buffer, ready to be filled. */
  synchronized ByteBuffer take() {
    ByteBuffer buffer = free.pollLast();
    return buffer == null ? ByteBuffer.allocateDirect(BYTES) : buffer.clear();
  }

  /** Takes a buffer back, also one that an earlier version of this bundle made. */
  synchronized void give(ByteBuffer buffer) {
    if (buffer.isDirect() && buffer.capacity() == BYTES && free.size() < KEPT) {
      free.addLast(buffer);
    }
  }
}
