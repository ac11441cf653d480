package io.karavel.shell.internal.doctor;

import java.util.List;

/** Peers whose window is closed. */
final class PeerNotReading implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    return s.stuck().stream()
        .filter(c -> c.timer().equals("persist") && Details.number(c, "sndWnd") == 0)
        .filter(c -> c.timerCount() > 0)
        .limit(10)
        .map(
            c ->
                new Finding(
                    "peer-not-reading",
                    true,
                    c.sendQueue()
                        + " bytes wait in tcp#"
                        + c.id()
                        + ", "
                        + c.timerCount()
                        + " probes of the closed window were sent",
                    "the application at " + c.remote() + " does not read",
                    "tcp:why " + c.id()))
        .toList();
  }
}
