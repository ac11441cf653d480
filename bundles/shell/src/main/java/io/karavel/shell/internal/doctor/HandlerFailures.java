package io.karavel.shell.internal.doctor;

import java.util.List;

/** Applications whose code fails. */
final class HandlerFailures implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    return Check.counted(
        s,
        "handler-failures",
        "calls of an application's handler failed",
        "an exception in the application, which the log shows",
        "log:display",
        "Lane.HandlerFailures");
  }
}
