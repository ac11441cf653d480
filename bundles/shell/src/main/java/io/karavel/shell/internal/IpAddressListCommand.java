package io.karavel.shell.internal;

import io.karavel.ip.AddressInfo;
import io.karavel.ip.spi.IpControl;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.ansi.SimpleAnsi;

/** {@code ip:address-list}. */
@Service
@Command(
    scope = "ip",
    name = "address-list",
    description = "Addresses of the stack",
    detailedDescription = "Example: ip:address-list")
public final class IpAddressListCommand extends ListCommand {
  @Option(name = "--interface", aliases = "-i", description = "Only those of one interface")
  @Completion(InterfaceCompleter.class)
  String interfaceName;

  /** For the shell. */
  public IpAddressListCommand() {}

  @Override
  void run() throws Exception {
    List<AddressInfo> addresses =
        ask().ip(IpControl::addresses).stream()
            .filter(a -> interfaceName == null || a.interfaceName().equals(interfaceName))
            .toList();
    print(
        new Listing<AddressInfo>()
            .column("interface", AddressInfo::interfaceName)
            .column("device", AddressInfo::device)
            .column("address", AddressInfo::address)
            .column("mac", AddressInfo::mac)
            .number("mtu", AddressInfo::mtu)
            .column(
                "link",
                address -> address.up() ? "up" : "down",
                link -> link.equals("up") ? SimpleAnsi.COLOR_GREEN : SimpleAnsi.COLOR_RED)
            .column("state", AddressInfo::state)
            .column("origin", AddressInfo::origin),
        addresses,
        "there is no address; ip:address-add adds one");
  }
}
