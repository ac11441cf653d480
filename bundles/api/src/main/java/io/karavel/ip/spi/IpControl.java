package io.karavel.ip.spi;

import io.karavel.address.IpAddress;
import io.karavel.address.IpPrefix;
import io.karavel.ip.AddressInfo;
import io.karavel.ip.ArpReply;
import io.karavel.ip.NeighbourInfo;
import io.karavel.ip.PingReply;
import io.karavel.ip.PingRequest;
import io.karavel.ip.RouteInfo;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What the shell asks of IP, through {@link io.karavel.control.Appliance#query}. Lane's thread.
 * Wrong arguments are an {@link IllegalArgumentException} whose message says what, why and what to
 * do.
 */
public interface IpControl {
  /** All addresses. */
  List<AddressInfo> addresses();

  /** Adds an address to an interface until the configuration is applied anew or it is removed. */
  void addAddress(String interfaceName, IpPrefix address);

  /** Removes an address, configured or added. */
  void removeAddress(String interfaceName, IpPrefix address);

  /** All routes, connected ones included. */
  List<RouteInfo> routes();

  /**
   * Adds a static route.
   *
   * @param gateway empty for a route on the link
   * @param interfaceName empty to take the interface on whose link the gateway lies
   */
  void addRoute(
      IpPrefix destination,
      Optional<IpAddress> gateway,
      Optional<String> interfaceName,
      int metric);

  /** Removes a static route; says how many went. */
  int removeRoute(IpPrefix destination, Optional<IpAddress> gateway);

  /** The route a packet to {@code destination} would take now; empty if unreachable. */
  Optional<RouteInfo> routeTo(IpAddress destination);

  /** The neighbour table. */
  List<NeighbourInfo> neighbours();

  /** Forgets neighbours, static ones excepted: one, or all of an interface, or all. */
  int flushNeighbours(Optional<String> interfaceName, Optional<IpAddress> address);

  /** Removes a neighbour in whatever state, permanent too; says whether there was one. */
  boolean removeNeighbour(String interfaceName, IpAddress address);

  /** Adds a permanent neighbour, or makes the one that is there permanent. */
  void addNeighbour(String interfaceName, IpAddress address, io.karavel.address.MacAddress mac);

  /**
   * Sends one echo request; the reply, the error or the end of the waiting completes the future.
   */
  CompletableFuture<PingReply> ping(PingRequest request);

  /**
   * Asks a link for the station with an address, by ARP, whatever the neighbour table knows; the
   * reply or the end of the waiting completes the future.
   *
   * @param interfaceName empty to take the interface on whose link the target lies
   */
  CompletableFuture<ArpReply> arping(
      Optional<String> interfaceName, IpAddress target, long timeoutNanos);
}
