package io.karavel.itests;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Random;

/**
 * A connection of {@link KernelCrowd} that streams: pieces of random bytes go out when they are
 * due, and the digest of all that comes back must be that of all that went. One thread.
 */
final class KernelStream {
  private static final int PIECE_BYTES = 1000;

  /** One for all, as they have one thread. */
  private static final ByteBuffer IN = ByteBuffer.allocateDirect(1 << 16);

  private final SocketChannel channel;
  private final int number;
  private final Random random;
  private final MessageDigest sentDigest = sha256();
  private final MessageDigest receivedDigest = sha256();
  private final byte[] piece = new byte[PIECE_BYTES];
  private final ByteBuffer out = ByteBuffer.allocateDirect(PIECE_BYTES).limit(0);
  private SelectionKey key;
  private long owed;
  private long received;

  KernelStream(SocketChannel channel, int number) {
    this.channel = channel;
    this.number = number;
    random = new Random(number);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  void register(Selector selector) throws IOException {
    key = channel.register(selector, SelectionKey.OP_READ, this);
  }

  int number() {
    return number;
  }

  long received() {
    return received;
  }

  /** How many pieces are back as a whole. */
  long echoed() {
    return received / PIECE_BYTES;
  }

  /** One more piece is due. */
  void send() throws IOException {
    owed++;
    write();
  }

  private void write() throws IOException {
    while (out.hasRemaining() || owed > 0) {
      if (!out.hasRemaining()) {
        random.nextBytes(piece);
        sentDigest.update(piece);
        out.clear().put(piece).flip();
        owed--;
      }
      channel.write(out);
      if (out.hasRemaining()) {
        key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        return;
      }
    }
    key.interestOps(SelectionKey.OP_READ);
  }

  /** Something can be read or written. */
  void ready() throws IOException {
    if (key.isWritable()) {
      write();
    }
    if (key.isReadable() && read() < 0) {
      throw new IOException(this + " ended too early");
    }
  }

  private int read() throws IOException {
    IN.clear();
    int count = channel.read(IN);
    receivedDigest.update(IN.flip());
    received += Math.max(0, count);
    return count;
  }

  /** Says that nothing follows, and reads until the echo has said so too. */
  void end() throws IOException {
    key.cancel();
    key.selector().selectNow();
    channel.configureBlocking(true);
    while (out.hasRemaining()) {
      channel.write(out);
    }
    channel.shutdownOutput();
    while (read() >= 0) {
      // until its end
    }
    channel.close();
  }

  boolean isExact() {
    return Arrays.equals(sentDigest.digest(), receivedDigest.digest());
  }

  @Override
  public String toString() {
    return "stream " + number + " after " + received + " bytes";
  }
}
