package io.karavel.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * Notes when its process was kept from running: a thread that does nothing but sleep a moment, and
 * wakes late. Whatever that process was to do then was late too, and is not to be blamed for it.
 */
final class PauseWatch {
  private static final long STEP_NANOS = 4_000_000;
  private static final long NOTABLE_NANOS = 4_000_000;

  private final List<String> pauses = new ArrayList<>();

  /** A watch that has begun. */
  static PauseWatch start() {
    PauseWatch watch = new PauseWatch();
    Thread thread = new Thread(watch::run, "pauses");
    thread.setDaemon(true);
    thread.start();
    return watch;
  }

  private void run() {
    long due = System.nanoTime() + STEP_NANOS;
    while (true) {
      LockSupport.parkNanos(due - System.nanoTime());
      long now = System.nanoTime();
      if (now - due >= NOTABLE_NANOS) {
        double end = System.currentTimeMillis() / 1e3;
        note(String.format(Locale.ROOT, "%.3f %.3f", end - (now - due) / 1e9, end));
      }
      if (now >= due) {
        due = now + STEP_NANOS;
      }
    }
  }

  private synchronized void note(String pause) {
    pauses.add(pause);
  }

  /** All pauses so far, as "beginning end" in seconds since 1970. */
  synchronized List<String> all() {
    return List.copyOf(pauses);
  }
}
