package io.karavel.interop;

import java.lang.reflect.Method;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * Lets a test in which a time was off measure once more, on a fresh port: the machine may have
 * paused in the middle of it. What is wrong is wrong twice, and nothing but a time is forgiven. As
 * long as a process of the test saw that it did not run for a while, up to four times.
 */
final class Measured implements InvocationInterceptor {
  private static final int ATTEMPTS = 2;
  private static final int ATTEMPTS_AMID_PAUSES = 4;

  /** A test that can be measured again. */
  interface Again {
    /** From now on it is about a connection that nobody has seen. */
    void freshPort();

    /** How long the machine paused at most since then, in seconds. */
    double longestPauseSince(double seconds);
  }

  /** A time was not what it should be. */
  private static final class Off extends AssertionError {
    private static final long serialVersionUID = 1L;

    Off(String message) {
      super(message);
    }
  }

  /** That a time, in seconds, is within its bounds. */
  static void within(double seconds, double least, double most, Supplier<String> circumstances) {
    if (!(seconds >= least && seconds <= most)) {
      throw new Off(
          String.format("%.3f s should be between %.3f and %.3f: ", seconds, least, most)
              + circumstances.get());
    }
  }

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> context,
      ExtensionContext extension)
      throws Throwable {
    measure(invocation, context, extension);
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> context,
      ExtensionContext extension)
      throws Throwable {
    measure(invocation, context, extension);
  }

  private static void measure(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> context,
      ExtensionContext extension)
      throws Throwable {
    Object test = extension.getRequiredTestInstance();
    double begin = System.currentTimeMillis() / 1e3;
    Off off;
    try {
      invocation.proceed();
      return;
    } catch (Off e) {
      off = e;
    }
    for (int attempt = 2; ; attempt++) {
      double pause = ((Again) test).longestPauseSince(begin);
      if (attempt > (pause > 0 ? ATTEMPTS_AMID_PAUSES : ATTEMPTS)) {
        throw off;
      }
      System.out.printf(
          "measured again: %s %s, longest pause %.3f s: %s%n",
          context.getExecutable().getName(), context.getArguments(), pause, off.getMessage());
      ((Again) test).freshPort();
      begin = System.currentTimeMillis() / 1e3;
      try {
        ReflectionSupport.invokeMethod(
            context.getExecutable(), test, context.getArguments().toArray());
        return;
      } catch (Off e) {
        off = e;
      }
    }
  }
}
