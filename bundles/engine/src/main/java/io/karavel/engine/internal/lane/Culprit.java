package io.karavel.engine.internal.lane;

import io.karavel.engine.Module;
import io.karavel.nic.FrameTap;
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
    for (StackTraceElement frame : frames(thrown)) {
      SlotHolder best = slotOf(frame.getClassName(), slots, entered);
      if (best != null) {
        return best;
      }
    }
    return entered;
  }

  private static SlotHolder slotOf(String className, SlotHolder[] slots, SlotHolder entered) {
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
    return best;
  }

  /** Whether the innermost frame that is a tap's or a module's is that of {@code tap}. */
  static boolean isTap(FrameTap tap, Throwable thrown, SlotHolder[] slots) {
    String tapClass = tap.getClass().getName();
    for (StackTraceElement frame : frames(thrown)) {
      String className = frame.getClassName();
      if (className.equals(tapClass) || className.startsWith(tapClass + "$")) {
        return true;
      }
      if (slotOf(className, slots, null) != null) {
        return false;
      }
    }
    return false;
  }

  /** A module's exception may be of a class that throws when it is asked. */
  private static StackTraceElement[] frames(Throwable thrown) {
    try {
      StackTraceElement[] frames = thrown.getStackTrace();
      return frames == null ? new StackTraceElement[0] : frames;
    } catch (RuntimeException | Error e) {
      return new StackTraceElement[0];
    }
  }

  private static String message(Throwable thrown) {
    try {
      return thrown.getMessage();
    } catch (RuntimeException | Error e) {
      return "its message cannot be had: " + e.getClass().getName();
    }
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
    try {
      thrown.printStackTrace(new PrintWriter(text, true));
    } catch (RuntimeException | Error e) {
      return describe(thrown);
    }
    return text.toString();
  }

  /** The error in one line, without keeping the throwable: class, message and where. */
  public static String describe(Throwable thrown) {
    StackTraceElement[] trace = frames(thrown);
    String message = message(thrown);
    String where = trace.length == 0 ? "" : " at " + trace[0];
    return thrown.getClass().getName() + (message == null ? "" : ": " + message) + where;
  }
}
