package io.karavel.control.internal.configuration;

import io.karavel.control.ConfigurationRecord;
import io.karavel.control.KeyChange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The changes so far, each a line of a file that is only added to; when it has grown to twice the
 * limit it is written anew. Any thread.
 */
final class ChangeHistory {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeHistory.class);

  private final Path file;
  private final Deque<ConfigurationRecord> latestFirst = new ArrayDeque<>();
  private long lastId;
  private int lines;

  /** Begins with what is in the file; a torn line is left out. */
  ChangeHistory(Path file) {
    this.file = file;
    if (Files.exists(file)) {
      try {
        String text = Files.readString(file, StandardCharsets.UTF_8);
        text.lines().forEach(this::read);
        if (!text.isEmpty() && !text.endsWith("\n")) {
          rewrite();
        }
      } catch (IOException e) {
        LOG.warn("The history of the configuration cannot be read: {}", e.toString());
      }
    }
  }

  private void read(String line) {
    Entry entry = Entry.parse(line);
    if (entry == null) {
      LOG.warn("A line of the history of the configuration cannot be read: {}", line);
      return;
    }
    lines++;
    latestFirst.addFirst(entry.record());
    lastId = Math.max(lastId, entry.record().id());
  }

  /** A number that no change has. */
  synchronized long nextId() {
    return ++lastId;
  }

  /** A change of this number is or will be there. */
  synchronized void reserve(long id) {
    lastId = Math.max(lastId, id);
  }

  /** Adds a change, on the disk too; the oldest beyond {@code limit} are forgotten. */
  synchronized void add(ConfigurationRecord record, int limit) {
    latestFirst.addFirst(record);
    while (latestFirst.size() > limit) {
      latestFirst.removeLast();
    }
    try {
      Files.createDirectories(file.getParent());
      if (lines >= 2 * limit) {
        rewrite();
        return;
      }
      try (FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.APPEND)) {
        write(channel, Entry.of(record).line() + "\n");
      }
      lines++;
    } catch (IOException e) {
      LOG.error("A change of the configuration is missing in its history: {}", e.toString());
    }
  }

  private void rewrite() throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      StringBuilder all = new StringBuilder();
      latestFirst
          .descendingIterator()
          .forEachRemaining(record -> all.append(Entry.of(record).line()).append('\n'));
      write(channel, all.toString());
    }
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    lines = latestFirst.size();
  }

  private static void write(FileChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(false);
  }

  /** Latest first. */
  synchronized List<ConfigurationRecord> all() {
    return new ArrayList<>(latestFirst);
  }

  /** Whether a change is there. */
  synchronized boolean contains(long id) {
    return latestFirst.stream().anyMatch(record -> record.id() == id);
  }

  /** The last change of each key that was stored, by {@code PID.KEY}. */
  synchronized Map<String, ConfigurationRecord> lastByKey() {
    Map<String, ConfigurationRecord> last = new HashMap<>();
    for (ConfigurationRecord record : latestFirst) {
      if (isStored(record)) {
        for (KeyChange change : record.changes()) {
          last.putIfAbsent(change.pid() + "." + change.key(), record);
        }
      }
    }
    return last;
  }

  /** Whether what it says was written; what our own doors refuse is not. */
  static boolean isStored(ConfigurationRecord record) {
    return !record.changes().isEmpty()
        && !record.result().equals(ConfigurationRecord.UNDONE)
        && !(record.result().equals(ConfigurationRecord.REFUSED)
            && (record.door().equals("shell") || record.door().equals("jmx")));
  }
}
