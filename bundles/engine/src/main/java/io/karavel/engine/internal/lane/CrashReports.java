package io.karavel.engine.internal.lane;

/** Where crash reports go. Called on the lane's thread: it must only take them. */
public interface CrashReports {
  /** A module crashed. */
  void crashed(CrashReport report);
}
