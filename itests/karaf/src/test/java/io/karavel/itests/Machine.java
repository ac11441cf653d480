package io.karavel.itests;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Knows when a processor of this machine was not there for anybody's work. Either it did not run,
 * whatever was due on it: a virtual one's host had given it to somebody else; a {@link Standstill}
 * for each of them tells. Or the kernel looked through the machine's memory on it (DAMON), which
 * takes tens of milliseconds at a time; a {@link KernelDaemon} tells.
 */
final class Machine implements AutoCloseable {
  private final List<Process> witnesses = new CopyOnWriteArrayList<>();

  /** From and to in nanoseconds, in no order. */
  private final List<long[]> standstills = new ArrayList<>();

  /** Watches until it is closed; needs the right to come first (root). */
  static Machine watched() throws Exception {
    Machine machine = new Machine();
    for (int processor = 0; processor < Runtime.getRuntime().availableProcessors(); processor++) {
      List<String> bound = List.of("taskset", "--cpu-list", Integer.toString(processor));
      machine.watch("processor " + processor, bound, Standstill.class, List.of());
    }
    List<String> daemons = KernelDaemon.running();
    if (!daemons.isEmpty()) {
      machine.watch("kernel daemons", List.of(), KernelDaemon.class, daemons);
    }
    return machine;
  }

  private void watch(String name, List<String> bound, Class<?> program, List<String> arguments)
      throws Exception {
    List<String> words = new ArrayList<>(List.of("chrt", "--fifo", "50"));
    words.addAll(bound);
    words.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xint", // no compiler that would stand in front of the lanes
            "-Xmx16m",
            "-XX:+UseSerialGC",
            "-cp",
            Path.of("target", "test-classes").toAbsolutePath().toString(),
            program.getName()));
    words.addAll(arguments);
    Process witness = new ProcessBuilder(words).redirectErrorStream(true).start();
    witnesses.add(witness);
    BufferedReader reader = witness.inputReader(StandardCharsets.UTF_8);
    String first = reader.readLine();
    if (!"ready".equals(first)) {
      close();
      throw new AssertionError("the machine cannot be watched: " + first);
    }
    new Thread(() -> listen(reader), name).start();
  }

  private void listen(BufferedReader reader) {
    try (reader) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        String[] words = line.split(" ");
        synchronized (standstills) {
          standstills.add(new long[] {Long.parseLong(words[0]), Long.parseLong(words[1])});
        }
      }
    } catch (IOException e) {
      if (witnesses.stream().anyMatch(Process::isAlive)) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** For how much of the time between two moments all processors were there, in nanoseconds. */
  long ran(long fromNanos, long toNanos) {
    List<long[]> within;
    synchronized (standstills) {
      within =
          standstills.stream()
              .filter(still -> still[1] - fromNanos > 0 && toNanos - still[0] > 0)
              .sorted((a, b) -> Long.compare(a[0], b[0]))
              .toList();
    }
    long ran = 0;
    long at = fromNanos;
    for (long[] still : within) {
      ran += Math.max(0, still[0] - at);
      at = Math.max(at, still[1]);
    }
    return ran + Math.max(0, toNanos - at);
  }

  @Override
  public void close() {
    witnesses.forEach(Process::destroy);
  }
}
