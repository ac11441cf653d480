package io.karavel.engine.internal.lane;

import io.karavel.address.IpAddress;
import io.karavel.address.IpPrefix;
import io.karavel.address.MacAddress;
import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.Slot;
import io.karavel.engine.StateVersions;
import io.karavel.ip.AddressInfo;
import io.karavel.ip.ArpReply;
import io.karavel.ip.NeighbourInfo;
import io.karavel.ip.PingReply;
import io.karavel.ip.PingRequest;
import io.karavel.ip.RouteInfo;
import io.karavel.ip.spi.InterfaceTable;
import io.karavel.ip.spi.IpModule;
import io.karavel.ip.spi.IpRoute;
import io.karavel.nic.NetworkDevice;
import io.karavel.packet.PacketBuffer;
import io.karavel.tcp.spi.TcpModule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Says what it is told, hands frames on to TCP, and sends what it is given by the first device. */
class FakeIp implements IpModule {
  final List<String> said;
  final LaneContext context;
  final Slot<TcpModule> tcp;
  RuntimeException failFrame;
  boolean toTcp;

  FakeIp(LaneContext context, List<String> said) {
    this.context = context;
    this.said = said;
    tcp = context.slot("tcp", TcpModule.class);
  }

  static final class Factory implements ModuleFactory {
    final List<String> said = new ArrayList<>();
    final List<FakeIp> made = new ArrayList<>();

    FakeIp last() {
      return made.get(made.size() - 1);
    }

    @Override
    public String slot() {
      return SLOT;
    }

    @Override
    public StateVersions stateVersions() {
      return new StateVersions(1, 1);
    }

    @Override
    public Module create(LaneContext context) {
      FakeIp module = new FakeIp(context, said);
      made.add(module);
      return module;
    }
  }

  @Override
  public void onFrame(PacketBuffer frame) {
    if (failFrame != null) {
      RuntimeException failure = failFrame;
      failFrame = null;
      throw new IllegalStateException(failure.getMessage());
    }
    said.add(
        "frame "
            + frame.memory().getInt(frame.offset())
            + " of interface "
            + frame.interfaceIndex()
            + " at "
            + frame.timestampNanos());
    if (!toTcp) {
      frame.release();
    } else if (tcp.module() != null) {
      tcp.module().onDatagram(frame);
    } else {
      tcp.park(frame);
    }
  }

  @Override
  public void onInterfacesChanged() {
    StringBuilder text = new StringBuilder("interfaces:");
    context
        .shared(InterfaceTable.class)
        .interfaces()
        .forEach(
            (index, settings) -> {
              NetworkDevice device =
                  context
                      .slot(NetworkDevice.slotOf(settings.device()), NetworkDevice.class)
                      .module();
              text.append(' ').append(index).append('=').append(settings.name());
              text.append(device == null ? " down" : " mtu " + device.capabilities().mtu());
            });
    said.add(text.toString());
  }

  @Override
  public void send(PacketBuffer datagram) {
    context.slot("nic:eth0", NetworkDevice.class).module().transmit(datagram);
  }

  @Override
  public void open(Handover kept) {
    said.add("opens");
  }

  @Override
  public Handover export() {
    return new HandoverWriter(SLOT, 1).finish();
  }

  @Override
  public void close(CloseReason reason) {
    said.add("closes, " + reason);
  }

  @Override
  public IpRoute route(int sourceIpv4, int destinationIpv4) {
    return null;
  }

  @Override
  public int routeRevision() {
    return 0;
  }

  @Override
  public boolean isLocal(int ipv4) {
    return false;
  }

  @Override
  public void confirmReachable(int destinationIpv4) {}

  @Override
  public void suspect(int destinationIpv4) {}

  @Override
  public List<AddressInfo> addresses() {
    return List.of();
  }

  @Override
  public void addAddress(String interfaceName, IpPrefix address) {
    throw new IllegalArgumentException("no interface is called '" + interfaceName + "'");
  }

  @Override
  public void removeAddress(String interfaceName, IpPrefix address) {}

  @Override
  public List<RouteInfo> routes() {
    return List.of();
  }

  @Override
  public void addRoute(
      IpPrefix destination,
      Optional<IpAddress> gateway,
      Optional<String> interfaceName,
      int metric) {}

  @Override
  public int removeRoute(IpPrefix destination, Optional<IpAddress> gateway) {
    return 0;
  }

  @Override
  public Optional<RouteInfo> routeTo(IpAddress destination) {
    return Optional.empty();
  }

  @Override
  public List<NeighbourInfo> neighbours() {
    return List.of();
  }

  @Override
  public int flushNeighbours(Optional<String> interfaceName, Optional<IpAddress> address) {
    return 0;
  }

  @Override
  public void addNeighbour(String interfaceName, IpAddress address, MacAddress mac) {}

  @Override
  public boolean removeNeighbour(String interfaceName, IpAddress address) {
    return false;
  }

  @Override
  public CompletableFuture<PingReply> ping(PingRequest request) {
    return new CompletableFuture<>();
  }

  @Override
  public CompletableFuture<ArpReply> arping(
      Optional<String> interfaceName, IpAddress target, long timeoutNanos) {
    throw new UnsupportedOperationException();
  }
}
