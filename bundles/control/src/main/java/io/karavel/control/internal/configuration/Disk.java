package io.karavel.control.internal.configuration;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What is done to files, each call a step between two of which the appliance may die. Public for
 * tests, which die there. Any thread.
 */
public interface Disk {
  /** The text of a file; null if there is none. */
  String read(Path file) throws IOException;

  /** Writes a file from its beginning; whole for sure only when {@link #force} has returned. */
  void write(Path file, String text) throws IOException;

  /** Writes at the end of a file; whole for sure only when {@link #force} has returned. */
  void append(Path file, String text) throws IOException;

  /** Returns when what was written of a file outlives a power cut. */
  void force(Path file) throws IOException;

  /** Gives a file another name, in the place of what has it; at no moment is neither there. */
  void rename(Path from, Path to) throws IOException;

  /** Deletes a file if it is there. */
  void delete(Path file) throws IOException;

  /** Returns when new names and deletions in a directory outlive a power cut. */
  void forceDirectory(Path directory) throws IOException;

  /** Writes a file that is whole at every moment, as it was or as it is to be. */
  default void replace(Path file, String text) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    write(fresh, text);
    force(fresh);
    rename(fresh, file);
    forceDirectory(file.getParent());
  }
}
