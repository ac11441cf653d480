package io.karavel.interop;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * Programs over the kernel's TCP, to be run inside a namespace by {@link #run}: each prints its
 * findings as {@code key=value} and ends.
 *
 * <pre>
 * echo ADDRESS PORT BYTES [CONNECTIONS [PART]]   random bytes to and fro; sent=SHA-256 received=SHA-256
 *                                         seconds=…; after each part (of one connection) echoed=… until
 *                                         told by a line to go on, or by the end of input to end
 * connect ADDRESS PORT MILLIS             result=connected, or the exception's message
 * serve PORT CONNECTIONS                  echoes on that many connections, one after the other
 * </pre>
 */
public final class KernelPeer {
  private static final int CHUNK = 256 * 1024;

  private KernelPeer() {}

  /** The command line of such a program. */
  static String[] command(String... words) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                KernelPeer.class.getName()));
    command.addAll(List.of(words));
    return command.toArray(new String[0]);
  }

  /** Runs one in a namespace to its end. */
  static CommandResult run(NetworkNamespace namespace, String... words) {
    return namespace.run(command(words));
  }

  /** See the class. */
  public static void main(String[] words) throws Exception {
    switch (words[0]) {
      case "echo" -> echo(words);
      case "connect" -> connect(words);
      case "serve" -> serve(words);
      default -> throw new IllegalArgumentException("no program " + words[0]);
    }
  }

  private static void echo(String[] words) throws Exception {
    InetSocketAddress server = new InetSocketAddress(words[1], Integer.parseInt(words[2]));
    long bytes = Long.parseLong(words[3]);
    int connections = words.length > 4 ? Integer.parseInt(words[4]) : 1;
    long part = words.length > 5 ? Long.parseLong(words[5]) : bytes;
    long start = System.nanoTime();
    ExecutorService threads = Executors.newFixedThreadPool(2 * connections);
    List<Callable<String>> tasks = new ArrayList<>();
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      Socket socket = new Socket();
      socket.connect(server, 10_000);
      socket.setSoTimeout(120_000);
      sockets.add(socket);
      long seed = i;
      Semaphore echoed = new Semaphore(0);
      tasks.add(() -> send(socket, bytes, seed, part, echoed));
      tasks.add(() -> receive(socket, part, echoed));
    }
    List<Future<String>> results = threads.invokeAll(tasks);
    boolean equal = true;
    for (int i = 0; i < connections; i++) {
      equal &= results.get(2 * i).get().equals(results.get(2 * i + 1).get());
      sockets.get(i).close();
    }
    threads.shutdown();
    System.out.println("sent=" + results.get(0).get());
    System.out.println("received=" + results.get(1).get());
    System.out.println("equal=" + equal);
    System.out.println("seconds=" + (System.nanoTime() - start) / 1e9);
  }

  private static String send(Socket socket, long bytes, long seed, long part, Semaphore echoed)
      throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    SplittableRandom random = new SplittableRandom(seed);
    byte[] chunk = new byte[CHUNK];
    random.nextBytes(chunk);
    OutputStream output = socket.getOutputStream();
    for (long left = bytes, n = 0; left > 0; n++) {
      int length = (int) Math.min(left, CHUNK);
      // another beginning each time, so that a chunk in the wrong place is noticed
      new DataOutputStream(new ArrayOutput(chunk)).writeLong(n);
      digest.update(chunk, 0, length);
      output.write(chunk, 0, length);
      left -= length;
      if (left > 0 && (bytes - left) % part == 0) {
        echoed.acquire();
        System.out.println("echoed=" + (bytes - left));
        if (System.in.read() < 0) {
          break;
        }
      }
    }
    socket.shutdownOutput();
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Writes over the beginning of an array. */
  private static final class ArrayOutput extends OutputStream {
    private final byte[] array;
    private int at;

    ArrayOutput(byte[] array) {
      this.array = array;
    }

    @Override
    public void write(int value) {
      array[at++] = (byte) value;
    }
  }

  private static String receive(Socket socket, long part, Semaphore echoed) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] buffer = new byte[CHUNK];
    InputStream input = socket.getInputStream();
    long received = 0;
    for (int n = input.read(buffer); n >= 0; n = input.read(buffer)) {
      digest.update(buffer, 0, n);
      echoed.release((int) ((received + n) / part - received / part));
      received += n;
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void connect(String[] words) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(words[1], Integer.parseInt(words[2])), Integer.parseInt(words[3]));
      System.out.println("result=connected");
    } catch (IOException e) {
      System.out.println("result=" + e.getMessage());
    }
  }

  private static void serve(String[] words) throws IOException {
    try (ServerSocket server =
        new ServerSocket(Integer.parseInt(words[1]), 50, InetAddress.getByName("0.0.0.0"))) {
      System.out.println("listening=" + words[1]);
      System.out.flush();
      for (int left = Integer.parseInt(words[2]); left > 0; left--) {
        try (Socket socket = server.accept()) {
          socket.getInputStream().transferTo(socket.getOutputStream());
        }
      }
    }
  }

  /** Waits until the program that serves, once started, listens. */
  static void awaitListening(Process server) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = server.getInputStream().read(); c != '\n' && c >= 0; ) {
      line.append((char) c);
      c = server.getInputStream().read();
    }
    String said =
        new String(line.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    if (!said.startsWith("listening=")) {
      throw new AssertionError("the kernel's server says: " + said);
    }
  }
}
