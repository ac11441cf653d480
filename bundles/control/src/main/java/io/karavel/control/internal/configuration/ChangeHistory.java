package io.karavel.control.internal.configuration;

import io.karavel.control.ConfigurationRecord;
import io.karavel.control.KeyChange;
import java.io.IOException;
import java.nio.file.Path;
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

  private final Disk disk;
  private final Path file;
  private final Deque<ConfigurationRecord> latestFirst = new ArrayDeque<>();
  private long lastId;
  private int lines;

  /** Begins with what is in the file; a torn line is left out. */
  ChangeHistory(Disk disk, Path file) {
    this.disk = disk;
    this.file = file;
    try {
      String text = disk.read(file);
      if (text != null) {
        text.lines().forEach(this::read);
        if (!text.isEmpty() && !text.endsWith("\n")) {
          rewrite();
        }
      }
    } catch (IOException e) {
      LOG.warn("The history of the configuration cannot be read: {}", e.toString());
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
      if (lines >= 2 * limit) {
        rewrite();
        return;
      }
      disk.append(file, Entry.of(record).line() + "\n");
      disk.force(file);
      if (lines++ == 0) {
        disk.forceDirectory(file.getParent());
      }
    } catch (IOException e) {
      LOG.error("A change of the configuration is missing in its history: {}", e.toString());
    }
  }

  private void rewrite() throws IOException {
    StringBuilder all = new StringBuilder();
    latestFirst
        .descendingIterator()
        .forEachRemaining(record -> all.append(Entry.of(record).line()).append('\n'));
    disk.replace(file, all.toString());
    lines = latestFirst.size();
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
