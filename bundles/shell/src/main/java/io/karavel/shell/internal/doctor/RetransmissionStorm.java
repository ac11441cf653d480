package io.karavel.shell.internal.doctor;

import java.util.List;

/** Much of what is sent is sent again. */
final class RetransmissionStorm implements Check {
  private static final int PERCENT = 5;
  private static final int LEAST_NOW = 3;
  private static final int LEAST_EVER = 100;

  @Override
  public List<Finding> examine(Snapshot s) {
    long sent = s.grown("Tcp.OutSegs");
    long again = s.grown("Tcp.RetransSegs");
    boolean now = again >= LEAST_NOW && again * 100 >= sent * PERCENT;
    long allSent = s.total("Tcp.OutSegs");
    long allAgain = s.total("Tcp.RetransSegs");
    if (!now && (allAgain < LEAST_EVER || allAgain * 100 < allSent * PERCENT)) {
      return List.of();
    }
    return List.of(
        new Finding(
            "retransmission-storm",
            now,
            now
                ? again + " of " + sent + " segments in " + s.period() + " were repetitions"
                : allAgain + " of " + allSent + " segments since the start were repetitions",
            "the path loses packets, or a peer has vanished",
            s.impairments().isEmpty()
                ? "tcp:list --state established"
                : "nic:impair --off " + s.impairments().keySet().iterator().next()));
  }
}
