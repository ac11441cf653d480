package io.karavel.interop;

import java.util.Arrays;
import java.util.List;

/** A line of Linux's {@code ss} or of our {@code tcp:list}, whose columns are the same. */
record SocketLine(String state, String receiveQueue, String sendQueue, String local, String peer) {
  private static SocketLine of(String[] words, int first) {
    return new SocketLine(
        words[first], words[first + 1], words[first + 2], words[first + 3], words[first + 4]);
  }

  /** What ss prints in a namespace. */
  static List<SocketLine> ofKernel(NetworkNamespace namespace) {
    return namespace
        .run("ss", "-Htan")
        .orFail()
        .lines()
        .map(line -> of(line.trim().split("\\s+"), 0))
        .toList();
  }

  /** What tcp:list prints in a stack's process; the number in front has no peer in ss. */
  static List<SocketLine> ofStack(StackProcess stack) {
    return stack.ask("shell tcp:list --no-format --limit 0").stream()
        .map(line -> of(line.split("\t", -1), 1))
        .toList();
  }

  boolean isListener() {
    return state.equals("LISTEN");
  }

  boolean concerns(int port) {
    return Arrays.asList(local, peer).stream().anyMatch(end -> end.endsWith(":" + port));
  }

  /** The state as RFC 9293 writes it. */
  String standardState() {
    return switch (state) {
      case "ESTAB" -> "ESTABLISHED";
      case "SYN-RECV" -> "SYN-RECEIVED";
      default -> state;
    };
  }

  String queues() {
    return receiveQueue + " " + sendQueue;
  }
}
