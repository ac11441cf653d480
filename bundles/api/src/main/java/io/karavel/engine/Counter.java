package io.karavel.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A count that one thread writes with plain additions and any thread may read. */
public final class Counter {
  private static final VarHandle VALUE;

  static {
    try {
      VALUE = MethodHandles.lookup().findVarHandle(Counter.class, "value", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final String name;
  private final boolean level;
  private long value;

  /** Whether {@link #set} was used: then whoever counts next says the level anew. */
  private boolean absolute;

  /** What another counts of the same beside this one; mostly null. */
  private volatile Counter part;

  Counter(String name, boolean level) {
    this.name = name;
    this.level = level;
  }

  /** The name, as in {@link Counters#counter}. */
  public String name() {
    return name;
  }

  /** Whether it goes up and down, as {@link Counters#level} makes it. */
  public boolean isLevel() {
    return level;
  }

  /** One more; the writer's thread only. */
  public void increment() {
    VALUE.setOpaque(this, value + 1);
  }

  /** {@code amount} more; the writer's thread only. */
  public void add(long amount) {
    VALUE.setOpaque(this, value + amount);
  }

  /** Sets a level (a gauge such as CurrEstab); the writer's thread only. */
  public void set(long amount) {
    absolute = true;
    VALUE.setOpaque(this, amount);
  }

  /** The count, that of a part included; any thread, never torn, possibly a moment old. */
  public long value() {
    Counter beside = part;
    return own() + (beside == null ? 0 : beside.value());
  }

  /** The count without that of a part; any thread. */
  long own() {
    return (long) VALUE.getOpaque(this);
  }

  /** Has a part counted in, or none any more; any thread. */
  void part(Counter newPart) {
    part = newPart;
  }

  /** Takes the count of its part over; the writer's thread, and nobody writes the part any more. */
  void absorb(boolean withLevels) {
    Counter beside = part;
    if (beside == null) {
      return;
    }
    part = null;
    if (!beside.absolute) {
      add(beside.own());
    } else if (withLevels) {
      set(beside.own());
    }
  }

  /** Whoever counts in the part goes on alone, and says levels that are set. */
  void leaveLevel() {
    if (absolute && part != null) {
      set(0);
    }
  }

  /** Its part goes, and the part's own part takes its place; nobody writes the one that goes. */
  void skipPart() {
    Counter going = part;
    if (going == null) {
      return;
    }
    part = going.part;
    if (!going.absolute) {
      add(going.own());
    }
  }
}
