package io.karavel.ip.internal;

import io.karavel.address.IpAddress;
import io.karavel.ip.InterfaceSettings;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the routes come from: connected ones follow the addresses, a configured gateway gives a
 * default route, static ones are added from the shell and stay until removed, or until their
 * interface goes. Lane's thread.
 */
final class Routes {
  private final IpLane lane;
  private final RouteTable table = new RouteTable();
  private final List<Route> statics = new ArrayList<>();
  private List<LinkInterface> links = List.of();

  Routes(IpLane lane) {
    this.lane = lane;
  }

  /** The best route, or null. */
  Route lookup(int address) {
    return table.lookup(address);
  }

  List<Route> all() {
    return table.all();
  }

  /** The static routes in the order in which they were added. */
  List<Route> statics() {
    return statics;
  }

  int revision() {
    return table.revision();
  }

  void touch() {
    table.touch();
  }

  /** Makes the table anew from interfaces, their addresses and the static routes. */
  void rebuild(List<LinkInterface> all) {
    links = all;
    List<Route> routes = new ArrayList<>();
    for (LinkInterface link : links) {
      if (!link.enabled()) {
        continue;
      }
      for (LocalAddress address : link.addresses) {
        if (address.usable()) {
          int network = address.value & address.mask;
          routes.add(
              new Route(network, address.length, 0, link, address.value, 0, Route.CONNECTED));
        }
      }
      InterfaceSettings settings = link.settings;
      if (settings.gateway().isPresent()) {
        int gateway = settings.gateway().get().ipv4Bits();
        if (link.isOnLink(gateway)) {
          int source = link.sourceFor(gateway);
          routes.add(new Route(0, 0, gateway, link, source, 0, Route.CONFIGURED));
        }
      }
    }
    for (Route route : statics) {
      if (route.link().enabled()) {
        int via = route.gateway() == 0 ? route.destination() : route.gateway();
        int source = route.link().sourceFor(via);
        routes.add(
            new Route(
                route.destination(),
                route.length(),
                route.gateway(),
                route.link(),
                source,
                route.metric(),
                Route.STATIC));
      }
    }
    table.replace(routes);
  }

  /**
   * Adds a static route.
   *
   * @throws IllegalArgumentException if it is there already or the table is full
   */
  void add(Route route) {
    for (Route other : statics) {
      if (other.destination() == route.destination()
          && other.length() == route.length()
          && other.gateway() == route.gateway()
          && other.link() == route.link()
          && other.metric() == route.metric()) {
        throw new IllegalArgumentException("the route to " + describe(route) + " is there already");
      }
    }
    int most = lane.settings().routesMaximum();
    if (table.all().size() >= most) {
      throw new IllegalArgumentException(
          "there are "
              + table.all().size()
              + " routes and routesMaximum of io.karavel.ip is "
              + most
              + ": remove one or raise the limit");
    }
    statics.add(route);
    rebuild(links);
  }

  /** Puts in a static route that a predecessor had. */
  void restore(Route route) {
    statics.add(route);
  }

  /**
   * Removes static routes.
   *
   * @param gateway 0 for any
   */
  int remove(int destination, int length, int gateway) {
    int before = statics.size();
    statics.removeIf(
        route ->
            route.destination() == destination
                && route.length() == length
                && (gateway == 0 || route.gateway() == gateway));
    rebuild(links);
    return before - statics.size();
  }

  /** Removes the static routes of an interface that goes. */
  void removeAll(LinkInterface link) {
    statics.removeIf(route -> route.link() == link);
  }

  private static String describe(Route route) {
    return IpAddress.format(route.destination()) + "/" + route.length();
  }
}
