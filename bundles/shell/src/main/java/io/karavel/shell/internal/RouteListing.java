package io.karavel.shell.internal;

import io.karavel.ip.RouteInfo;

/** Routes as columns. */
final class RouteListing {
  private RouteListing() {}

  static Listing<RouteInfo> columns() {
    return new Listing<RouteInfo>()
        .column("destination", RouteInfo::destination)
        .column("gateway", RouteInfo::gateway)
        .column("interface", RouteInfo::interfaceName)
        .column("source", RouteInfo::source)
        .number("metric", RouteInfo::metric)
        .column("origin", RouteInfo::origin);
  }
}
