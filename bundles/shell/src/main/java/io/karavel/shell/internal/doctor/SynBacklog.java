package io.karavel.shell.internal.doctor;

import java.util.List;

/** More openings under way than a listener may have. */
final class SynBacklog implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    return Check.counted(
        s,
        "syn-backlog",
        "SYNs found the SYN queue full and were dropped or answered with a cookie",
        "openings come faster than they are completed: a flood, or peers that our SYN-ACKs do not"
            + " reach",
        Snapshot.doubled("maxSynBacklog", s.settings().maxSynBacklog()),
        "TcpExt.TCPReqQFullDrop",
        "TcpExt.TCPReqQFullDoCookies");
  }
}
