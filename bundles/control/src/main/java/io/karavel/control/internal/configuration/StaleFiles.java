package io.karavel.control.internal.configuration;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells what somebody wrote into a file from what File Install read of it before one of our
 * changes, and stored after it: that change would be lost without anybody having wanted it.
 */
final class StaleFiles {
  private static final int LOOKS = 20;
  private static final long LOOK_MILLIS = 5;

  private final ConfigurationStore store;
  private final Map<String, Map<String, String>> notFollowed = new ConcurrentHashMap<>();

  StaleFiles(ConfigurationStore store) {
    this.store = store;
  }

  /** A PID is about to be written; its file still says this and follows later. */
  void writing(String pid, Map<String, String> before) {
    notFollowed.putIfAbsent(pid, before);
  }

  /** Its file says what was written. */
  void followed(String pid) {
    notFollowed.remove(pid);
  }

  /**
   * Whether File Install stored what the file said before our change. In its thread, so that the
   * file has not followed what it stored.
   *
   * @param known what was stored before it did
   */
  boolean isStale(String pid, Map<String, String> stored, Map<String, String> known) {
    Map<String, String> before = notFollowed.get(pid);
    for (int look = 0; look < LOOKS; look++) {
      Map<String, String> file = store.inFile(pid);
      if (file == null) {
        return false;
      }
      if (before != null && file.equals(before)) {
        return true;
      }
      if (file.equals(stored) || Objects.equals(file, known)) {
        return !file.equals(stored);
      }
      try {
        Thread.sleep(LOOK_MILLIS); // it is just being written
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return false;
  }
}
