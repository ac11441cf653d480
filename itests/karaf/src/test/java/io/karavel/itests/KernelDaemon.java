package io.karavel.itests;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A program that looks every other millisecond for how long threads of the kernel have run that
 * keep house on their own account, and that nobody else's work wakes: DAMON's, which look through
 * the whole memory. For each time that one ran longer it prints {@code FROM TO} in nanoseconds of
 * {@link System#nanoTime}, which all processes of a machine share. Its arguments are their ids.
 */
final class KernelDaemon {
  private static final String DAMON = "kdamond";
  private static final long SLEEP_NANOS = 2_000_000;
  private static final long LONG_NANOS = 1_000_000;

  private KernelDaemon() {}

  /** The ids of those that there are. */
  static List<String> running() throws IOException {
    List<String> ids = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (nameOf(process).startsWith(DAMON)) {
          ids.add(process.getFileName().toString());
        }
      }
    }
    return ids;
  }

  private static String nameOf(Path process) {
    try {
      return Files.readString(process.resolve("comm"));
    } catch (IOException e) {
      return ""; // it has ended
    }
  }

  /** Runs until it is ended. */
  public static void main(String[] ids) throws IOException {
    long[] ran = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      ran[i] = ranNanos(ids[i]);
    }
    System.out.println("ready");
    while (!System.out.checkError()) {
      LockSupport.parkNanos(SLEEP_NANOS);
      for (int i = 0; i < ids.length; i++) {
        long nanos = ranNanos(ids[i]);
        long now = System.nanoTime();
        if (nanos - ran[i] > LONG_NANOS) {
          System.out.println(now - (nanos - ran[i]) + " " + now);
        }
        ran[i] = nanos;
      }
    }
  }

  /** The first number is the time on a processor. */
  private static long ranNanos(String id) throws IOException {
    String text = Files.readString(Path.of("/proc", id, "schedstat"));
    return Long.parseLong(text.substring(0, text.indexOf(' ')));
  }
}
