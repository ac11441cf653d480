package io.karavel.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs other programs, bounded in time. */
final class Shell {
  private static final long LIMIT_SECONDS = 300;

  private Shell() {}

  /** Runs a command to its end and returns what it printed on standard output. */
  static String run(String... command) throws IOException {
    return run(List.of(command));
  }

  /** Like {@link #run(String...)}. */
  static String run(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(
            String.join(" ", command) + " did not end in " + LIMIT_SECONDS + " s");
      }
      if (process.exitValue() != 0 && output.isEmpty()) {
        throw new IOException(String.join(" ", command) + " ended with " + process.exitValue());
      }
      return output;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted in " + String.join(" ", command), e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Runs a command whose failure does not matter, such as the removal of what may not be there. */
  static void quietly(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (IOException e) {
      System.err.println("cannot run " + command[0] + ": " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts a server; its output goes to ours. */
  static Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
