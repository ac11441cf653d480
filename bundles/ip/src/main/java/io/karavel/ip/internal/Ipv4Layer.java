package io.karavel.ip.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpPrefix;
import io.karavel.address.MacAddress;
import io.karavel.engine.CloseReason;
import io.karavel.engine.DropReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.LaneContext;
import io.karavel.engine.TakesSettings;
import io.karavel.ip.AddressInfo;
import io.karavel.ip.ArpReply;
import io.karavel.ip.IpSettings;
import io.karavel.ip.NeighbourInfo;
import io.karavel.ip.PingReply;
import io.karavel.ip.PingRequest;
import io.karavel.ip.RouteInfo;
import io.karavel.ip.spi.InterfaceTable;
import io.karavel.ip.spi.IpModule;
import io.karavel.ip.spi.IpRoute;
import io.karavel.ip.spi.LocalAddresses;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketQueue;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * IP on one lane, as the module of slot {@code ip}: puts the concerns together and leads each call
 * to the one it concerns. Lane's thread.
 */
final class Ipv4Layer implements IpModule, TakesSettings {
  private final IpLane lane;
  private final Consumer<Ipv4Layer> onClose;
  final Interfaces interfaces;
  final Routes routes;
  final NeighbourCache neighbours;
  final Reassembly reassembly;
  final Pings pings;
  private final ArpQuestions arpQuestions;
  private final LocalErrors localErrors;
  private final ErrorDispatch dispatch;
  private final EthernetInput ethernetInput;
  private final Ipv4Input input;
  final Ipv4Output output;
  private final Administration administration;
  private final IpHandover handover;
  final LoopbackQueue loopback;

  /**
   * @param onClose told when the module is closed, so that nobody keeps it
   */
  Ipv4Layer(LaneContext context, IpSettings settings, Consumer<Ipv4Layer> onClose) {
    this.onClose = onClose;
    lane = new IpLane(context, settings);
    DeviceOutput device = new DeviceOutput(lane);
    EthernetOutput ethernet = new EthernetOutput(device);
    ArpOutput arp = new ArpOutput(lane, ethernet);
    localErrors = new LocalErrors(lane);
    neighbours = new NeighbourCache(lane, arp, ethernet, localErrors);
    routes = new Routes(lane);
    AddressConflicts conflicts = new AddressConflicts(lane, arp);
    InterfaceTable table = context.shared(InterfaceTable.class);
    LocalAddresses published = context.shared(LocalAddresses.class);
    interfaces = new Interfaces(lane, table, published, conflicts, neighbours, routes);
    loopback = new LoopbackQueue(lane, new PacketQueue());
    output =
        new Ipv4Output(
            lane, interfaces, routes, neighbours, ethernet, device, loopback, localErrors);
    IcmpErrors icmpErrors = new IcmpErrors(lane);
    icmpErrors.attach(interfaces, output);
    pings = new Pings(lane);
    pings.attach(interfaces, output);
    Transports transports = new Transports(context);
    dispatch = new ErrorDispatch(transports, pings);
    reassembly = new Reassembly(lane, icmpErrors);
    IcmpInput icmp = new IcmpInput(lane, interfaces, output, pings, dispatch);
    input = new Ipv4Input(lane, interfaces, routes, reassembly, icmpErrors, transports, icmp);
    arpQuestions = new ArpQuestions(lane, interfaces, routes, arp);
    ArpInput arpInput = new ArpInput(lane, neighbours, conflicts, arp, arpQuestions);
    ethernetInput = new EthernetInput(lane, arpInput, input);
    administration = new Administration(lane, interfaces, routes, neighbours);
    handover = new IpHandover(lane, this, conflicts);
  }

  @Override
  public int takenBy(Object settings) {
    return context().configured() && !settings.equals(lane.settings()) ? NOT_YET : 0;
  }

  /** Brings new settings into force. */
  void settings(IpSettings settings) {
    boolean mtu = settings.loopbackMtuBytes() != lane.settings().loopbackMtuBytes();
    lane.settings(settings);
    if (mtu) {
      routes.touch();
    }
  }

  /** Takes over the packets to ourselves that a predecessor did not take in any more. */
  void adoptLoopback(PacketQueue packets) {
    loopback.adopt(packets);
  }

  /** The lane it lives on, to post to. */
  LaneContext context() {
    return lane.context;
  }

  @Override
  public void open(Handover kept) throws HandoverException {
    try {
      handover.open(kept);
      interfaces.reconcile();
    } catch (HandoverException | RuntimeException e) {
      cancelTimers();
      throw e;
    }
  }

  @Override
  public Handover export() {
    return handover.export();
  }

