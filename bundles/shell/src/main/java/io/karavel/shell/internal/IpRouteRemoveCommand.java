package io.karavel.shell.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpPrefix;
import io.karavel.ip.spi.IpControl;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code ip:route-remove}. */
@Service
@Command(
    scope = "ip",
    name = "route-remove",
    description = "Removes static routes",
    detailedDescription = "Example: ip:route-remove -f 192.168.0.0/16")
public final class IpRouteRemoveCommand extends ReportingCommand {
  @Argument(name = "destination", description = "A prefix, or 'default'", required = true)
  @Completion(RouteCompleter.class)
  String destination;

  @Option(name = "--via", description = "Only the route over this gateway")
  @Completion(HostCompleter.class)
  String via;

  @Option(name = "-f", aliases = "--force", description = "Does not ask")
  boolean force;

  @Option(name = "--dry-run", description = "Only says what would be removed")
  boolean dryRun;

  /** For the shell. */
  public IpRouteRemoveCommand() {}

  @Override
  boolean changes() {
    return !dryRun;
  }

  @Override
  void run() throws Exception {
    IpPrefix prefix = IpPrefix.parse(destination).network();
    Optional<IpAddress> gateway = Optional.ofNullable(via).map(IpAddress::parse);
    Question ask = ask();
    long there =
        ask.ip(IpControl::routes).stream()
            .filter(route -> route.origin().equals("static"))
            .filter(route -> route.destination().network().equals(prefix))
            .filter(route -> gateway.isEmpty() || route.gateway().equals(gateway))
            .count();
    String which = prefix + gateway.map(address -> " via " + address).orElse("");
    if (there == 0) {
      throw failure(
          "there is no static route to "
              + which
              + "; ip:route-list shows the routes, and only those of origin static can go");
    }
    int removed = 0;
    if (!dryRun) {
      confirm("remove the route to " + which, force);
      removed = ask.ip(ip -> ip.removeRoute(prefix, gateway));
    }
    new Report()
        .with("destination", prefix)
        .with("gateway", gateway)
        .with("removed", dryRun ? there : removed)
        .with("dryRun", dryRun)
        .print((dryRun ? "would remove " + there : "removed " + removed) + " to " + which, form());
  }
}
