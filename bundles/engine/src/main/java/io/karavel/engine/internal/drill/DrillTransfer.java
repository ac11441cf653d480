package io.karavel.engine.internal.drill;

import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpSocket;
import java.nio.ByteBuffer;

/** Bytes from one socket to another, each of them checked. The drill's thread. */
final class DrillTransfer {
  private static final int CHUNK_BYTES = 16_384;

  private final String name;
  private final TcpSocket from;
  private final TcpSocket to;
  private final int salt;
  private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
  private long wanted;
  private long written;
  private long read;
  private boolean reads = true;

  DrillTransfer(String name, TcpSocket from, TcpSocket to, int salt) {
    this.name = name;
    this.from = from;
    this.to = to;
    this.salt = salt;
  }

  /** So many bytes more are to be transferred. */
  DrillTransfer add(long bytes) {
    wanted += bytes;
    return this;
  }

  /** Nothing more is written than is. */
  void stopWriting() {
    wanted = written;
  }

  /** Has the reader read, or wait. */
  void reads(boolean value) {
    reads = value;
  }

  boolean isDone() {
    return read == wanted;
  }

  boolean isHalfDone() {
    return read * 2 >= wanted;
  }

  /** Writes and reads what is possible; says what is wrong, or null. */
  String pump() throws TcpException {
    while (written < wanted) {
      chunk.clear().limit((int) Math.min(CHUNK_BYTES, wanted - written));
      for (long at = written; chunk.hasRemaining(); at++) {
        chunk.put(byteAt(at));
      }
      int taken = from.write(chunk.flip());
      written += taken;
      if (taken == 0) {
        break;
      }
    }
    while (reads && to.read(chunk.clear()) > 0) {
      for (chunk.flip(); chunk.hasRemaining(); read++) {
        if (read >= written) {
          return name + ": a byte arrives that nobody wrote";
        }
        if (chunk.get() != byteAt(read)) {
          return name + ": byte " + read + " is not the one that was written";
        }
      }
    }
    return null;
  }

  private byte byteAt(long position) {
    long mixed = (position + salt) * 0x9E3779B97F4A7C15L;
    return (byte) (mixed >>> 56);
  }

  @Override
  public String toString() {
    return name + ": " + read + " of " + wanted + " bytes arrived";
  }
}
