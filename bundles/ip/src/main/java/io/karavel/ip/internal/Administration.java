package io.karavel.ip.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpPrefix;
import io.karavel.address.MacAddress;
import io.karavel.ip.AddressInfo;
import io.karavel.ip.NeighbourInfo;
import io.karavel.ip.RouteInfo;
import io.karavel.nic.NetworkDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the shell asks of IP, with arguments checked and errors in words; see {@link
 * io.karavel.ip.spi.IpControl}. Lane's thread.
 */
final class Administration {
  private final IpLane lane;
  private final Interfaces interfaces;
  private final Routes routes;
  private final NeighbourCache neighbours;
  private final LinkInterface loopback;

  Administration(IpLane lane, Interfaces interfaces, Routes routes, NeighbourCache neighbours) {
    this.lane = lane;
    this.interfaces = interfaces;
    this.routes = routes;
    this.neighbours = neighbours;
    loopback = LinkInterface.loopback(lane.context.stack());
  }

  List<AddressInfo> addresses() {
    List<AddressInfo> infos = new ArrayList<>();
    for (LinkInterface link : interfaces.links()) {
      NetworkDevice driver = link.driver();
      boolean up = link.enabled() && driver != null && driver.info().up();
      for (LocalAddress address : link.addresses) {
        infos.add(
            new AddressInfo(
                link.name(),
                link.settings.device(),
                LinkInterface.prefix(address),
                MacAddress.of(link.mac),
                link.mtu,
                up,
                address.stateName(),
                address.origin));
      }
    }
    return infos;
  }

  void addAddress(String interfaceName, IpPrefix address) {
    LinkInterface link = interfaces.byName(interfaceName);
    if (!address.address().isUnicast() || address.address().isLoopback()) {
      throw new IllegalArgumentException(
          address + " is not an address an interface can have: name a unicast address");
    }
    if (address.length() < 31
        && (address.address().equals(address.network().address())
            || address.address().equals(address.broadcast()))) {
      throw new IllegalArgumentException(
          address + " is the network or broadcast address of its prefix: name a host in it");
    }
    for (LinkInterface other : interfaces.links()) {
      if (other.address(address.address().ipv4Bits()) != null) {
        throw new IllegalArgumentException(
            address.address() + " is an address of interface " + other.name() + " already");
      }
    }
    int most = lane.settings().routesMaximum();
    if (routes.all().size() >= most) {
      throw new IllegalArgumentException(
          "the address needs a route, and there are "
              + most
              + " already, routesMaximum of io.karavel.ip: remove one or raise the limit");
    }
    interfaces.add(link, address);
  }

  void removeAddress(String interfaceName, IpPrefix address) {
    LinkInterface link = interfaces.byName(interfaceName);
    if (!interfaces.removeAddress(link, address)) {
      List<String> there = new ArrayList<>();
      link.addresses.forEach(a -> there.add(LinkInterface.prefix(a).toString()));
      throw new IllegalArgumentException(
          "interface "
              + interfaceName
              + " has no address "
              + address
              + "; it has "
              + (there.isEmpty() ? "none" : String.join(", ", there)));
    }
  }

  List<RouteInfo> routes() {
    List<RouteInfo> infos = new ArrayList<>();
    for (Route route : routes.all()) {
      infos.add(route.info());
    }
    return infos;
  }

