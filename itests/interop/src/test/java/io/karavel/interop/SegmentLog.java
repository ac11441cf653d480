package io.karavel.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Every TCP segment that comes into a namespace, with the kernel's time of its arrival. */
final class SegmentLog implements AutoCloseable {
  private static final Pattern LINE =
      Pattern.compile(
          "([0-9.]+) (\\S+) +In +IP ([0-9.]+)\\.([0-9]+) > ([0-9.]+)\\.([0-9]+): Flags"
              + " \\[([^]]+)\\](?:, seq ([0-9]+)(?::([0-9]+))?)?(?:, ack ([0-9]+))?"
              + "(?:, win ([0-9]+))?(?:, urg ([0-9]+))?(?:, options \\[([^]]*)\\])?"
              + ", length ([0-9]+).*");

  /**
   * One segment.
   *
   * @param seconds when, since 1970
   * @param byUs whether we sent it
   * @param flags as tcpdump writes them: "S.", "F.", "P.", "."
   */
  record Entry(
      double seconds,
      boolean byUs,
      int sourcePort,
      int destinationPort,
      String flags,
      long sequence,
      long acknowledgment,
      int window,
      String options,
      int length) {
    boolean concerns(int port) {
      return sourcePort == port || destinationPort == port;
    }

    /** SYN without ACK. */
    boolean isSyn() {
      return flags.startsWith("S") && !flags.contains(".");
    }

    /** SYN with ACK. */
    boolean isSynAck() {
      return flags.startsWith("S") && flags.contains(".");
    }

    boolean isFin() {
      return flags.contains("F");
    }

    boolean isReset() {
      return flags.contains("R");
    }

    /** Nothing but an acknowledgment. */
    boolean isPureAck() {
      return flags.equals(".") && length == 0;
    }
  }

  private final Process tcpdump;
  private final List<Entry> entries = new ArrayList<>();
  private final List<String> notUnderstood = new ArrayList<>();

  private SegmentLog(Process tcpdump) {
    this.tcpdump = tcpdump;
  }

  static SegmentLog start(NetworkNamespace namespace) {
    ProcessBuilder builder =
        new ProcessBuilder(
                "tcpdump",
                "-i",
                "any",
                "-Q",
                "in",
                "-n",
                "-tt",
                "-S",
                "-l",
                "-s",
                "120",
                "--immediate-mode",
                "tcp")
            .redirectErrorStream(true);
    SegmentLog log = new SegmentLog(namespace.start(builder));
    BufferedReader reader = log.tcpdump.inputReader(StandardCharsets.UTF_8);
    try {
      String line = reader.readLine();
      while (line != null && !line.startsWith("listening on")) {
        line = reader.readLine();
      }
      if (line == null) {
        throw new AssertionError("tcpdump does not listen");
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    Thread thread = new Thread(() -> log.read(reader), "segments");
    thread.setDaemon(true);
    thread.start();
    return log;
  }

  private void read(BufferedReader reader) {
    try {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        Matcher matcher = LINE.matcher(line);
        synchronized (entries) {
          if (matcher.matches()) {
            entries.add(entry(matcher));
          } else {
            notUnderstood.add(line);
          }
        }
      }
    } catch (IOException e) {
      // tcpdump has ended
    }
  }

  private static Entry entry(Matcher matcher) {
    return new Entry(
        Double.parseDouble(matcher.group(1)),
        matcher.group(2).equals("tap0"),
        Integer.parseInt(matcher.group(4)),
        Integer.parseInt(matcher.group(6)),
        matcher.group(7),
        number(matcher.group(8)),
        number(matcher.group(10)),
        (int) number(matcher.group(11)),
        matcher.group(13) == null ? "" : matcher.group(13),
        (int) number(matcher.group(14)));
  }

  private static long number(String digits) {
    return digits == null ? -1 : Long.parseLong(digits);
  }

  /** What one end has sent so far of a connection with a port, and is of a kind. */
  List<Entry> of(int port, boolean byUs, Predicate<Entry> kind) {
    synchronized (entries) {
      return entries.stream()
          .filter(entry -> entry.byUs() == byUs && entry.concerns(port) && kind.test(entry))
          .toList();
    }
  }

  /** When they were sent, in seconds after the first. */
  List<Double> times(int port, boolean byUs, Predicate<Entry> kind) {
    List<Entry> found = of(port, byUs, kind);
    return found.stream().map(entry -> entry.seconds() - found.get(0).seconds()).toList();
  }

  /** All segments of a port, for a message; and what could not be read. */
  String describe(int port) {
    StringBuilder text = new StringBuilder();
    synchronized (entries) {
      double first = -1;
      for (Entry entry : entries) {
        if (entry.concerns(port)) {
          first = first < 0 ? entry.seconds() : first;
          text.append(
              String.format(
                  "%n%8.3f %s %s seq %d ack %d win %d length %d",
                  entry.seconds() - first,
                  entry.byUs() ? "ours  " : "kernel",
                  entry.flags(),
                  entry.sequence(),
                  entry.acknowledgment(),
                  entry.window(),
                  entry.length()));
        }
      }
      notUnderstood.forEach(line -> text.append("\n? ").append(line));
    }
    return text.toString();
  }

  @Override
  public void close() {
    tcpdump.descendants().forEach(ProcessHandle::destroy);
    tcpdump.destroy();
  }
}
