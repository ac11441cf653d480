package io.karavel.shell.internal.doctor;

import java.util.List;

/** Lanes that hung, and whose threads were left behind. */
final class LaneHung implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    long hangs = s.total("Lane.Hangs");
    long left = s.total("Lane.AbandonedThreads");
    if (hangs == 0) {
      return List.of();
    }
    return List.of(
        new Finding(
            "lane-hung",
            left > 0,
            "a lane hung "
                + hangs
                + " times; threads left behind that have not ended: "
                + left
                + (left > 0 ? ", each may keep a processor busy until the next restart" : ""),
            "a call that did not come back within hangMillis; net:events --kind lane says where",
            left > 0 ? "net:restart --keep" : "net:events --kind lane"));
  }
}