  void addRoute(
      IpPrefix destination,
      Optional<IpAddress> gateway,
      Optional<String> interfaceName,
      int metric) {
    if (!destination.equals(destination.network())) {
      throw new IllegalArgumentException(
          destination + " has host bits set: write " + destination.network());
    }
    if (metric < 0) {
      throw new IllegalArgumentException("metric " + metric + " is refused: 0 or more");
    }
    if (gateway.isEmpty() && interfaceName.isEmpty()) {
      throw new IllegalArgumentException("a route needs a gateway or an interface: name one");
    }
    LinkInterface link =
        interfaceName.isPresent()
            ? interfaces.byName(interfaceName.get())
            : linkOf(gateway.orElseThrow());
    if (gateway.isPresent()) {
      IpAddress hop = gateway.get();
      if (!hop.isUnicast() || interfaces.isLocal(hop.ipv4Bits())) {
        throw new IllegalArgumentException(
            hop + " cannot be a gateway: name another host's address");
      }
      if (!link.isOnLink(hop.ipv4Bits())) {
        throw new IllegalArgumentException(
            "gateway "
                + hop
                + " is not within any prefix of interface "
                + link.name()
                + ": name a neighbour");
      }
    }
    routes.add(
        new Route(
            destination.address().ipv4Bits(),
            destination.length(),
            gateway.map(IpAddress::ipv4Bits).orElse(0),
            link,
            0,
            metric,
            Route.STATIC));
  }

  private LinkInterface linkOf(IpAddress gateway) {
    for (LinkInterface link : interfaces.links()) {
      if (link.enabled() && link.isOnLink(gateway.ipv4Bits())) {
        return link;
      }
    }
    throw new IllegalArgumentException(
        "gateway " + gateway + " is not a neighbour on any interface: see ip:address-list");
  }

  int removeRoute(IpPrefix destination, Optional<IpAddress> gateway) {
    IpPrefix network = destination.network();
    return routes.remove(
        network.address().ipv4Bits(), network.length(), gateway.map(IpAddress::ipv4Bits).orElse(0));
  }

  Optional<RouteInfo> routeTo(IpAddress destination) {
    int address = destination.ipv4Bits();
    if (interfaces.isLocal(address)) {
      Route local = new Route(address, 32, 0, loopback, address, 0, Route.LOCAL);
      return Optional.of(local.info());
    }
    return Optional.ofNullable(routes.lookup(address)).map(Route::info);
  }

  List<NeighbourInfo> neighbours() {
    long now = lane.now();
    List<NeighbourInfo> infos = new ArrayList<>();
    for (Neighbour n : neighbours.all()) {
      boolean known = n.state != Neighbour.State.INCOMPLETE && n.state != Neighbour.State.FAILED;
      boolean faded =
          n.state == Neighbour.State.REACHABLE && now - n.confirmedAtNanos > n.reachableNanos;
      infos.add(
          new NeighbourInfo(
              n.link.name(),
              IpAddress.ipv4(n.address),
              known ? Optional.of(MacAddress.of(n.mac)) : Optional.empty(),
              faded ? Neighbour.State.STALE.name() : n.state.name(),
              (now - n.confirmedAtNanos) / 1e9,
              n.queue.size()));
    }
    return infos;
  }

  int flushNeighbours(Optional<String> interfaceName, Optional<IpAddress> address) {
    LinkInterface only = interfaceName.map(interfaces::byName).orElse(null);
    int count = 0;
    for (Neighbour n : neighbours.all()) {
      boolean named = address.isPresent();
      boolean meant =
          (only == null || n.link == only)
              && (!named || n.address == address.get().ipv4Bits())
              && n.state != Neighbour.State.PERMANENT;
      if (meant) {
        neighbours.remove(n.link, n.address);
        count++;
      }
    }
    return count;
  }

  void addNeighbour(String interfaceName, IpAddress address, MacAddress mac) {
    LinkInterface link = interfaces.byName(interfaceName);
    if (link.bareIp) {
      throw new IllegalArgumentException(
          "interface " + interfaceName + " carries bare IP packets and has no neighbours");
    }
    if (mac.isGroup() || mac.bits() == 0) {
      throw new IllegalArgumentException(mac + " is not a station's address: name a unicast one");
    }
    if (!link.isOnLink(address.ipv4Bits()) || interfaces.isLocal(address.ipv4Bits())) {
      throw new IllegalArgumentException(
          address + " is not another host within a prefix of interface " + interfaceName);
    }
    if (!neighbours.addPermanent(link, address.ipv4Bits(), mac.bits())) {
      throw new IllegalArgumentException(
          "the neighbour table is full of permanent entries: raise neighboursMaximum of"
              + " io.karavel.ip");
    }
  }
}