  @Override
  public void close(CloseReason reason) {
    cancelTimers();
    if (reason != CloseReason.HANDED_OVER) {
      neighbours.dispose();
      reassembly.dispose();
      pings.dispose();
      loopback.packets().clear();
    }
    onClose.accept(this);
  }

  private void cancelTimers() {
    arpQuestions.end();
    neighbours.cancelTimers();
    reassembly.cancelTimers();
    pings.cancelTimers();
    for (LinkInterface link : interfaces.links()) {
      link.addresses.forEach(lane.timers::cancel);
    }
  }

  @Override
  public void onFrame(PacketBuffer frame) {
    LinkInterface link = interfaces.byIndex(frame.interfaceIndex());
    if (link == null) {
      lane.drop(frame, DropReason.DEVICE_UNUSED);
      return;
    }
    if (!link.enabled()) {
      lane.drop(frame, DropReason.IP_INTERFACE_DOWN);
      return;
    }
    if (!link.deviceKnown) {
      onInterfacesChanged();
    }
    if (!link.bareIp) {
      ethernetInput.onFrame(link, frame);
    } else if (frame.linearLength() > 0 && (frame.memory().get(frame.offset()) & 0xF0) != 0x40) {
      lane.drop(frame, DropReason.IP_VERSION);
    } else {
      input.onPacket(link, frame, false);
    }
  }

  @Override
  public void onInterfacesChanged() {
    interfaces.reconcile();
  }

  @Override
  public void flush() {
    loopback.drain(input);
    localErrors.drain(dispatch);
  }

  @Override
  public void send(PacketBuffer datagram) {
    output.send(datagram);
  }

  @Override
  public IpRoute route(int sourceIpv4, int destinationIpv4) {
    return output.route(sourceIpv4, destinationIpv4);
  }

  @Override
  public int routeRevision() {
    return routes.revision();
  }

  @Override
  public boolean isBroadcast(int ipv4) {
    return interfaces.isBroadcast(ipv4);
  }

  @Override
  public boolean isLocal(int ipv4) {
    return interfaces.isLocal(ipv4);
  }

  @Override
  public void confirmReachable(int destinationIpv4) {
    Route route = interfaces.isLocal(destinationIpv4) ? null : routes.lookup(destinationIpv4);
    if (route != null && !route.link().bareIp) {
      neighbours.confirm(route.link(), route.nextHop(destinationIpv4));
    }
  }

  @Override
  public void suspect(int destinationIpv4) {
    Route route = interfaces.isLocal(destinationIpv4) ? null : routes.lookup(destinationIpv4);
    if (route != null && !route.link().bareIp) {
      neighbours.suspect(route.link(), route.nextHop(destinationIpv4));
    }
  }

  @Override
  public List<AddressInfo> addresses() {
    return administration.addresses();
  }

  @Override
  public void addAddress(String interfaceName, IpPrefix address) {
    administration.addAddress(interfaceName, address);
  }

  @Override
  public void removeAddress(String interfaceName, IpPrefix address) {
    administration.removeAddress(interfaceName, address);
  }

  @Override
  public List<RouteInfo> routes() {
    return administration.routes();
  }

  @Override
  public void addRoute(
      IpPrefix destination,
      Optional<IpAddress> gateway,
      Optional<String> interfaceName,
      int metric) {
    administration.addRoute(destination, gateway, interfaceName, metric);
  }

  @Override
  public int removeRoute(IpPrefix destination, Optional<IpAddress> gateway) {
    return administration.removeRoute(destination, gateway);
  }

  @Override
  public Optional<RouteInfo> routeTo(IpAddress destination) {
    return administration.routeTo(destination);
  }

  @Override
  public List<NeighbourInfo> neighbours() {
    return administration.neighbours();
  }

  @Override
  public int flushNeighbours(Optional<String> interfaceName, Optional<IpAddress> address) {
    return administration.flushNeighbours(interfaceName, address);
  }

  @Override
  public boolean removeNeighbour(String interfaceName, IpAddress address) {
    return neighbours.remove(interfaces.byName(interfaceName), address.ipv4Bits());
  }

  @Override
  public void addNeighbour(String interfaceName, IpAddress address, MacAddress mac) {
    administration.addNeighbour(interfaceName, address, mac);
  }

  @Override
  public CompletableFuture<PingReply> ping(PingRequest request) {
    return pings.send(request);
  }

  @Override
  public CompletableFuture<ArpReply> arping(
      Optional<String> interfaceName, IpAddress target, long timeoutNanos) {
    return arpQuestions.send(interfaceName, target, timeoutNanos);
  }
}
