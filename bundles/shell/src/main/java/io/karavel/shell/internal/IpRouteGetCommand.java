package io.karavel.shell.internal;

import io.karavel.address.IpAddress;
import io.karavel.ip.RouteInfo;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code ip:route-get}. */
@Service
@Command(
    scope = "ip",
    name = "route-get",
    description = "The route that a packet to an address would take now",
    detailedDescription = "Example: ip:route-get 10.77.0.1")
public final class IpRouteGetCommand extends ReportingCommand {
  @Argument(name = "address", description = "Where to", required = true)
  @Completion(HostCompleter.class)
  String address;

  /** For the shell. */
  public IpRouteGetCommand() {}

  @Override
  void run() throws Exception {
    IpAddress destination = IpAddress.parse(address);
    RouteInfo route =
        ask()
            .ip(ip -> ip.routeTo(destination))
            .orElseThrow(
                () ->
                    failure(
                        "no route leads to "
                            + destination
                            + "; ip:route-list shows the routes, ip:route-add adds one"));
    RouteListing.columns().print(List.of(route), form(), isColoured(), "");
  }
}
