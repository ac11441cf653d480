package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A running tcpdump that writes down the frames of a device, and counts what it missed. Threads.
 */
final class Tcpdump {
  /** What the kernel keeps for it until it has time. */
  static final int BUFFER_KIB = 128 * 1024;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);
  private static final long POLL_NANOS = 10_000_000;
  private static final Pattern COUNTS =
      Pattern.compile(
          "([0-9]+) packets? captured\\s+([0-9]+) packets? received by filter\\s+"
              + "([0-9]+) packets? dropped by kernel.*",
          Pattern.DOTALL);

  private record Counts(long captured, long received, long dropped) {}

  private final NetworkNamespace namespace;
  private final Process process;
  private final BufferedReader said;

  /** Of a process with {@link #command}, when it listens. */
  Tcpdump(NetworkNamespace namespace, Process process) throws IOException {
    this.namespace = namespace;
    this.process = process;
    said = process.errorReader(StandardCharsets.UTF_8);
    String line = said.readLine();
    while (line != null && !line.contains("listening on")) {
      line = said.readLine();
    }
    assertThat(line).as("tcpdump listens").isNotNull();
  }

  /** Its command line. */
  static List<String> command(String device, String file, String... options) {
    List<String> command = new ArrayList<>(List.of("tcpdump", "-i", device, "-n", "-Z", "root"));
    command.addAll(List.of("-B", Integer.toString(BUFFER_KIB), "-w", file));
    command.addAll(List.of(options));
    return command;
  }

  /**
   * Waits until it has written down what passed so far, but for so many frames at most; none was
   * missed. The last few the kernel may hand on a second later.
   */
  synchronized void awaitSeen(int butFor) throws IOException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      namespace.run("kill", "-USR1", Long.toString(process.pid())).orFail();
      Counts counts = counts(said.readLine());
      if (counts.received - counts.captured <= butFor) {
        return;
      }
      assertThat(System.nanoTime()).as("tcpdump got no further than " + counts).isLessThan(end);
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private static Counts counts(String text) {
    Matcher matcher = COUNTS.matcher(text.replace("tcpdump: ", "").replace(",", ""));
    assertThat(matcher.matches()).as(text).isTrue();
    Counts counts =
        new Counts(
            Long.parseLong(matcher.group(1)),
            Long.parseLong(matcher.group(2)),
            Long.parseLong(matcher.group(3)));
    assertThat(counts.dropped).as("missed: " + text).isZero();
    return counts;
  }

  /**
   * Ends it when it has written down whatever passed; none was missed.
   *
   * @return how many frames there are
   */
  long stop() throws Exception {
    awaitSeen(0);
    process.toHandle().destroy(); // the process's own destroy would close what it says
    StringBuilder rest = new StringBuilder();
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      rest.append(line).append('\n');
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return counts(rest.toString().strip()).captured;
  }
}
