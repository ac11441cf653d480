package io.karavel.control;

import java.util.List;

/**
 * The last events of the appliance that no lane notes by itself: configuration changes, commands,
 * discards, swaps. A bounded ring, a service of {@code control}. Any thread.
 */
public interface EventHistory {
  /** Notes an event; the oldest may give way. */
  void add(String kind, String subject, String text);

  /** The sequence number the next event will have. */
  long nextSequence();

  /** The events from a sequence number on that are still there, oldest first. */
  List<ApplianceEvent> since(long sequence);
}
