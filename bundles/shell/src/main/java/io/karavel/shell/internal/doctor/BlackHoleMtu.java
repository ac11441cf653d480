package io.karavel.shell.internal.doctor;

import java.util.List;

/** Paths that swallow large packets without a word. */
final class BlackHoleMtu implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    if (!s.impairments().isEmpty()) {
      // a wire that loses much looks the same, and has a finding of its own
      return List.of();
    }
    return Check.counted(
        s,
        "black-hole-mtu",
        "connections took smaller segments because large ones seem to be swallowed",
        "a router on the way carries less than the MTU and its ICMP messages do not come back, or"
            + " the path loses much",
        "net:config-set tcp.mtuProbing=always",
        "TcpExt.TCPMTUPBlackholes");
  }
}
