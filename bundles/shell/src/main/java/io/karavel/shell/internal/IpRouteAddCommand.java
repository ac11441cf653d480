package io.karavel.shell.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpPrefix;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code ip:route-add}. */
@Service
@Command(
    scope = "ip",
    name = "route-add",
    description = "Adds a static route",
    detailedDescription = "Example: ip:route-add --via 10.77.0.1 192.168.0.0/16")
public final class IpRouteAddCommand extends ReportingCommand {
  @Argument(name = "destination", description = "Where to: a prefix, or 'default'", required = true)
  @Completion(RouteCompleter.class)
  String destination;

  @Option(name = "--via", description = "The gateway; without one the destination is on the link")
  @Completion(HostCompleter.class)
  String via;

  @Option(
      name = "--interface",
      aliases = "-i",
      description = "The interface; without one that on whose link the gateway is")
  @Completion(InterfaceCompleter.class)
  String interfaceName;

  @Option(name = "--metric", description = "The lower wins, 0 to 65535", valueToShowInHelp = "0")
  @Completion(
      value = StringsCompleter.class,
      values = {"0", "100", "1000"})
  int metric;

  /** For the shell. */
  public IpRouteAddCommand() {}

  @Override
  boolean changes() {
    return true;
  }

  @Override
  void run() throws Exception {
    checkRange("--metric", metric, 0, 65535);
    IpPrefix prefix = IpPrefix.parse(destination);
    Optional<IpAddress> gateway = Optional.ofNullable(via).map(IpAddress::parse);
    if (gateway.isEmpty() && interfaceName == null) {
      throw failure("say where the route leads: --via GATEWAY, or --interface INTERFACE");
    }
    ask()
        .ip(
            ip -> {
              ip.addRoute(prefix, gateway, Optional.ofNullable(interfaceName), metric);
              return null;
            });
    new Report()
        .with("destination", prefix)
        .with("gateway", gateway)
        .with("interface", interfaceName)
        .with("metric", metric)
        .print(
            "added the route to "
                + prefix
                + gateway.map(address -> " via " + address).orElse("")
                + (interfaceName == null ? "" : " on " + interfaceName),
            form());
  }
}
