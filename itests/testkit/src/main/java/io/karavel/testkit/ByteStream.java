package io.karavel.testkit;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * A long stream of bytes that can be made and checked at any position without being kept: a random
 * block, of a length that is prime, over and over. A byte lost, repeated, moved or changed shows.
 */
public final class ByteStream {
  private static final int BLOCK_BYTES = 65_521;

  private final byte[] block = new byte[2 * BLOCK_BYTES];
  private final ByteBuffer view = ByteBuffer.wrap(block);

  /** The stream of a seed. */
  public ByteStream(long seed) {
    byte[] once = new byte[BLOCK_BYTES];
    new SplittableRandom(seed).nextBytes(once);
    System.arraycopy(once, 0, block, 0, BLOCK_BYTES);
    System.arraycopy(once, 0, block, BLOCK_BYTES, BLOCK_BYTES);
  }

  /** The bytes from a position on: at most {@code length}, at most 65521. Not to be written. */
  public ByteBuffer from(long position, long length) {
    int offset = (int) (position % BLOCK_BYTES);
    int count = (int) Math.min(length, BLOCK_BYTES);
    return view.slice(offset, count).asReadOnlyBuffer();
  }

  /** The first position at which what is in {@code bytes} differs from the stream, or -1. */
  public long mismatch(ByteBuffer bytes, long position) {
    long at = position;
    while (bytes.hasRemaining()) {
      ByteBuffer expected = from(at, bytes.remaining());
      int count = expected.remaining();
      int different = expected.mismatch(bytes.slice(bytes.position(), count));
      if (different >= 0) {
        return at + different;
      }
      bytes.position(bytes.position() + count);
      at += count;
    }
    return -1;
  }
}
