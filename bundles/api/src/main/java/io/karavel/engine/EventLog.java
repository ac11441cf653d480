package io.karavel.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The lane's one bounded ring of events. Writes come from the lane's thread; any thread may read.
 * The oldest event gives way to the newest.
 */
public final class EventLog {
  private final AtomicReferenceArray<Event> ring;
  private volatile long next;

  /** A ring of {@code capacity} events, 16 or more. */
  public EventLog(int capacity) {
    ring = new AtomicReferenceArray<>(Math.max(16, capacity));
  }

  /** Engine: a ring that goes on where another one ends; that one's lane was abandoned. */
  public EventLog(int capacity, EventLog before) {
    this(capacity);
    next = before.next;
    for (Event event : before.since(next - ring.length())) {
      ring.set((int) (event.sequence() % ring.length()), event);
    }
  }

  /** Notes an event; lane's thread. */
  public void add(long timeNanos, String kind, String subject, String text) {
    LaneFence.pass();
    long sequence = next;
    ring.set((int) (sequence % ring.length()), new Event(sequence, timeNanos, kind, subject, text));
    next = sequence + 1;
  }

  /** The sequence number the next event will have; any thread. */
  public long nextSequence() {
    return next;
  }

  /** The events from {@code sequence} on that are still there, oldest first; any thread. */
  public List<Event> since(long sequence) {
    long end = next;
    List<Event> events = new ArrayList<>();
    for (long s = Math.max(sequence, Math.max(0, end - ring.length())); s < end; s++) {
      Event event = ring.get((int) (s % ring.length()));
      if (event != null && event.sequence() == s) {
        events.add(event);
      }
    }
    return events;
  }
}
