package io.karavel.itests;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** A file in {@code etc} of the Karaf that the test runs in, which File Install reads. */
final class EtcFile {
  /** More than two rounds of File Install. */
  private static final long UNREAD_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Path path;

  EtcFile(String pid) {
    path = Path.of(System.getProperty("karaf.etc"), pid + ".cfg");
  }

  byte[] content() throws Exception {
    return Files.readAllBytes(path);
  }

  String text() throws Exception {
    return Files.readString(path);
  }

  /**
   * Writes it and looks until the expectation holds. File Install saves what it has stored, over
   * what was written meanwhile, and takes a file that was written between its saving and its
   * remembering of it for its own: then it is written once more.
   */
  <T> T write(byte[] content, String what, Poll.Look<T> look, Poll.Expectation<? super T> expected)
      throws Exception {
    Files.write(path, content);
    long[] written = {System.nanoTime()};
    return Poll.until(
        what,
        () -> {
          T seen = look.look();
          boolean unread = System.nanoTime() - written[0] > UNREAD_NANOS;
          if (!expected.holds(seen) && (unread || !Arrays.equals(content(), content))) {
            Files.write(path, content);
            written[0] = System.nanoTime();
          }
          return seen;
        },
        expected);
  }

  <T> T write(String text, String what, Poll.Look<T> look, Poll.Expectation<? super T> expected)
      throws Exception {
    return write(text.getBytes(StandardCharsets.UTF_8), what, look, expected);
  }
}
