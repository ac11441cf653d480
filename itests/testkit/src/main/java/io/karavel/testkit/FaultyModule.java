package io.karavel.testkit;

import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A module with a defect: the usual one, but that a call of one method throws before anything is
 * done. Only the first instance of a factory has the defect; what the engine makes in its place is
 * sound. For tests of what a stack does about exceptions.
 */
public final class FaultyModule {
  /** In place of the number of a call: every call. */
  public static final int EACH = 0;

  private FaultyModule() {}

  /**
   * A factory like {@code usual} whose first module throws.
   *
   * @param method a method of the module's interface, such as {@code onDatagram}
   * @param call which call of it throws; 1 is the first
   */
  public static ModuleFactory factory(
      ModuleFactory usual, String method, int call, String message) {
    return factory(
        usual,
        method,
        call,
        () -> {
          throw defect(message);
        });
  }

  /**
   * A factory like {@code usual} whose first module does something else before a call.
   *
   * @param method a method of the module's interface, such as {@code onDatagram}
   * @param call before which call of it; 1 is the first, {@link #EACH} every one
   */
  public static ModuleFactory factory(
      ModuleFactory usual, String method, int call, Runnable defect) {
    return new ModuleFactory() {
      private boolean made;

      @Override
      public String slot() {
        return usual.slot();
      }

      @Override
      public StateVersions stateVersions() {
        return usual.stateVersions();
      }

      @Override
      public Module create(LaneContext context) {
        Module sound = usual.create(context);
        if (made) {
          return sound;
        }
        made = true;
        return defective(sound, method, call, defect);
      }
    };
  }

  private static Module defective(Module sound, String method, int call, Runnable defect) {
    int[] calls = {0};
    return (Module)
        Proxy.newProxyInstance(
            sound.getClass().getClassLoader(),
            interfaces(sound.getClass()).toArray(new Class<?>[0]),
            (proxy, called, arguments) -> {
              if (called.getName().equals(method) && (call == EACH || ++calls[0] == call)) {
                defect.run();
              }
              try {
                return called.invoke(sound, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /**
   * Thrown by the module itself, as far as its stack trace tells: frames of this class are left
   * out.
   */
  public static RuntimeException defect(String message) {
    RuntimeException defect = new IllegalStateException(message);
    defect.setStackTrace(
        Arrays.stream(defect.getStackTrace())
            .filter(frame -> !frame.getClassName().startsWith(FaultyModule.class.getName()))
            .toArray(StackTraceElement[]::new));
    return defect;
  }

  private static Set<Class<?>> interfaces(Class<?> type) {
    Set<Class<?>> all = new LinkedHashSet<>();
    for (Class<?> t = type; t != null; t = t.getSuperclass()) {
      all.addAll(Set.of(t.getInterfaces()));
    }
    return all;
  }
}
