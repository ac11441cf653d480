package io.karavel.shell.internal;

import io.karavel.address.IpPrefix;
import io.karavel.ip.AddressInfo;
import io.karavel.ip.spi.IpControl;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code ip:address-remove}. */
@Service
@Command(
    scope = "ip",
    name = "address-remove",
    description = "Removes an address from an interface; connections from it end",
    detailedDescription = "Example: ip:address-remove -f main0 10.77.0.3/24")
public final class IpAddressRemoveCommand extends ReportingCommand {
  @Argument(index = 0, name = "interface", description = "The interface", required = true)
  @Completion(InterfaceCompleter.class)
  String interfaceName;

  @Argument(index = 1, name = "address", description = "The address", required = true)
  @Completion(AddressCompleter.class)
  String address;

  @Option(name = "-f", aliases = "--force", description = "Does not ask")
  boolean force;

  @Option(name = "--dry-run", description = "Only says what would be removed")
  boolean dryRun;

  /** For the shell. */
  public IpAddressRemoveCommand() {}

  @Override
  boolean changes() {
    return !dryRun;
  }

  @Override
  void run() throws Exception {
    IpPrefix prefix = IpPrefix.parse(address);
    Question ask = ask();
    AddressInfo found =
        ask.ip(IpControl::addresses).stream()
            .filter(
                a ->
                    a.interfaceName().equals(interfaceName)
                        && a.address().address().equals(prefix.address())
                        && (address.indexOf('/') < 0 || a.address().equals(prefix)))
            .findFirst()
            .orElseThrow(
                () ->
                    failure(
                        "interface "
                            + interfaceName
                            + " has no address "
                            + address
                            + "; ip:address-list shows what there is"));
    if (!dryRun) {
      confirm("remove " + found.address() + " from " + interfaceName, force);
      ask.ip(
          ip -> {
            ip.removeAddress(interfaceName, found.address());
            return null;
          });
    }
    new Report()
        .with("interface", interfaceName)
        .with("address", found.address())
        .with("dryRun", dryRun)
        .print(
            (dryRun ? "would remove " : "removed ") + found.address() + " from " + interfaceName,
            form());
  }
}
