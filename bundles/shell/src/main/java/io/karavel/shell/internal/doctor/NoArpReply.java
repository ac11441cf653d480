package io.karavel.shell.internal.doctor;

import io.karavel.ip.NeighbourInfo;
import java.util.ArrayList;
import java.util.List;

/** Neighbours that do not answer. */
final class NoArpReply implements Check {
  /** An answer that takes longer does not come. */
  private static final double PATIENCE_SECONDS = 1;

  @Override
  public List<Finding> examine(Snapshot s) {
    List<Finding> all = new ArrayList<>();
    for (NeighbourInfo neighbour : s.neighbours()) {
      boolean givenUp = s.grown("Drop.NEIGHBOUR_UNREACHABLE") > 0;
      boolean waits =
          neighbour.state().equals("INCOMPLETE")
              && neighbour.queued() > 0
              && (givenUp || neighbour.ageSeconds() >= PATIENCE_SECONDS);
      if (neighbour.state().equals("FAILED") || waits) {
        all.add(
            new Finding(
                "no-arp-reply",
                // an entry stays for a while after nobody sends there any more
                neighbour.queued() > 0 || givenUp,
                neighbour.address()
                    + " does not answer ARP at "
                    + neighbour.interfaceName()
                    + ", "
                    + neighbour.queued()
                    + " packets wait",
                "the host is off, has another address, or is not on this wire",
                "ip:arping --interface "
                    + neighbour.interfaceName()
                    + " --count 3 "
                    + neighbour.address()));
      }
    }
    return !all.isEmpty()
        ? all
        : Check.counted(
            s,
            "no-arp-reply",
            "packets were given up because a neighbour did not answer ARP",
            "a host is off, has another address, or is not on its wire",
            "ip:neighbour-list",
            "Drop.NEIGHBOUR_UNREACHABLE");
  }
}
