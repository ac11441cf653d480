package io.karavel.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import jdk.net.ExtendedSocketOptions;

/**
 * Sockets of the kernel's TCP inside a namespace, opened and closed call by call.
 *
 * <pre>
 * connect NAME ADDRESS PORT [MILLIS]   result=connected, or the exception's message
 * dial NAME ADDRESS PORT [LOCALPORT]   only begins to connect
 * outcome NAME                         of dialling: result=pending, connected, or the message
 * listen NAME PORT [BACKLOG]
 * accept NAME LISTENER                 result=connected
 * write NAME BYTES
 * fill NAME                            writes until nothing more is taken; written=how many
 * urgent NAME BYTE                     that byte as urgent data
 * oobinline NAME                       urgent data stays in the stream
 * available NAME                       available=bytes to be read
 * read NAME BYTES                      read=how many came before the end of the stream, or
 *                                      failure=the exception's message
 * changes N                            of states, all from the Nth on: seconds port state
 * pauses                               when this process was kept from running: beginning end
 * keepalive NAME IDLE INTERVAL COUNT   seconds, seconds
 * early NAME ADDRESS PORT BYTES        connects with Fast Open and writes; taken=how many
 * user-timeout NAME MILLIS
 * linger NAME SECONDS                  0 makes close a reset
 * shutdown NAME | close NAME           close is for listeners too; seconds=how long it took
 * </pre>
 */
public final class KernelSockets extends LineProcess {
  private KernelSockets(NetworkNamespace namespace) {
    super(namespace, KernelSockets.class);
  }

  /** Starts the process that has them. */
  public static KernelSockets start(NetworkNamespace namespace) {
    return new KernelSockets(namespace);
  }

  /** In that process. */
  private static final class Desk {
    /** Refusals a millisecond apart, which a machine that pauses does not make. */
    private static final int FULL = 200;

    /** By the kernel's number. */
    private static final List<String> STATES =
        List.of(
            "?",
            "ESTABLISHED",
            "SYN-SENT",
            "SYN-RECEIVED",
            "FIN-WAIT-1",
            "FIN-WAIT-2",
            "TIME-WAIT",
            "CLOSED",
            "CLOSE-WAIT",
            "LAST-ACK",
            "LISTEN",
            "CLOSING",
            "SYN-RECEIVED");

    private final PauseWatch pauses = PauseWatch.start();
    private final StateWatch states = new StateWatch(Desk::states);
    private final Map<String, SocketChannel> channels = new HashMap<>();
    private final Map<String, ServerSocketChannel> listeners = new HashMap<>();

    private SocketChannel channel(String[] words) {
      return channels.get(words[1]);
    }

    private Socket socket(String[] words) {
      return channel(words).socket();
    }

