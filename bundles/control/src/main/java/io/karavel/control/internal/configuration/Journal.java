package io.karavel.control.internal.configuration;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that holds one change or none, whole at every moment: it is written beside, forced to the
 * disk and then put in its place. Any thread, one at a time.
 */
final class Journal {
  private final Path file;

  Journal(Path file) {
    this.file = file;
  }

  /** What it holds, or null; one that cannot be read is put aside. */
  Entry read() throws IOException {
    if (!Files.exists(file)) {
      return null;
    }
    Entry entry = Entry.parse(Files.readString(file, StandardCharsets.UTF_8).stripTrailing());
    if (entry == null) {
      Files.move(
          file,
          file.resolveSibling(file.getFileName() + ".unreadable"),
          StandardCopyOption.REPLACE_EXISTING);
    }
    return entry;
  }

  void write(Entry entry) throws IOException {
    Files.createDirectories(file.getParent());
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap((entry.line() + "\n").getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  void delete() throws IOException {
    Files.deleteIfExists(file);
  }
}
