package io.karavel.testkit.script;

import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpOption;
import io.karavel.testkit.HarnessBuilder;
import io.karavel.testkit.StackHarness;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs the trace of one connection again, as a packet script: lines of {@code 1.5s < PACKET} for
 * what arrives, {@code 1.5s > PACKET} for what the stack must send, else what applications and
 * operators did. Traces are what the simulation writes when a seed fails.
 */
public final class TraceScript {
  private final List<String[]> lines = new ArrayList<>();

  private TraceScript() {}

  /** The trace in a text; of several connections the one whose name contains {@code name}. */
  public static TraceScript parse(List<String> text, String name) {
    TraceScript trace = new TraceScript();
    boolean wanted = true;
    for (String line : text) {
      if (line.startsWith("# connection")) {
        wanted = line.contains(name);
      } else if (wanted && !line.isBlank() && !line.startsWith("#")) {
        String[] words = line.trim().split("\\s+", 2);
        trace.lines.add(new String[] {words[0], words[1].trim()});
      }
    }
    return trace;
  }

  /** Runs it; the failure is that of a packet script. */
  public void run() {
    HarnessBuilder builder = StackHarness.builder();
    for (String[] line : lines) {
      String[] words = line[1].split("\\s+");
      if (words[0].equals("tcp")) {
        builder.tcp(words[1], value(words[2]));
      }
    }
    PacketScript script = PacketScript.on(builder.build());
    for (String[] line : lines) {
      if (!line[1].startsWith("tcp ")) {
        step(script.at(line[0]), line[1]);
      }
    }
    script.end();
  }

  private static Object value(String word) {
    if (word.equals("true") || word.equals("false")) {
      return Boolean.valueOf(word);
    }
    return word.matches("-?\\d+") ? (Object) Long.valueOf(word) : word;
  }

  private void step(PacketScript script, String what) {
    String[] words = what.split("\\s+");
    switch (words[0]) {
      case "<" -> script.inject(what.substring(1).trim());
      case ">" -> script.expect(what.substring(1).trim());
      case "listen" -> {
        if (words[1].equals("80")) {
          script.listen(Integer.parseInt(words[2]));
        }
      }
      case "connect" -> {
        IpEndpoint remote = new IpEndpoint(StackHarness.PEER, IpEndpoint.parse(words[1]).port());
        script.flow("traced", 0, remote).connect();
      }
      case "accept" -> script.accept();
      case "write" -> script.write(Integer.parseInt(words[1]));
      case "read" -> {
        if (words[1].equals("the")) {
          script.readEnd();
        } else {
          script.read(Integer.parseInt(words[1]));
        }
      }
      case "shutdown" -> {
        if (words[1].equals("input")) {
          script.shutdownInput();
        } else {
          script.shutdownOutput();
        }
      }
      case "close" -> {
        if (words.length == 1) {
          script.close();
        }
      }
      case "abort" -> script.abort();
      case "option" -> option(script, TcpOption.byName(words[1]), words[2]);
      case "replace" -> script.replace(words[1]);
      case "swap" -> script.swap(words[1]);
      case "unplug" -> script.unplug(words[1]);
      case "plug" -> script.plug(words[1]);
      default -> {
        if (words.length == 3 && words[1].equals("=")) {
          script.tcp(words[0], value(words[2]));
        }
      }
    }
  }

  private static <T> void option(PacketScript script, TcpOption<T> option, String word) {
    Object value = value(word);
    script.option(option, option.check(value instanceof Long number ? number.intValue() : value));
  }
}
