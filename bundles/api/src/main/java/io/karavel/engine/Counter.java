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
    VALUE.setOpaque(this, amount);
  }

  /** The count; any thread, never torn, possibly a moment old. */
  public long value() {
    return (long) VALUE.getOpaque(this);
  }
}
