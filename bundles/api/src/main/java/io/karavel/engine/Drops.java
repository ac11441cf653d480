package io.karavel.engine;

import io.karavel.packet.PacketBuffer;
import java.util.EnumMap;
import java.util.Map;

/** Counts the discards of one lane, each under exactly one reason. Writes: the lane's thread. */
public final class Drops {
  private final Counter[] counters;
  private long total;
  private DropReason last;

  /** Counts into {@code Drop.REASON} of the given counters. */
  public Drops(Counters counters) {
    DropReason[] reasons = DropReason.values();
    this.counters = new Counter[reasons.length];
    for (DropReason reason : reasons) {
      this.counters[reason.ordinal()] = counters.counter("Drop." + reason.name());
    }
  }

  /** Counts a discard and releases the buffer. */
  public void drop(PacketBuffer buffer, DropReason reason) {
    count(reason);
    buffer.release();
  }

  /** Counts a discard of something that is not (or no longer) a buffer. */
  public void count(DropReason reason) {
    total++;
    last = reason;
    counters[reason.ordinal()].increment();
  }

  /** All discards so far; lane's thread. */
  public long total() {
    return total;
  }

  /** The reason of the last discard, null before the first; lane's thread. */
  public DropReason last() {
    return last;
  }

  /** How many were discarded for a reason; any thread. */
  public long dropped(DropReason reason) {
    return counters[reason.ordinal()].value();
  }

  /** All reasons that ever occurred, with their counts; any thread. */
  public Map<DropReason, Long> snapshot() {
    Map<DropReason, Long> values = new EnumMap<>(DropReason.class);
    for (DropReason reason : DropReason.values()) {
      long value = counters[reason.ordinal()].value();
      if (value > 0) {
        values.put(reason, value);
      }
    }
    return values;
  }
}
