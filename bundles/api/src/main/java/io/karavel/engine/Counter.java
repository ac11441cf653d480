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

  /** Whether it stands for a counter and its part together, while either changes. */
  private boolean both;

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
    while (true) {
      Counter beside = part;
      long sum = beside == null ? own() : beside.value() + (beside.both ? 0 : own());
      VarHandle.acquireFence();
      // else the part went in the middle: its count may be in the sum twice, or not at all
      if (part == beside) {
        return sum;
      }
    }
  }

  /** Before anybody uses this: the count of another one, that of its parts included. */
  void resemble(Counter other) {
    for (Counter one = other; one != null; one = one.part) {
      absolute |= one.absolute;
    }
    VALUE.setOpaque(this, other.value());
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
    if (!beside.absolute) {
      become(own() + beside.own(), null);
    } else if (withLevels) {
      absolute = true;
      become(beside.own(), null);
    } else {
      part = null;
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
    become(going.absolute ? own() : own() + going.own(), going.part);
  }

  /** Has another count and another part, of which a reader sees both or neither. */
  private void become(long count, Counter next) {
    Counter meanwhile = new Counter(name, level);
    meanwhile.both = true;
    meanwhile.value = count;
    meanwhile.part = next;
    part = meanwhile;
    VarHandle.storeStoreFence();
    VALUE.setOpaque(this, count);
    part = next;
  }
}
