package io.karavel.engine.internal.lane;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The objects of {@link io.karavel.engine.LaneContext#shared}: one of each type per stack. */
public final class SharedObjects {
  private final Map<Class<?>, Object> byType = new ConcurrentHashMap<>();

  /** None yet. */
  public SharedObjects() {}

  /** Provides an object under a type. */
  public <T> SharedObjects put(Class<T> type, T object) {
    byType.put(type, object);
    return this;
  }

  /**
   * The object of a type; any thread.
   *
   * @throws IllegalStateException if there is none
   */
  public <T> T get(Class<T> type) {
    Object object = byType.get(type);
    if (object == null) {
      throw new IllegalStateException("the engine provides no shared " + type.getName());
    }
    return type.cast(object);
  }

  /** The object of a type, or null; any thread. */
  public <T> T find(Class<T> type) {
    return type.cast(byType.get(type));
  }
}
