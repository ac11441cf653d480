package io.karavel.shell.internal;

import io.karavel.address.IpPrefix;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code ip:address-add}. */
@Service
@Command(
    scope = "ip",
    name = "address-add",
    description = "Adds an address to an interface until its configuration is applied anew",
    detailedDescription = "Example: ip:address-add main0 10.77.0.3/24")
public final class IpAddressAddCommand extends ReportingCommand {
  @Argument(index = 0, name = "interface", description = "The interface", required = true)
  @Completion(InterfaceCompleter.class)
  String interfaceName;

  @Argument(
      index = 1,
      name = "address",
      description = "The address with its prefix length",
      required = true)
  @Completion(AddressCompleter.class)
  String address;

  /** For the shell. */
  public IpAddressAddCommand() {}

  @Override
  boolean changes() {
    return true;
  }

  @Override
  void run() throws Exception {
    IpPrefix prefix = IpPrefix.parse(address);
    ask()
        .ip(
            ip -> {
              ip.addAddress(interfaceName, prefix);
              return null;
            });
    new Report()
        .with("interface", interfaceName)
        .with("address", prefix)
        .print("added " + prefix + " to " + interfaceName, form());
  }
}
