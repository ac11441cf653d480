package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;

import io.karavel.tcp.TcpSocket;
import java.io.DataInputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Streams random bytes to an echo without waiting for them, and reads what comes back: at the end
 * the digests of both directions are compared. Notes the longest time in which nothing came.
 */
final class EchoTraffic {
  private static final int CHUNK_BYTES = 8192;
  private static final int BYTES_AFTERWARDS = 100_000;
  private static final long PATIENCE_MILLIS = 120_000;

  /** Not as fast as it can be: the test is about the swaps. */
  private static final long PAUSE_MILLIS = Long.getLong("karavel.streamPauseMillis", 4);

  private final TcpSocket socket;
  private final Thread writer;
  private final Thread reader;
  private final MessageDigest sent = sha256();
  private final MessageDigest received = sha256();
  private final Random again;
  private final byte[] expected = new byte[CHUNK_BYTES];
  private final AtomicLong receivedBytes = new AtomicLong();
  private final AtomicLong longestGapNanos = new AtomicLong();
  private volatile boolean over;
  private volatile Throwable failure;

  EchoTraffic(TcpSocket socket, long seed) {
    this.socket = socket;
    Random random = new Random(seed);
    again = new Random(seed);
    writer = thread("writer-" + seed, () -> write(random));
    reader = thread("reader-" + seed, this::read);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  private Thread thread(String name, Work work) {
    Thread thread = new Thread(() -> guarded(work), name);
    thread.setDaemon(true);
    return thread;
  }

  private void guarded(Work work) {
    try {
      work.run();
    } catch (Exception | AssertionError e) {
      failure = e;
    }
  }

  void start() {
    writer.start();
    reader.start();
  }

  private void write(Random random) throws Exception {
    OutputStream out = socket.outputStream();
    byte[] chunk = new byte[CHUNK_BYTES];
    while (!over) {
      random.nextBytes(chunk);
      sent.update(chunk);
      out.write(chunk);
      out.flush();
      Thread.sleep(PAUSE_MILLIS);
    }
    socket.shutdownOutput();
  }

  private void read() throws Exception {
    DataInputStream in = new DataInputStream(socket.inputStream());
    byte[] chunk = new byte[CHUNK_BYTES];
    long lastNanos = System.nanoTime();
    for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
      long nowNanos = System.nanoTime();
      longestGapNanos.accumulateAndGet(nowNanos - lastNanos, Math::max);
      lastNanos = nowNanos;
      received.update(chunk, 0, n);
      compare(chunk, n);
      receivedBytes.addAndGet(n);
    }
  }

  /** At once, so that it is known when it began to differ. */
  private void compare(byte[] chunk, int count) {
    for (int i = 0; i < count; i++) {
      long position = receivedBytes.get() + i;
      int at = (int) (position % CHUNK_BYTES);
      if (at == 0) {
        again.nextBytes(expected);
      }
      if (expected[at] != chunk[i]) {
        throw new AssertionError("another byte at " + position + " of " + socket);
      }
    }
  }

  /** The longest time without a byte since the last call, in milliseconds. */
  long longestGapMillis() {
    return longestGapNanos.getAndSet(0) / 1_000_000;
  }

  void expectProgress(String when) throws Exception {
    long before = receivedBytes.get();
    Poll.until(
        "the echo goes on " + when,
        () -> receivedBytes.get() - before,
        done -> done >= BYTES_AFTERWARDS || failure != null);
    assertNull(when + ": " + failure, failure);
  }

  /** Ends the stream and reads its rest: what came back is what was sent. */
  void end() throws InterruptedException {
    over = true;
    for (Thread thread : List.of(writer, reader)) {
      thread.join(PATIENCE_MILLIS);
      assertFalse(thread.getName() + " does not end", thread.isAlive());
    }
    assertNull(String.valueOf(failure), failure);
    assertEquals(
        HexFormat.of().formatHex(sent.digest()), HexFormat.of().formatHex(received.digest()));
  }
}
