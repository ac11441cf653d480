package io.karavel.itests;

import static org.junit.Assert.assertNull;

import io.karavel.tcp.TcpSocket;
import java.io.DataInputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Sends random bytes to an echo and expects them back, over and over; notes the longest gap. */
final class EchoTraffic extends Thread {
  private static final int CHUNK_BYTES = 20_000;
  private static final int ROUNDS_AFTERWARDS = 20;

  private final OutputStream out;
  private final DataInputStream in;
  private final Random random;
  private volatile boolean over;
  private final AtomicInteger rounds = new AtomicInteger();
  private final AtomicLong longestGapNanos = new AtomicLong();
  private volatile Throwable failure;

  EchoTraffic(TcpSocket socket, long seed) {
    super("traffic-" + seed);
    random = new Random(seed);
    out = socket.outputStream();
    in = new DataInputStream(socket.inputStream());
  }

  @Override
  public void run() {
    byte[] sent = new byte[CHUNK_BYTES];
    byte[] received = new byte[CHUNK_BYTES];
    try {
      while (!over) {
        random.nextBytes(sent);
        long beginNanos = System.nanoTime();
        out.write(sent);
        out.flush();
        in.readFully(received);
        longestGapNanos.accumulateAndGet(System.nanoTime() - beginNanos, Math::max);
        if (!Arrays.equals(sent, received)) {
          throw new IllegalStateException("other bytes came back in round " + rounds);
        }
        rounds.incrementAndGet();
      }
    } catch (Exception e) {
      failure = e;
    }
  }

  /** The longest round trip since the last call, in milliseconds. */
  long longestGapMillis() {
    return longestGapNanos.getAndSet(0) / 1_000_000;
  }

  void expectProgress(String when) throws Exception {
    int before = rounds.get();
    Poll.until(
        "the echo goes on " + when,
        () -> rounds.get() - before,
        done -> done >= ROUNDS_AFTERWARDS || failure != null);
    assertNull(when + ": " + failure, failure);
  }

  void end() throws InterruptedException {
    over = true;
    join();
    assertNull(String.valueOf(failure), failure);
  }
}
