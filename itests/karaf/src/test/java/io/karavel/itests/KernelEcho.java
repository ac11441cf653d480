package io.karavel.itests;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * A program over the kernel's TCP, to be run inside a namespace: streams to an echo on several
 * connections until its standard input ends, with idle ones beside them.
 *
 * <pre>
 * ADDRESS PORT STREAMS IDLE
 * </pre>
 *
 * It prints {@code ready}, then a line {@code gap NANOTIME NANOS STREAM} whenever nothing came on a
 * stream for two milliseconds or more, and at the end {@code exact BYTES} or what was wrong. {@link
 * System#nanoTime()} is the same clock for every process of a machine on Linux.
 */
final class KernelEcho {
  private static final int CHUNK_BYTES = 1000;
  private static final long PAUSE_NANOS = 500_000;
  private static final long GAP_NANOS = 2_000_000;

  private static volatile boolean over;

  private KernelEcho() {}

  /** See the class. */
  public static void main(String[] words) throws Exception {
    InetSocketAddress echo = new InetSocketAddress(words[0], Integer.parseInt(words[1]));
    int streams = Integer.parseInt(words[2]);
    int idle = Integer.parseInt(words[3]);
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < streams + idle; i++) {
      Socket socket = new Socket();
      socket.connect(echo, 20_000);
      socket.setSoTimeout(60_000);
      sockets.add(socket);
    }
    List<Stream> running = new ArrayList<>();
    for (int i = 0; i < streams; i++) {
      Stream stream = new Stream(sockets.get(i), i);
      running.add(stream);
      stream.writer.start();
      stream.reader.start();
    }
    System.out.println("ready");
    while (System.in.read() >= 0) {
      // until it ends
    }
    over = true;
    String problem = null;
    long bytes = 0;
    for (Stream stream : running) {
      stream.writer.join();
      stream.reader.join();
      bytes += stream.bytes;
      if (stream.problem != null) {
        problem = stream.problem;
      } else if (!Arrays.equals(stream.sent.digest(), stream.received.digest())) {
        problem = "other bytes came back on stream " + stream.number + ": " + stream.difference();
      }
    }
    for (Socket socket : sockets.subList(streams, sockets.size())) {
      socket.getOutputStream().write(42);
      if (socket.getInputStream().read() != 42) {
        problem = "an idle connection is lost";
      }
      socket.close();
    }
    System.out.println(problem == null ? "exact " + bytes : problem);
  }

  /** One connection that streams. */
  private static final class Stream {
    final Socket socket;
    final long number;
    final Random random;
    final MessageDigest sent = MessageDigest.getInstance("SHA-256");
    final MessageDigest received = MessageDigest.getInstance("SHA-256");
    final Thread writer = new Thread(this::write);
    final Thread reader = new Thread(this::read);
    final Random again;
    final byte[] expected = new byte[CHUNK_BYTES];
    long bytes;
    long written;
    long firstWrong = -1;
    volatile String problem;

    Stream(Socket socket, long seed) throws Exception {
      this.socket = socket;
      number = seed;
      random = new Random(seed);
      again = new Random(seed);
      socket.setTcpNoDelay(true);
    }

    /** Notes where the first byte is that is not the one that was sent. */
    private void compare(byte[] chunk, int count) {
      for (int i = 0; i < count && firstWrong < 0; i++) {
        int at = (int) ((bytes + i) % CHUNK_BYTES);
        if (at == 0) {
          again.nextBytes(expected);
        }
        if (expected[at] != chunk[i]) {
          firstWrong = bytes + i;
        }
      }
    }

    String difference() {
      return "sent " + written + ", received " + bytes + ", first wrong " + firstWrong;
    }

    private void write() {
      byte[] chunk = new byte[CHUNK_BYTES];
      try {
        OutputStream out = socket.getOutputStream();
        while (!over) {
          random.nextBytes(chunk);
          sent.update(chunk);
          out.write(chunk);
          written += chunk.length;
          LockSupport.parkNanos(PAUSE_NANOS);
        }
        socket.shutdownOutput();
      } catch (Exception e) {
        problem = "writing: " + e;
      }
    }

    private void read() {
      byte[] chunk = new byte[16 * CHUNK_BYTES];
      try {
        InputStream in = socket.getInputStream();
        long lastNanos = System.nanoTime();
        for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
          long nowNanos = System.nanoTime();
          if (nowNanos - lastNanos >= GAP_NANOS) {
            System.out.println("gap " + nowNanos + " " + (nowNanos - lastNanos) + " " + number);
          }
          lastNanos = nowNanos;
          received.update(chunk, 0, n);
          compare(chunk, n);
          bytes += n;
        }
      } catch (Exception e) {
        problem = "reading: " + e;
      }
    }
  }
}
