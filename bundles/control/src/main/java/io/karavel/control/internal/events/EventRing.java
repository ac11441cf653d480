package io.karavel.control.internal.events;

import io.karavel.control.ApplianceEvent;
import io.karavel.control.EventHistory;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last events in order; the oldest gives way. Any thread. */
final class EventRing implements EventHistory {
  private static final int ENTRIES = 1024;

  private final Clock clock;
  private final Deque<ApplianceEvent> ring = new ArrayDeque<>();
  private long next;

  EventRing(Clock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized void add(String kind, String subject, String text) {
    if (ring.size() == ENTRIES) {
      ring.removeFirst();
    }
    ring.addLast(new ApplianceEvent(next++, clock.instant(), kind, subject, text));
  }

  @Override
  public synchronized long nextSequence() {
    return next;
  }

  @Override
  public synchronized List<ApplianceEvent> since(long sequence) {
    return ring.stream().filter(event -> event.sequence() >= sequence).toList();
  }
}