    String execute(String[] words) throws IOException {
      switch (words[0]) {
        case "connect" -> {
          SocketChannel channel = SocketChannel.open();
          int millis = words.length > 4 ? Integer.parseInt(words[4]) : 10_000;
          try {
            channel.socket().connect(remote(words), millis);
          } catch (IOException e) {
            channel.close();
            return "result=" + e.getMessage();
          }
          channels.put(words[1], channel);
          return "result=connected";
        }
        case "dial" -> {
          SocketChannel channel = SocketChannel.open();
          channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
          if (words.length > 4) {
            channel.bind(new InetSocketAddress(Integer.parseInt(words[4])));
          }
          channel.configureBlocking(false);
          channel.connect(remote(words));
          channels.put(words[1], channel);
        }
        case "outcome" -> {
          return "result=" + outcome(channel(words));
        }
        case "changes" -> {
          return String.join("\n", states.changesSince(Integer.parseInt(words[1])));
        }
        case "pauses" -> {
          return String.join("\n", pauses.all());
        }
        case "listen" -> {
          ServerSocketChannel listener = ServerSocketChannel.open();
          int backlog = words.length > 3 ? Integer.parseInt(words[3]) : 50;
          listener.bind(new InetSocketAddress(Integer.parseInt(words[2])), backlog);
          listeners.put(words[1], listener);
        }
        case "accept" -> {
          ServerSocket listener = listeners.get(words[2]).socket();
          listener.setSoTimeout(20_000);
          channels.put(words[1], listener.accept().getChannel());
          return "result=connected";
        }
        case "write" -> socket(words).getOutputStream().write(new byte[count(words)]);
        case "fill" -> {
          return "written=" + fill(channel(words));
        }
        case "oobinline" -> socket(words).setOOBInline(true);
        case "available" -> {
          return "available=" + socket(words).getInputStream().available();
        }
        case "urgent" -> socket(words).sendUrgentData(count(words));
        case "read" -> {
          Socket socket = socket(words);
          socket.setSoTimeout(20_000);
          InputStream input = socket.getInputStream();
          try {
            return "read=" + input.readNBytes(count(words)).length;
          } catch (IOException e) {
            return "failure=" + e.getMessage();
          }
        }
        case "keepalive" -> {
          SocketChannel channel = channel(words);
          channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, Integer.parseInt(words[2]));
          channel.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, Integer.parseInt(words[3]));
          channel.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, Integer.parseInt(words[4]));
          channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        }
        case "early" -> {
          SocketChannel channel = SocketChannel.open();
          KernelOptions.fastOpenConnect(channel);
          channel.configureBlocking(false); // else writing waits for the end of the handshake
          channel.connect(remote(words));
          while (!channel.finishConnect()) {
            LockSupport.parkNanos(1_000_000);
          }
          int taken = channel.write(ByteBuffer.allocate(Integer.parseInt(words[4])));
          channel.configureBlocking(true);
          channels.put(words[1], channel);
          return "taken=" + taken;
        }
        case "user-timeout" -> KernelOptions.userTimeoutMillis(channel(words), count(words));
        case "linger" ->
            channel(words).setOption(StandardSocketOptions.SO_LINGER, Integer.parseInt(words[2]));
        case "shutdown" -> channel(words).shutdownOutput();
        case "close" -> {
          long begun = System.nanoTime();
          SocketChannel channel = channels.remove(words[1]);
          if (channel != null) {
            channel.close();
          } else {
            listeners.remove(words[1]).close();
          }
          return "seconds=" + (System.nanoTime() - begun) / 1e9;
        }
        default -> throw new IllegalArgumentException("no command '" + words[0] + "'");
      }
      return "";
    }

    /** From the kernel's table, which is cheaper to read than to start ss. */
    private static Map<Integer, String> states() throws IOException {
      Map<Integer, String> states = new HashMap<>();
      for (String line : Files.readAllLines(Path.of("/proc/net/tcp"))) {
        String[] words = line.trim().split("\\s+");
        if (!words[0].equals("sl") && !words[3].equals("0A")) {
          String state = STATES.get(Integer.parseInt(words[3], 16));
          states.put(port(words[1]), state);
          states.put(port(words[2]), state);
        }
      }
      return states;
    }

    private static int port(String endpoint) {
      return Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1), 16);
    }

    private static InetSocketAddress remote(String[] words) {
      return new InetSocketAddress(words[2], Integer.parseInt(words[3]));
    }

    private static String outcome(SocketChannel channel) throws IOException {
      if (channel.isBlocking()) {
        return "connected";
      }
      try {
        if (!channel.finishConnect()) {
          return "pending";
        }
      } catch (IOException e) {
        return e.getMessage();
      }
      channel.configureBlocking(true);
      return "connected";
    }

    private static long fill(SocketChannel channel) throws IOException {
      channel.configureBlocking(false);
      ByteBuffer zeros = ByteBuffer.allocate(64 * 1024);
      long written = 0;
      int refused = 0;
      while (refused < FULL) {
        int taken = channel.write(zeros.clear());
        written += taken;
        if (taken > 0) {
          refused = 0;
        } else {
          refused++;
          LockSupport.parkNanos(1_000_000);
        }
      }
      channel.configureBlocking(true);
      return written;
    }

    private static int count(String[] words) {
      return Integer.parseInt(words[2]);
    }
  }

  /** See the class. */
  public static void main(String[] arguments) throws IOException {
    Desk desk = new Desk();
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      List<String> answer = new ArrayList<>();
      try {
        String said = desk.execute(line.trim().split("\\s+"));
        if (!said.isEmpty()) {
          answer.add(said);
        }
        answer.add("ok");
      } catch (Exception e) {
        answer.add("error: " + e);
      }
      System.out.println(String.join("\n", answer));
      System.out.flush();
    }
  }
}
