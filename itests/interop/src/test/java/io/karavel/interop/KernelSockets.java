package io.karavel.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sockets of the kernel's TCP inside a namespace, opened and closed call by call.
 *
 * <pre>
 * connect NAME ADDRESS PORT [MILLIS]   result=connected, or the exception's message
 * listen NAME PORT [BACKLOG]
 * accept NAME LISTENER                 result=connected
 * write NAME BYTES
 * read NAME BYTES                      read=how many came before the end of the stream
 * linger NAME SECONDS                  0 makes close a reset
 * shutdown NAME | close NAME           close is for listeners too
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
    private final Map<String, Socket> sockets = new HashMap<>();
    private final Map<String, ServerSocket> listeners = new HashMap<>();

    String execute(String[] words) throws IOException {
      switch (words[0]) {
        case "connect" -> {
          Socket socket = new Socket();
          int millis = words.length > 4 ? Integer.parseInt(words[4]) : 10_000;
          try {
            socket.connect(new InetSocketAddress(words[2], Integer.parseInt(words[3])), millis);
          } catch (IOException e) {
            socket.close();
            return "result=" + e.getMessage();
          }
          sockets.put(words[1], socket);
          return "result=connected";
        }
        case "listen" -> {
          int backlog = words.length > 3 ? Integer.parseInt(words[3]) : 50;
          listeners.put(words[1], new ServerSocket(Integer.parseInt(words[2]), backlog));
        }
        case "accept" -> {
          ServerSocket listener = listeners.get(words[2]);
          listener.setSoTimeout(20_000);
          sockets.put(words[1], listener.accept());
          return "result=connected";
        }
        case "write" -> sockets.get(words[1]).getOutputStream().write(new byte[count(words)]);
        case "read" -> {
          Socket socket = sockets.get(words[1]);
          socket.setSoTimeout(20_000);
          InputStream input = socket.getInputStream();
          return "read=" + input.readNBytes(count(words)).length;
        }
        case "linger" -> sockets.get(words[1]).setSoLinger(true, Integer.parseInt(words[2]));
        case "shutdown" -> sockets.get(words[1]).shutdownOutput();
        case "close" -> {
          Socket socket = sockets.remove(words[1]);
          if (socket != null) {
            socket.close();
          } else {
            listeners.remove(words[1]).close();
          }
        }
        default -> throw new IllegalArgumentException("no command '" + words[0] + "'");
      }
      return "";
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
