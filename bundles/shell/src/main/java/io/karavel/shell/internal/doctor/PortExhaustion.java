package io.karavel.shell.internal.doctor;

import java.util.ArrayList;
import java.util.List;

/** No port is left for connections to a peer. */
final class PortExhaustion implements Check {
  private static final String CAUSE =
      "too many connections to one peer are open or in TIME-WAIT for the range of ports";
  private static final String COMMAND = "net:config-set tcp.ephemeralPorts=1024-65535";

  @Override
  public List<Finding> examine(Snapshot s) {
    int range = s.settings().ephemeralLast() - s.settings().ephemeralFirst() + 1;
    List<Finding> all = new ArrayList<>();
    s.portsTowards()
        .forEach(
            (peer, used) -> {
              if (used * 10L >= range * 9L) {
                all.add(
                    new Finding(
                        "port-exhaustion",
                        true,
                        used + " of " + range + " ports are used towards " + peer,
                        CAUSE,
                        COMMAND));
              }
            });
    return !all.isEmpty()
        ? all
        : Check.counted(
            s,
            "port-exhaustion",
            "connects found no free port",
            CAUSE,
            COMMAND,
            "TcpExt.TCPNoFreePort");
  }
}
