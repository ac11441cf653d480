package io.karavel.engine.internal.lane;

import io.karavel.engine.Module;
import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * Finds the module that threw. The engine calls IP, which calls TCP: the exception that comes out
 * of IP may be TCP's. The innermost stack frame that belongs to a module's code decides.
 */
public final class Culprit {
  private static final String ENGINE = "io.karavel.engine.internal.";

  private Culprit() {}

  /**
   * The slot whose module threw; {@code entered}, which the engine had called, in case of doubt.
   */
  static SlotHolder of(Throwable thrown, SlotHolder[] slots, SlotHolder entered) {
    for (StackTraceElement frame : thrown.getStackTrace()) {
      String className = frame.getClassName();
      SlotHolder best = null;
      int bestLength = 0;
      for (SlotHolder slot : slots) {
        int length = 0;
        for (Module module : slot.working()) {
          length = Math.max(length, matchLength(className, module));
        }
        if (length > bestLength || length > 0 && length == bestLength && slot == entered) {
          best = slot;
          bestLength = length;
        }
      }
      if (best != null) {
        return best;
      }
    }
    return entered;
  }

  private static int matchLength(String className, Module module) {
    String moduleClass = module.getClass().getName();
    if (className.equals(moduleClass) || className.startsWith(moduleClass + "$")) {
      return Integer.MAX_VALUE;
    }
    String modulePackage = module.getClass().getPackageName() + ".";
    return !className.startsWith(ENGINE) && className.startsWith(modulePackage)
        ? modulePackage.length()
        : 0;
  }

  /**
   * The whole stack trace as text. The throwable itself goes to no log: a log that keeps events
   * would keep the classes of a module that has left.
   */
  static String trace(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }

  /** The error in one line, without keeping the throwable: class, message and where. */
  public static String describe(Throwable thrown) {
    StackTraceElement[] trace = thrown.getStackTrace();
    String where = trace.length == 0 ? "" : " at " + trace[0];
    return thrown.getClass().getName()
        + (thrown.getMessage() == null ? "" : ": " + thrown.getMessage())
        + where;
  }
}
