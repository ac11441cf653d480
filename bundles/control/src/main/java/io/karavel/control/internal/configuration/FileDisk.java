package io.karavel.control.internal.configuration;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The files of the machine. Public for tests. */
public final class FileDisk implements Disk {
  /** There is but one. */
  public FileDisk() {}

  @Override
  public String read(Path file) throws IOException {
    // what a power cut left of a line may be no UTF-8; its checksum tells
    return Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : null;
  }

  @Override
  public void write(Path file, String text) throws IOException {
    write(file, text, false);
  }

  @Override
  public void append(Path file, String text) throws IOException {
    write(file, text, true);
  }

  // no channels: who is interrupted must not leave half of it behind
  private static void write(Path file, String text, boolean append) throws IOException {
    Files.createDirectories(file.getParent());
    try (FileOutputStream out = new FileOutputStream(file.toFile(), append)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public void force(Path file) throws IOException {
    try (FileOutputStream out = new FileOutputStream(file.toFile(), true)) {
      out.getFD().sync();
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    boolean interrupted = Thread.interrupted(); // it would close the channel
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (ClosedByInterruptException e) {
      interrupted = Thread.interrupted();
      forceDirectory(directory);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
