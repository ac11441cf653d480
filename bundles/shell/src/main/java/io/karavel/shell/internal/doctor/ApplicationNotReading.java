package io.karavel.shell.internal.doctor;

import io.karavel.tcp.TcpConnectionInfo;
import java.util.List;

/** Received bytes that no application reads, so that the window is closed. */
final class ApplicationNotReading implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    return s.stuck().stream()
        .filter(
            c -> c.receiveQueue() > 0 && Details.number(c, "rcvWnd") < Details.number(c, "rcvMss"))
        .filter(c -> !isOrphan(c))
        .limit(10)
        .map(
            c ->
                new Finding(
                    "application-not-reading",
                    true,
                    c.receiveQueue()
                        + " bytes from "
                        + c.remote()
                        + " are not read in tcp#"
                        + c.id()
                        + ", its window is closed",
                    "the application " + c.owner() + " does not read",
                    "tcp:kill --rst " + c.id()))
        .toList();
  }

  private static boolean isOrphan(TcpConnectionInfo c) {
    return Boolean.TRUE.equals(c.details().get("orphan"));
  }
}
