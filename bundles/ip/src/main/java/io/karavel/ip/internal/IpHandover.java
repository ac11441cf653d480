package io.karavel.ip.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpPrefix;
import io.karavel.address.MacAddress;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.StateVersions;
import io.karavel.engine.Timer;
import io.karavel.engine.UnknownFields;
import io.karavel.ip.InterfaceSettings;
import io.karavel.ip.PingReply;
import io.karavel.ip.PingRequest;
import io.karavel.ip.spi.IpModule;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketQueue;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The kept state of IP: interfaces with the addresses and how far each has been probed, static
 * routes, neighbours with the packets that wait for them, datagrams in reassembly, echo requests,
 * the counters of identifications. Times are absolute on the lane's clock. Packets and futures go
 * by reference; where they did not come along (state read from disk) what needs them is left out.
 * Errors not yet told (one turn's) are the only thing that is not kept. Fields of tags unknown to
 * this version are kept and written again.
 */
final class IpHandover {
  static final StateVersions VERSIONS = new StateVersions(1, 1);

  private static final int INTERFACE = 10;
  private static final int STATIC_ROUTE = 20;
  private static final int NEIGHBOUR = 30;
  private static final int DATAGRAM = 40;
  private static final int PING = 50;
  private static final int LOOPBACK = 60;
  private static final int IDENTIFICATIONS = 70;

  /** Reads the fields inside one field. */
  private interface FieldReader {
    void read(HandoverReader in) throws HandoverException;
  }

  private final IpLane lane;
  private final Ipv4Layer layer;
  private final AddressConflicts conflicts;
  private final UnknownFields unknown = new UnknownFields();

  /** The interfaces by the index they had with the predecessor. */
  private final Map<Integer, LinkInterface> formerly = new HashMap<>();

  IpHandover(IpLane lane, Ipv4Layer layer, AddressConflicts conflicts) {
    this.lane = lane;
    this.layer = layer;
    this.conflicts = conflicts;
  }

  Handover export() {
    HandoverWriter out = new HandoverWriter(IpModule.SLOT, VERSIONS.writes());
    for (LinkInterface link : layer.interfaces.links()) {
      writeInterface(out, link);
    }
    for (Route route : layer.routes.statics()) {
      out.begin(STATIC_ROUTE)
          .putInt(1, route.destination())
          .putInt(2, route.length())
          .putInt(3, route.gateway())
          .putInt(4, route.link().index)
          .putInt(5, route.metric())
          .end();
    }
    for (Neighbour n : layer.neighbours.all()) {
      writeNeighbour(out, n);
    }
    for (Reassembly.Datagram datagram : layer.reassembly.datagrams()) {
      writeDatagram(out, datagram);
    }
    for (Pings.Ping ping : layer.pings.waiting()) {
      writePing(out, ping);
    }
    if (!layer.loopback.isEmpty()) {
      out.putAttachment(LOOPBACK, layer.loopback.packets());
    }
    out.putBytes(IDENTIFICATIONS, layer.output.identifications().export());
    unknown.export(out);
    return out.finish();
  }

  /** Takes over a predecessor's state; {@link Interfaces#reconcile} is to follow. */
  void open(Handover kept) throws HandoverException {
    if (kept.isEmpty()) {
      return;
    }
    if (!VERSIONS.reads(kept.version())) {
      throw new HandoverException(
          "slot ip: kept state has version "
              + kept.version()
              + ", this module reads "
              + VERSIONS.readable());
    }
    HandoverReader in = kept.reader();
    while (in.next()) {
      switch (in.tag()) {
        case INTERFACE -> readInterface(in.nested());
        case STATIC_ROUTE -> readRoute(in.nested());
        case NEIGHBOUR -> readNeighbour(kept, in.nested());
        case DATAGRAM -> readDatagram(kept, in.nested());
        case PING -> readPing(kept, in.nested());
        case LOOPBACK -> {
          if (hasAttachments(kept)) {
            layer.adoptLoopback(in.attachment(kept, PacketQueue.class));
          }
        }
        case IDENTIFICATIONS -> layer.output.identifications().restore(in.bytes());
        default -> unknown.add(in);
      }
    }
    formerly.clear();
  }

  private static boolean hasAttachments(Handover kept) {
    return !kept.attachments().isEmpty();
  }

  private static void each(HandoverReader in, FieldReader reader) throws HandoverException {
    while (in.next()) {
      reader.read(in);
    }
  }

  private static void writeInterface(HandoverWriter out, LinkInterface link) {
    InterfaceSettings settings = link.settings;
    out.begin(INTERFACE)
        .putInt(1, link.index)
        .putText(2, settings.name())
        .putText(3, settings.device())
        .putLong(4, settings.mac().bits())
        .putInt(5, settings.mtu())
        .putBoolean(6, settings.enabled());
    settings.gateway().ifPresent(gateway -> out.putInt(7, gateway.ipv4Bits()));
    for (IpPrefix prefix : settings.addresses()) {
      out.begin(8).putInt(1, prefix.address().ipv4Bits()).putInt(2, prefix.length()).end();
    }
    out.putBoolean(9, link.deviceKnown).putBoolean(10, link.bareIp).putInt(11, link.deviceMtu);
    for (LocalAddress address : link.addresses) {
      out.begin(12)
          .putInt(1, address.value)
          .putInt(2, address.length)
          .putText(3, address.origin)
          .putText(4, address.state.name())
          .putBoolean(5, address.optimistic)
          .putInt(6, address.sent)
          .putBoolean(7, address.defended)
          .putLong(8, address.defendedAtNanos)
          .putLong(9, address.deadlineNanos())
          .end();
    }
    out.end();
  }

  /** The fields of an interface as they are read. */
  private static final class InterfaceFields {
    int index;
    String name = "";
    String device = "";
    long mac;
    int mtu;
    boolean enabled;
    Optional<IpAddress> gateway = Optional.empty();
    final List<IpPrefix> configured = new ArrayList<>();
    boolean deviceKnown;
    boolean bareIp;
    int deviceMtu;
    final List<HandoverReader> addresses = new ArrayList<>();
  }

  private void readInterface(HandoverReader in) throws HandoverException {
    InterfaceFields f = new InterfaceFields();
    each(
        in,
        field -> {
          switch (field.tag()) {
            case 1 -> f.index = field.intValue();
            case 2 -> f.name = field.textValue();
            case 3 -> f.device = field.textValue();
            case 4 -> f.mac = field.longValue();
            case 5 -> f.mtu = field.intValue();
            case 6 -> f.enabled = field.booleanValue();
            case 7 -> f.gateway = Optional.of(IpAddress.ipv4(field.intValue()));
            case 8 -> f.configured.add(readPrefix(field.nested()));
            case 9 -> f.deviceKnown = field.booleanValue();
            case 10 -> f.bareIp = field.booleanValue();
            case 11 -> f.deviceMtu = field.intValue();
            case 12 -> f.addresses.add(field.nested());
            default -> {}
          }
        });
    if (f.index < 1 || formerly.containsKey(f.index)) {
      throw new HandoverException("slot ip: interface '" + f.name + "' has index " + f.index);
    }
    InterfaceSettings settings =
        new InterfaceSettings(
            f.name,
            lane.context.stack(),
            f.device,
            List.copyOf(f.configured),
            f.gateway,
            MacAddress.of(f.mac),
            f.mtu,
            f.enabled);
    LinkInterface link = layer.interfaces.restore(f.index, settings);
    formerly.put(f.index, link);
    link.deviceKnown = f.deviceKnown;
    link.bareIp = f.bareIp;
    link.deviceMtu = f.deviceMtu;
    link.refresh();
    for (HandoverReader address : f.addresses) {
      link.addresses.add(readAddress(link, address));
    }
  }

  private static IpPrefix readPrefix(HandoverReader in) throws HandoverException {
    int[] f = {0, -1};
    each(
        in,
        field -> {
          switch (field.tag()) {
            case 1 -> f[0] = field.intValue();
            case 2 -> f[1] = field.intValue();
            default -> {}
          }
        });
    return new IpPrefix(IpAddress.ipv4(f[0]), length(f[1]));
  }

  private static int length(int value) throws HandoverException {
    if (value < 0 || value > 32) {
      throw new HandoverException("slot ip: prefix length " + value);
    }
    return value;
  }

  /** The fields of an address as they are read. */
  private static final class AddressFields {
    int value;
    int length = -1;
    String origin = LocalAddress.CONFIGURED;
    String state = "";
    boolean optimistic;
    int sent;
    boolean defended;
    long defendedAt;
    long deadline = Timer.NOT_ARMED;
  }

  private LocalAddress readAddress(LinkInterface link, HandoverReader in) throws HandoverException {
    AddressFields f = new AddressFields();
    each(
        in,
        field -> {
          switch (field.tag()) {
            case 1 -> f.value = field.intValue();
            case 2 -> f.length = field.intValue();
            case 3 -> f.origin = field.textValue();
            case 4 -> f.state = field.textValue();
            case 5 -> f.optimistic = field.booleanValue();
            case 6 -> f.sent = field.intValue();
            case 7 -> f.defended = field.booleanValue();
            case 8 -> f.defendedAt = field.longValue();
            case 9 -> f.deadline = field.longValue();
            default -> {}
          }
        });
    LocalAddress address = new LocalAddress(link, f.value, length(f.length), f.origin, conflicts);
    address.state = word(LocalAddress.State.class, f.state);
    address.optimistic = f.optimistic;
    address.sent = f.sent;
    address.defended = f.defended;
    address.defendedAtNanos = f.defendedAt;
    arm(address, f.deadline);
    return address;
  }

  private void arm(Timer timer, long deadline) {
    if (deadline != Timer.NOT_ARMED) {
      lane.timers.arm(timer, deadline);
    }
  }

  private static <E extends Enum<E>> E word(Class<E> type, String name) throws HandoverException {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(name)) {
        return constant;
      }
    }
    throw new HandoverException("slot ip: there is no state '" + name + "'");
  }

  private void readRoute(HandoverReader in) throws HandoverException {
    int[] f = new int[6];
    each(
        in,
        field -> {
          if (field.tag() < f.length) {
            f[field.tag()] = field.intValue();
          }
        });
    LinkInterface link = formerly.get(f[4]);
    if (link == null) {
      throw new HandoverException("slot ip: a route leads to interface " + f[4]);
    }
    layer.routes.restore(new Route(f[1], length(f[2]), f[3], link, 0, f[5], Route.STATIC));
  }

  private static void writeNeighbour(HandoverWriter out, Neighbour n) {
    out.begin(NEIGHBOUR)
        .putInt(1, n.link.index)
        .putInt(2, n.address)
        .putLong(3, n.mac)
        .putText(4, n.state.name())
        .putInt(5, n.probes)
        .putLong(6, n.confirmedAtNanos)
        .putLong(7, n.usedAtNanos)
        .putLong(8, n.reachableNanos)
        .putLong(9, n.deadlineNanos());
    if (!n.queue.isEmpty()) {
      out.putAttachment(10, n.queue);
    }
    out.end();
  }

  /** The fields of a neighbour as they are read. */
  private static final class NeighbourFields {
    int index;
    int address;
    long mac;
    String state = "";
    int probes;
    long confirmedAt;
    long usedAt;
    long reachable;
    long deadline = Timer.NOT_ARMED;
    PacketQueue queue = new PacketQueue();
  }

  private void readNeighbour(Handover kept, HandoverReader in) throws HandoverException {
    NeighbourFields f = new NeighbourFields();
    each(
        in,
        field -> {
          switch (field.tag()) {
            case 1 -> f.index = field.intValue();
            case 2 -> f.address = field.intValue();
            case 3 -> f.mac = field.longValue();
            case 4 -> f.state = field.textValue();
            case 5 -> f.probes = field.intValue();
            case 6 -> f.confirmedAt = field.longValue();
            case 7 -> f.usedAt = field.longValue();
            case 8 -> f.reachable = field.longValue();
            case 9 -> f.deadline = field.longValue();
            case 10 -> {
              if (hasAttachments(kept)) {
                f.queue = field.attachment(kept, PacketQueue.class);
              }
            }
            default -> {}
          }
        });
    LinkInterface link = formerly.get(f.index);
    if (link == null) {
      throw new HandoverException("slot ip: a neighbour is on interface " + f.index);
    }
    Neighbour n = layer.neighbours.restore(link, f.address, f.queue);
    if (n == null) {
      f.queue.clear(); // the limit was lowered below the number of permanent entries
      return;
    }
    n.mac = f.mac;
    n.state = word(Neighbour.State.class, f.state);
    n.probes = f.probes;
    n.confirmedAtNanos = f.confirmedAt;
    n.usedAtNanos = f.usedAt;
    n.reachableNanos = f.reachable;
    arm(n, f.deadline);
  }

  private static void writeDatagram(HandoverWriter out, Reassembly.Datagram datagram) {
    ByteBuffer present = ByteBuffer.allocate(datagram.present.length * Long.BYTES);
    present.asLongBuffer().put(datagram.present);
    out.begin(DATAGRAM)
        .putInt(1, datagram.key.source())
        .putInt(2, datagram.key.destination())
        .putInt(3, datagram.key.protocol())
        .putInt(4, datagram.key.identification())
        .putInt(5, datagram.blocks)
        .putInt(6, datagram.totalBytes)
        .putInt(7, datagram.highestEnd)
        .putInt(8, datagram.headerBytes)
        .putInt(9, datagram.firstBytes)
        .putInt(10, datagram.fragments)
        .putInt(11, datagram.ecnSeen)
        .putBytes(12, present.array())
        .putLong(13, datagram.deadlineNanos())
        .putAttachment(14, datagram.buffer)
        .end();
  }

  private void readDatagram(Handover kept, HandoverReader in) throws HandoverException {
    if (!hasAttachments(kept)) {
      return;
    }
    int[] f = new int[12];
    byte[][] present = {new byte[0]};
    long[] deadline = {0};
    PacketBuffer[] buffer = {null};
    each(
        in,
        field -> {
          switch (field.tag()) {
            case 12 -> present[0] = field.bytes();
            case 13 -> deadline[0] = field.longValue();
            case 14 -> buffer[0] = field.attachment(kept, PacketBuffer.class);
            default -> {
              if (field.tag() < f.length) {
                f[field.tag()] = field.intValue();
              }
            }
          }
        });
    Reassembly.Key key = new Reassembly.Key(f[1], f[2], f[3], f[4]);
    Reassembly.Datagram datagram = layer.reassembly.new Datagram(key, buffer[0]);
    if (buffer[0] == null || present[0].length != datagram.present.length * Long.BYTES) {
      throw new HandoverException("slot ip: a datagram in reassembly is incomplete");
    }
    ByteBuffer.wrap(present[0]).asLongBuffer().get(datagram.present);
    datagram.blocks = f[5];
    datagram.totalBytes = f[6];
    datagram.highestEnd = f[7];
    datagram.headerBytes = f[8];
    datagram.firstBytes = f[9];
    datagram.fragments = f[10];
    datagram.ecnSeen = f[11];
    layer.reassembly.restore(datagram, deadline[0]);
  }

  private static void writePing(HandoverWriter out, Pings.Ping ping) {
    PingRequest request = ping.request;
    out.begin(PING)
        .putInt(1, request.destination().ipv4Bits())
        .putInt(2, request.identifier())
        .putInt(3, request.sequence())
        .putInt(4, request.payloadBytes())
        .putInt(5, request.timeToLive())
        .putBoolean(6, request.dontFragment())
        .putLong(7, request.timeoutNanos())
        .putLong(8, ping.sentAtNanos)
        .putLong(9, ping.deadlineNanos())
        .putAttachment(10, ping.future)
        .end();
  }

  private void readPing(Handover kept, HandoverReader in) throws HandoverException {
    if (!hasAttachments(kept)) {
      return;
    }
    int[] f = new int[6];
    long[] l = new long[10];
    boolean[] dontFragment = {false};
    List<CompletableFuture<PingReply>> future = new ArrayList<>();
    each(
        in,
        field -> {
          switch (field.tag()) {
            case 6 -> dontFragment[0] = field.booleanValue();
            case 7, 8, 9 -> l[field.tag()] = field.longValue();
            case 10 -> future.add(pingFuture(field.attachment(kept, CompletableFuture.class)));
            default -> {
              if (field.tag() < f.length) {
                f[field.tag()] = field.intValue();
              }
            }
          }
        });
    if (future.isEmpty()) {
      throw new HandoverException("slot ip: an echo request has nobody who waits for it");
    }
    PingRequest request =
        new PingRequest(IpAddress.ipv4(f[1]), f[2], f[3], f[4], f[5], dontFragment[0], l[7]);
    layer.pings.restore(layer.pings.new Ping(request, future.get(0), l[8]), l[9]);
  }

  @SuppressWarnings("unchecked") // only futures of pings are written under this tag
  private static CompletableFuture<PingReply> pingFuture(Object attachment) {
    return (CompletableFuture<PingReply>) attachment;
  }
}
