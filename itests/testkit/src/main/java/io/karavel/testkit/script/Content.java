package io.karavel.testkit.script;

import java.util.Arrays;

/** Bytes that tell where they belong: what peers and applications send unless told otherwise. */
public final class Content {
  private Content() {}

  /** The byte at a position of a stream. */
  public static byte at(long position) {
    // neighbours differ, and so do places a power of two apart
    return (byte) (position * 31 + (position >>> 8) * 17 + (position >>> 16) * 7 + 3);
  }

  /** A piece of a stream. */
  public static byte[] bytes(long position, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = at(position + i);
    }
    return bytes;
  }

  /** The first place at which bytes differ from the stream, or -1. */
  public static int mismatch(byte[] bytes, long position) {
    return Arrays.mismatch(bytes, bytes(position, bytes.length));
  }
}
