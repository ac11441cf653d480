package io.karavel.shell.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.felix.service.command.Process;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/**
 * {@code tcp:connect}: what is typed, or piped in, goes to the peer; what the peer sends is shown.
 */
@Service
@Command(
    scope = "tcp",
    name = "connect",
    description = "Talks to a port over the stack; Ctrl-C, or the peer, ends it",
    detailedDescription = "Example: tcp:connect 10.77.0.1 7")
public final class TcpConnectCommand extends ApplianceCommand {
  private static final long LOOK_MILLIS = 20;

  @Argument(index = 0, name = "host", description = "Address of the peer", required = true)
  @Completion(HostCompleter.class)
  String host;

  @Argument(index = 1, name = "port", description = "Its port, 1 to 65535", required = true)
  @Completion(
      value = StringsCompleter.class,
      values = {"7", "9", "13", "19", "80"})
  int port;

  @Option(
      name = "--timeout",
      aliases = "-w",
      description = "Seconds to wait for the connection, 0.001 to 3600",
      valueToShowInHelp = "30")
  @Completion(
      value = StringsCompleter.class,
      values = {"1", "5", "30"})
  double timeoutSeconds = 30;

  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicReference<IOException> inputFailure = new AtomicReference<>();

  /** For the shell. */
  public TcpConnectCommand() {}

  @Override
  boolean changes() {
    return true;
  }

  @Override
  void run() throws Exception {
    checkRange("port", port, 1, 65535);
    checkRange("--timeout", timeoutSeconds, 0.001, 3600);
    IpEndpoint peer = new IpEndpoint(IpAddress.parse(host), port);
    boolean typed = terminal.test(0);
    // Another thread does not have this one's streams.
    InputStream input = input();
    try (TcpSocket socket = tcp().socket()) {
      socket.owner("io.karavel.shell:connect");
      try {
        socket.connect(peer);
        socket.awaitConnected(Duration.ofNanos((long) (timeoutSeconds * 1e9)));
      } catch (TcpException e) {
        socket.abort();
        if (Thread.interrupted()) {
          throw failure("interrupted while connecting to " + peer);
        }
        throw failure("cannot connect to " + peer + ": " + e.getMessage() + hint(e));
      }
      if (typed) {
        out().println("connected to " + peer + " from " + socket.local() + "; Ctrl-C ends");
      }
      Thread sender = new Thread(() -> send(socket, input, typed), "tcp-connect-input");
      sender.setDaemon(true);
      sender.start();
      try {
        receive(socket, out());
      } catch (TcpException e) {
        // Ctrl-C interrupts the waiting; the peer sees an orderly end.
        if (!Thread.interrupted()) {
          throw failure(peer + ": " + e.getMessage());
        }
      } finally {
        over.set(true);
        sender.interrupt();
      }
      if (typed) {
        out().println();
        out().println("connection to " + peer + " ended");
      }
      if (inputFailure.get() != null) {
        throw failure(peer + ": " + inputFailure.get().getMessage());
      }
    }
  }

  private static String hint(TcpException e) {
    return switch (e.error()) {
      case CONNECTION_REFUSED -> "; nothing listens there";
      case NETWORK_UNREACHABLE -> "; ip:route-list shows the routes";
      case HOST_UNREACHABLE -> "; ip:neighbour-list shows whether it answers";
      case TIMED_OUT -> "; ip:ping shows whether it is there at all";
      default -> "";
    };
  }

  private InputStream input() {
    Process process = Process.Utils.current();
    return process == null ? session.getKeyboard() : process.in();
  }

  private void receive(TcpSocket socket, PrintStream out) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(16384);
    while (true) {
      bytes.clear();
      int count = socket.read(bytes);
      if (count < 0) {
        deliver();
        return;
      }
      if (count > 0) {
        out.write(bytes.array(), 0, count);
      } else {
        deliver();
        socket.awaitReady(TcpSocket.READABLE, Duration.ofHours(1));
      }
    }
  }

  /** Its own thread: input to socket until its end, then FIN. */
  private void send(TcpSocket socket, InputStream input, boolean typed) {
    byte[] bytes = new byte[16384];
    try {
      while (!over.get()) {
        // A read that waits for the terminal would swallow the next line when the peer has gone.
        if (typed && input.available() == 0) {
          Thread.sleep(LOOK_MILLIS);
          continue;
        }
        int count = input.read(bytes);
        if (count < 0) {
          socket.shutdownOutput();
          return;
        }
        socket.outputStream().write(bytes, 0, count);
      }
    } catch (InterruptedException | InterruptedIOException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      if (!over.get()) {
        inputFailure.set(e);
      }
    }
  }
}
