package io.karavel.testkit.successors;

import io.karavel.engine.Handover;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import io.karavel.testkit.FaultyModule;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Factories that are no good, each made from a good one. */
public final class BadSuccessors {
  private static final StateVersions LATER = new StateVersions(9, 9);
  private static final long TWO_SECONDS_NANOS = 2_000_000_000L;

  private BadSuccessors() {}

  /** Is sound in the drill before a swap, and bad at work. */
  public static ModuleFactory shy(ModuleFactory usual, ModuleFactory bad) {
    return new WrappedFactory(usual) {
      @Override
      public Module create(LaneContext context) {
        return (context.stack().equals("drill") ? usual : bad).create(context);
      }
    };
  }

  /** Cannot make a module. */
  public static ModuleFactory throwsOnCreate(ModuleFactory usual) {
    return new WrappedFactory(usual) {
      @Override
      public Module create(LaneContext context) {
        throw new IllegalStateException("bad successor");
      }
    };
  }

  /** Each module throws at a call of a method; 1 is the first. */
  public static ModuleFactory throwing(ModuleFactory usual, String method, int call) {
    return new WrappedFactory(usual) {
      @Override
      public Module create(LaneContext context) {
        // every instance has the defect: the first one is the rehearsal's
        return FaultyModule.factory(usual, method, call, "bad successor").create(context);
      }
    };
  }

  /** Throws when it has been at work for two seconds. */
  public static ModuleFactory throwsAfterTwoSeconds(ModuleFactory usual) {
    return new WrappedFactory(usual) {
      @Override
      public Module create(LaneContext context) {
        long lateNanos = context.nowNanos() + TWO_SECONDS_NANOS;
        return proxy(
            usual.create(context),
            (method, arguments, call) -> {
              if (method.equals("flush") && context.nowNanos() > lateNanos) {
                throw thrownByTheModule("two seconds are over");
              }
              return call.with(arguments);
            });
      }
    };
  }

  /** Says that it reads another form of state. */
  public static ModuleFactory readsLaterStateOnly(ModuleFactory usual) {
    return new WrappedFactory(usual) {
      @Override
      public StateVersions stateVersions() {
        return LATER;
      }
    };
  }

  /** What it exports is what a fresh module would. */
  public static ModuleFactory forgets(ModuleFactory usual) {
    return new WrappedFactory(usual) {
      @Override
      public Module create(LaneContext context) {
        return proxy(
            usual.create(context),
            (method, arguments, call) ->
                method.equals("open")
                    ? call.with(Handover.empty(usual.slot()))
                    : call.with(arguments));
      }
    };
  }

  /**
   * Leaves out the frames of this class, by which another module of the testkit would be blamed.
   */
  private static RuntimeException thrownByTheModule(String message) {
    RuntimeException thrown = new IllegalStateException(message);
    thrown.setStackTrace(
        Arrays.stream(thrown.getStackTrace())
            .filter(frame -> !frame.getClassName().startsWith(BadSuccessors.class.getName()))
            .toArray(StackTraceElement[]::new));
    return thrown;
  }

  /** Calls the sound module. */
  private interface Call {
    Object with(Object... arguments) throws Throwable;
  }

  /** What is done in place of a call. */
  private interface Behaviour {
    Object does(String method, Object[] arguments, Call call) throws Throwable;
  }

  private static Module proxy(Module sound, Behaviour behaviour) {
    List<Class<?>> interfaces = new ArrayList<>();
    for (Class<?> type = sound.getClass(); type != null; type = type.getSuperclass()) {
      interfaces.addAll(Arrays.asList(type.getInterfaces()));
    }
    return (Module)
        Proxy.newProxyInstance(
            sound.getClass().getClassLoader(),
            interfaces.toArray(new Class<?>[0]),
            (proxy, method, arguments) ->
                behaviour.does(
                    method.getName(),
                    arguments,
                    given -> {
                      try {
                        return method.invoke(sound, given);
                      } catch (InvocationTargetException e) {
                        throw e.getCause();
                      }
                    }));
  }
}
