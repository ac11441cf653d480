package io.karavel.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own inside a namespace that takes a command per line and answers in lines, of which
 * the last is {@code ok} or {@code error: …}. It ends with {@link #close()}, with its namespace,
 * and by itself when the test's JVM is no more, since that ends its input. Threads may ask; one
 * question waits for another.
 */
class LineProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;
  private static final String LAST_LINE = "\u0000";

  private final Process process;
  private final PrintWriter commands;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final Path log;

  LineProcess(NetworkNamespace namespace, Class<?> main, String... arguments) {
    try {
      Files.createDirectories(Path.of("target", "interop"));
      log = Path.of("target", "interop", namespace.name() + "-" + main.getSimpleName() + ".log");
      List<String> command =
          new ArrayList<>(
              List.of(
                  "nice", // what it does in time is judged, whatever else the machine does
                  "-n",
                  "-20",
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Djava.net.preferIPv4Stack=true",
                  "-Xmx512m",
                  "-XX:MaxDirectMemorySize=512m",
                  "-Dorg.slf4j.simpleLogger.logFile=System.err",
                  "-Dorg.slf4j.simpleLogger.showDateTime=true",
                  "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED", // options that Java does not know
                  "-cp",
                  System.getProperty("java.class.path"),
                  main.getName()));
      command.addAll(List.of(arguments));
      process =
          namespace.start(
              new ProcessBuilder(command)
                  .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    commands = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
    Thread reader = new Thread(this::read, "process-output");
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      // the process has ended
    }
    lines.add(LAST_LINE);
  }

  /** Puts a command and returns the lines of its answer. */
  public synchronized List<String> ask(String... words) {
    String command = String.join(" ", words);
    commands.println(command);
    List<String> answer = new ArrayList<>();
    try {
      while (true) {
        String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (line == null || line.equals(LAST_LINE)) {
          throw new AssertionError(
              "the process "
                  + (line == null ? "does not answer" : "has ended at")
                  + " '"
                  + command
                  + "'; its log:\n"
                  + log());
        }
        if (line.equals("ok")) {
          return answer;
        }
        if (line.startsWith("error: ")) {
          throw new AssertionError("'" + command + "': " + line.substring(7));
        }
        answer.add(line);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** The answer to a command in lines of {@code key=value}. */
  public Map<String, String> values(String... words) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String line : ask(words)) {
      int at = line.indexOf('=');
      values.put(line.substring(0, at), line.substring(at + 1));
    }
    return values;
  }

  /** One of the values of a command, as a number. */
  public long number(String command, String key) {
    return Long.parseLong(values(command).getOrDefault(key, "0"));
  }

  /** What it has logged. */
  public String log() {
    try {
      return Files.readString(log, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "no log: " + e;
    }
  }

  /** Its process id, for tools that look at it from outside. */
  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    commands.close(); // the end of its input is its end
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
