package io.karavel.engine.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.runtime.ObjectMethods;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the JDK remembers of records. Its {@link ObjectMethods} has constant method handles, each of
 * which keeps the last type it was adapted to (JDK-8078641): of the record whose {@code equals} or
 * {@code hashCode} ran last for the first time, and so the class loader of a module that is gone.
 */
final class RecordMethods {
  private static final Logger LOG = LoggerFactory.getLogger(RecordMethods.class);

  /** Part of itself, so that comparing its parts needs a type of ours as well. */
  private record Own(Own part) {}

  private RecordMethods() {}

  /** Has the JDK remember a record of the engine instead. Any thread. */
  static void forget() {
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    try {
      MethodHandle part = lookup.findVirtual(Own.class, "part", MethodType.methodType(Own.class));
      MethodType equals = MethodType.methodType(boolean.class, Own.class, Object.class);
      ObjectMethods.bootstrap(lookup, "equals", equals, Own.class, "part", part);
      MethodType hashCode = MethodType.methodType(int.class, Own.class);
      ObjectMethods.bootstrap(lookup, "hashCode", hashCode, Own.class, "part", part);
    } catch (Throwable t) {
      // one class loader more stays until another record is used
      LOG.warn("The JDK may keep a class loader of a former version: {}", t.toString());
    }
  }
}
