package io.karavel.shell.internal.doctor;

import java.util.List;

/** Paths that swallow large packets without a word. */
final class BlackHoleMtu implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    return Check.counted(
        s,
        "black-hole-mtu",
        "connections found that large segments do not arrive while small ones do",
        "a router on the way carries less than the MTU and its ICMP messages do not come back",
        "net:config-set tcp.mtuProbing=always",
        "TcpExt.TCPMTUPBlackholes");
  }
}
