package io.karavel.shell.internal.doctor;

import java.util.List;

/** Packets that were damaged on their way. */
final class ChecksumErrors implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    return Check.counted(
        s,
        "checksum-errors",
        "packets with a wrong checksum were dropped",
        "a wire, switch or driver damages packets, or the peer leaves checksums to a device that"
            + " does not fill them in",
        s.impairments().isEmpty()
            ? "nic:stats"
            : "nic:impair --off " + s.impairments().keySet().iterator().next(),
        "Drop.TCP_CHECKSUM",
        "Drop.IP_CHECKSUM",
        "Drop.ICMP_CHECKSUM");
  }
}
