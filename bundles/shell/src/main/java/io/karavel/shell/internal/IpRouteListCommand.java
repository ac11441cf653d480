package io.karavel.shell.internal;

import io.karavel.ip.spi.IpControl;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code ip:route-list}. */
@Service
@Command(
    scope = "ip",
    name = "route-list",
    description = "Routes of the stack",
    detailedDescription = "Example: ip:route-list")
public final class IpRouteListCommand extends ListCommand {
  /** For the shell. */
  public IpRouteListCommand() {}

  @Override
  void run() throws Exception {
    print(
        RouteListing.columns(),
        ask().ip(IpControl::routes),
        "there is no route; an address brings the route of its link");
  }
}
