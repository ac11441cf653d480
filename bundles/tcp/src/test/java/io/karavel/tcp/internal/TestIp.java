package io.karavel.tcp.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpPrefix;
import io.karavel.address.MacAddress;
import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.ip.AddressInfo;
import io.karavel.ip.ArpReply;
import io.karavel.ip.NeighbourInfo;
import io.karavel.ip.PingReply;
import io.karavel.ip.PingRequest;
import io.karavel.ip.RouteInfo;
import io.karavel.ip.spi.IpModule;
import io.karavel.ip.spi.IpRoute;
import io.karavel.packet.PacketBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** IP as TCP sees it: hands what it is given to the {@link TestNet}. */
final class TestIp implements IpModule {
  private final TestNet net;
  private final TestLane lane;
  int routeRevision;
  int mtu = 1500;
  int segmentationBytes;
  boolean routed = true;
  int confirmed;
  int suspected;

  /** Run whenever a route is asked for. */
  Runnable whileRouting = () -> {};

  Predicate<PacketBuffer> crashesOn = datagram -> false;

  TestIp(TestNet net, TestLane lane) {
    this.net = net;
    this.lane = lane;
  }

  @Override
  public void send(PacketBuffer datagram) {
    if (crashesOn.test(datagram)) {
      datagram.release();
      throw new IllegalStateException("crash");
    }
    net.send(datagram);
  }

  @Override
  public IpRoute route(int sourceIpv4, int destinationIpv4) {
    whileRouting.run();
    if (!routed || sourceIpv4 != 0 && sourceIpv4 != lane.ipv4) {
      return null;
    }
    return new IpRoute("test", lane.ipv4, mtu, true, segmentationBytes, true);
  }

  @Override
  public int routeRevision() {
    return routeRevision;
  }

  @Override
  public boolean isLocal(int ipv4) {
    return ipv4 == lane.ipv4;
  }

  @Override
  public void confirmReachable(int destinationIpv4) {
    confirmed++;
  }

  @Override
  public void suspect(int destinationIpv4) {
    suspected++;
  }

  @Override
  public void onFrame(PacketBuffer frame) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void onInterfacesChanged() {}

  @Override
  public void open(Handover kept) {}

  @Override
  public Handover export() {
    return Handover.empty(SLOT);
  }

  @Override
  public void close(CloseReason reason) {}

  @Override
  public List<AddressInfo> addresses() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void addAddress(String interfaceName, IpPrefix address) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void removeAddress(String interfaceName, IpPrefix address) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<RouteInfo> routes() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void addRoute(
      IpPrefix destination,
      Optional<IpAddress> gateway,
      Optional<String> interfaceName,
      int metric) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int removeRoute(IpPrefix destination, Optional<IpAddress> gateway) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<RouteInfo> routeTo(IpAddress destination) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<NeighbourInfo> neighbours() {
    throw new UnsupportedOperationException();
  }

  @Override
  public int flushNeighbours(Optional<String> interfaceName, Optional<IpAddress> address) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void addNeighbour(String interfaceName, IpAddress address, MacAddress mac) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean removeNeighbour(String interfaceName, IpAddress address) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<PingReply> ping(PingRequest request) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<ArpReply> arping(
      Optional<String> interfaceName, IpAddress target, long timeoutNanos) {
    throw new UnsupportedOperationException();
  }
}
