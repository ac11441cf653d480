package io.karavel.itests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Calls {@code ./run} as a user would, optionally through other commands (a network namespace). */
final class Launcher {
  private final Path checkout;
  private final List<String> prefix;
  private final Map<String, String> environment = new HashMap<>();
  private long patienceSeconds = 600;

  Launcher(Path checkout, String... prefix) {
    this.checkout = checkout;
    this.prefix = List.of(prefix);
    // a start on a busy machine
    with("KARAVEL_SERVING_SECONDS", "500");
    with("KARAF_OPTS", Distribution.QUICK_START);
  }

  /** The commands that it goes through. */
  List<String> prefix() {
    return prefix;
  }

  /** Sets a variable for every call. */
  Launcher with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** Waits longer for what takes longer. */
  Launcher patient(long seconds) {
    patienceSeconds = seconds;
    return this;
  }

  /** What a call printed, and how it ended. */
  static final class Outcome {
    final int status;
    final String output;
    final String errors;

    Outcome(int status, String output, String errors) {
      this.status = status;
      this.output = output;
      this.errors = errors;
    }

    @Override
    public String toString() {
      return "status " + status + "\noutput:\n" + output + "\nerrors:\n" + errors;
    }
  }

  /** Runs the launcher with its standard input at its end, and waits for it. */
  Outcome run(String... arguments) {
    List<String> command = new ArrayList<>(prefix);
    command.add(checkout.resolve("run").toString());
    command.addAll(List.of(arguments));
    return call(command);
  }

  /** Runs any command in the same surroundings. */
  Outcome call(List<String> command) {
    try {
      Path output = Files.createTempFile("launcher", ".out");
      Path errors = Files.createTempFile("launcher", ".err");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command)
                .directory(Path.of("/").toFile())
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(patienceSeconds, TimeUnit.SECONDS)) {
          process.destroy();
          throw new AssertionError(
              command + " did not end within " + patienceSeconds + " s: " + read(errors));
        }
        return new Outcome(process.exitValue(), read(output), read(errors));
      } finally {
        Files.delete(output);
        Files.delete(errors);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }
}
