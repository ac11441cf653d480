package io.karavel.interop;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.engine.internal.stack.Stack;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpEndpoint;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.spi.TcpControl;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** The commands of {@link StackMain} that concern TCP. One thread. */
final class TcpCommands {
  private static final int CHUNK = 64 * 1024;

  /** Refusals a millisecond apart, which a machine that pauses does not make. */
  private static final int FULL = 200;

  private final Stack stack;
  private final Map<Long, TcpListener> listeners = new HashMap<>();
  private final StateWatch states = new StateWatch(this::states);

  TcpCommands(Stack stack) {
    this.stack = stack;
  }

  void execute(String[] words, Consumer<String> out) throws Exception {
    switch (words[0]) {
      case "changes" -> states.changesSince(Integer.parseInt(words[1])).forEach(out);
      case "summary" ->
          stack
              .query("tcp", TcpControl.class, TcpControl::summary)
              .byState()
              .forEach((state, count) -> out.accept(state + "=" + count));
      case "connect" -> connect(words, out);
      case "early" -> {
        TcpSocket socket = stack.tcp().socket();
        ByteBuffer first = ByteBuffer.allocate(Integer.parseInt(words[3]));
        out.accept("taken=" + socket.connect(endpoint(words[1], words[2]), first));
        out.accept("id=" + socket.id());
      }
      case "dial" -> {
        TcpSocket socket = stack.tcp().socket();
        if (words.length > 3) {
          socket.option(TcpOption.REUSE_ADDRESS, true);
          socket.bind(endpoint("0.0.0.0", words[3]));
        }
        socket.connect(endpoint(words[1], words[2]));
        out.accept("id=" + socket.id());
      }
      case "outcome" -> {
        TcpSocket socket = socket(words);
        TcpException failure = socket.failure();
        out.accept("state=" + socket.state().label());
        out.accept("error=" + (failure == null ? "none" : failure.error()));
      }
      case "option" -> option(words);
      case "listen" -> {
        int backlog = words.length > 2 ? Integer.parseInt(words[2]) : 128;
        TcpListener listener = stack.tcp().listen(endpoint("0.0.0.0", words[1]), backlog);
        listeners.put(listener.id(), listener);
        out.accept("id=" + listener.id());
      }
      case "accept" -> {
        TcpListener listener = listeners.get(Long.parseLong(words[1]));
        if (!listener.awaitAcceptable(patience(words))) {
          throw new IllegalStateException("nobody connected");
        }
        out.accept("id=" + listener.accept().id());
      }
      case "write" -> socket(words).outputStream().write(new byte[Integer.parseInt(words[2])]);
      case "urgent" ->
          socket(words).writeUrgent(ByteBuffer.wrap(new byte[Integer.parseInt(words[2])]));
      case "pending" -> {
        TcpSocket socket = socket(words);
        out.accept("available=" + socket.available());
        out.accept("urgent=" + socket.urgentAvailable());
      }
      case "show" -> {
        long id = Long.parseLong(words[1]);
        stack
            .query("tcp", TcpControl.class, tcp -> tcp.info(id))
            .details()
            .forEach((key, value) -> out.accept(key + "=" + value));
      }
      case "fill" -> out.accept("written=" + fill(socket(words)));
      case "read" -> {
        try {
          byte[] read = socket(words).inputStream().readNBytes(Integer.parseInt(words[2]));
          out.accept("read=" + read.length);
        } catch (IOException e) {
          out.accept("failure=" + e.getMessage());
        }
      }
      case "echo" -> out.accept("equal=" + echo(socket(words), Long.parseLong(words[2])));
      case "shutdown" -> socket(words).shutdownOutput();
      case "close" -> {
        TcpListener listener = listeners.remove(Long.parseLong(words[1]));
        if (listener != null) {
          listener.close();
        } else {
          socket(words).close();
        }
      }
      case "close-stream" -> {
        long begun = System.nanoTime();
        socket(words).outputStream().close();
        out.accept("seconds=" + (System.nanoTime() - begun) / 1e9);
      }
      case "abort" -> socket(words).abort();
      default -> throw new IllegalArgumentException("no command '" + words[0] + "'");
    }
  }

