package io.karavel.shell.internal.doctor;

import java.util.List;

/** Too many connections whose application is gone. */
final class OrphanLimit implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    return Check.counted(
        s,
        "orphan-limit",
        "connections were reset because there were too many orphans",
        "applications close faster than peers answer the FIN",
        Snapshot.doubled("maxOrphans", s.settings().maxOrphans()),
        "TcpExt.TCPAbortOnMemory");
  }
}
