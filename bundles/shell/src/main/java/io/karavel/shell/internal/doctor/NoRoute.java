package io.karavel.shell.internal.doctor;

import java.util.List;

/** Packets without a way. */
final class NoRoute implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    return Check.counted(
        s,
        "no-route",
        "packets had no route",
        "an application sends to a network that no route leads to",
        "ip:route-list",
        "Drop.IP_NO_ROUTE",
        "Ip.OutNoRoutes");
  }
}