  /** Sets an option of a socket or listener by its name. */
  private void option(String[] words) throws Exception {
    long id = Long.parseLong(words[1]);
    TcpEndpoint endpoint = listeners.containsKey(id) ? listeners.get(id) : socket(words);
    set(endpoint, TcpOption.byName(words[2]), words[3]);
  }

  private static <T> void set(TcpEndpoint endpoint, TcpOption<T> option, String value)
      throws Exception {
    Object typed = value;
    if (option.type() == Integer.class) {
      typed = Integer.valueOf(value);
    } else if (option.type() == Boolean.class) {
      typed = Boolean.valueOf(value);
    }
    endpoint.option(option, option.check(typed));
  }

  /** Writes zeros until nothing has been taken for a while. */
  private static long fill(TcpSocket socket) throws Exception {
    ByteBuffer zeros = ByteBuffer.allocate(CHUNK);
    long written = 0;
    int refused = 0;
    while (refused < FULL) {
      int taken = socket.write(zeros.clear());
      written += taken;
      if (taken > 0) {
        refused = 0;
      } else {
        refused++;
        LockSupport.parkNanos(1_000_000);
      }
    }
    return written;
  }

  private static IpEndpoint endpoint(String address, String port) {
    return new IpEndpoint(IpAddress.parse(address), Integer.parseInt(port));
  }

  private static Duration patience(String[] words) {
    return Duration.ofSeconds(words.length > 2 ? Long.parseLong(words[2]) : 10);
  }

  private TcpSocket socket(String[] words) {
    return stack
        .tcp()
        .socket(Long.parseLong(words[1]))
        .orElseThrow(() -> new IllegalArgumentException("no socket " + words[1]));
  }

  /** The state of the connection of each port, as {@link StateWatch} has them. */
  private Map<Integer, String> states() throws Exception {
    Map<Integer, String> states = new HashMap<>();
    long cursor = 0;
    do {
      long from = cursor;
      TcpControl.Page page =
          stack.query("tcp", TcpControl.class, tcp -> tcp.list(from, 1024, entry -> true));
      for (TcpConnectionInfo entry : page.entries()) {
        if (entry.remote() != null) {
          states.put(entry.local().port(), entry.state().label());
          states.put(entry.remote().port(), entry.state().label());
        }
      }
      cursor = page.next();
    } while (cursor != 0);
    return states;
  }

  private void connect(String[] words, Consumer<String> out) throws Exception {
    TcpSocket socket = stack.tcp().connect(endpoint(words[1], words[2]));
    long seconds = words.length > 3 ? Long.parseLong(words[3]) : 10;
    try {
      socket.awaitConnected(Duration.ofSeconds(seconds));
      out.accept("id=" + socket.id());
    } catch (TcpException e) {
      out.accept("failure=" + e.getMessage());
      out.accept("error=" + e.error());
      socket.close();
    }
  }

  /** Sends from one thread and compares in another, so that neither waits for the other's ring. */
  private static boolean echo(TcpSocket socket, long bytes) throws Exception {
    AtomicReference<Exception> failure = new AtomicReference<>();
    Thread sender =
        new Thread(
            () -> {
              SplittableRandom random = new SplittableRandom(1);
              byte[] chunk = new byte[CHUNK];
              OutputStream output = socket.outputStream();
              try {
                for (long left = bytes; left > 0; left -= Math.min(left, CHUNK)) {
                  random.nextBytes(chunk);
                  output.write(chunk, 0, (int) Math.min(left, CHUNK));
                }
                output.flush();
              } catch (Exception e) {
                failure.set(e);
              }
            },
            "echo-sender");
    sender.start();
    SplittableRandom random = new SplittableRandom(1);
    byte[] expected = new byte[CHUNK];
    InputStream input = socket.inputStream();
    boolean equal = true;
    for (long left = bytes; left > 0; left -= Math.min(left, CHUNK)) {
      random.nextBytes(expected);
      byte[] received = input.readNBytes((int) Math.min(left, CHUNK));
      equal &= Arrays.equals(received, Arrays.copyOf(expected, (int) Math.min(left, CHUNK)));
      if (received.length == 0) {
        break;
      }
    }
    sender.join();
    if (failure.get() != null) {
      throw failure.get();
    }
    return equal;
  }
}
