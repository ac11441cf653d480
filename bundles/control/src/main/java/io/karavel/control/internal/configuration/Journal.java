package io.karavel.control.internal.configuration;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file that holds one change or none, whole at every moment, also after a power cut. Any thread,
 * one at a time.
 */
final class Journal {
  private final Disk disk;
  private final Path file;

  Journal(Disk disk, Path file) {
    this.disk = disk;
    this.file = file;
  }

  /** What it holds, or null; one that cannot be read is put aside. */
  Entry read() throws IOException {
    String text = disk.read(file);
    if (text == null) {
      return null;
    }
    Entry entry = Entry.parse(text.stripTrailing());
    if (entry == null) {
      disk.rename(file, file.resolveSibling(file.getFileName() + ".unreadable"));
    }
    return entry;
  }

  void write(Entry entry) throws IOException {
    disk.replace(file, entry.line() + "\n");
  }

  void delete() throws IOException {
    disk.delete(file);
    // one that came back would undo or repeat what is long over
    disk.forceDirectory(file.getParent());
  }
}
