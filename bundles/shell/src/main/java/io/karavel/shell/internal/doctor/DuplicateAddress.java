package io.karavel.shell.internal.doctor;

import io.karavel.ip.AddressInfo;
import java.util.ArrayList;
import java.util.List;

/** Addresses that somebody else has too. */
final class DuplicateAddress implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    List<Finding> all = new ArrayList<>();
    for (AddressInfo address : s.addresses()) {
      if (address.state().equals("conflict")) {
        all.add(
            new Finding(
                "duplicate-address",
                true,
                address.address() + " of " + address.interfaceName() + " is not used",
                "another station on the wire has the address already",
                "ip:address-remove " + address.interfaceName() + " " + address.address()));
      }
    }
    return !all.isEmpty()
        ? all
        : Check.counted(
            s,
            "duplicate-address",
            "ARP packets came in which another station claims one of our addresses",
            "two stations on the wire have the same address",
            "net:events --kind neighbour",
            "Arp.Conflicts");
  }
}
