package io.karavel.ip.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.engine.DropReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.SettingsException;
import io.karavel.ip.InterfaceSettings;
import io.karavel.ip.IpSettings;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.nic.NetworkDevice;
import io.karavel.packet.PacketBuffer;
import io.karavel.wire.ArpPacket;
import io.karavel.wire.EthernetHeader;
import io.karavel.wire.IcmpMessage;
import io.karavel.wire.Ipv4Header;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * An IP module on a lane without threads, with Ethernet interface eth0 (10.0.0.1/24, gateway
 * 10.0.0.254) on device d0. The peer 10.0.0.2 is whatever the test makes of it.
 */
final class IpFixture {
  static final long OUR_MAC = 0x0200_0000_0001L;
  static final long PEER_MAC = 0x0200_0000_0002L;
  static final int US = ip("10.0.0.1");
  static final int PEER = ip("10.0.0.2");
  static final int GATEWAY = ip("10.0.0.254");

  final TestLane lane = new TestLane();
  final TestDevice device = new TestDevice(DeviceCapabilities.plain(false, 1500));
  final TestTransport tcp = new TestTransport();
  final Map<String, Object> settings = new HashMap<>();
  final IpModuleFactory factory;
  Ipv4Layer ip;

  /** Conflict detection is off, so that the tests of other things see no ARP of its own. */
  IpFixture() {
    this(Map.of("conflictDetection", "off", "arpAnnounceCount", 0));
  }

  IpFixture(Map<String, ?> raw) {
    settings.putAll(raw);
    factory = new IpModuleFactory(parse(settings));
    slot("nic:d0").module = device;
    lane.<TestTransport>testSlot("tcp").module = tcp;
    configure("eth0", Map.of("device", "d0", "addresses", "10.0.0.1/24", "gateway", "10.0.0.254"));
    open(Handover.empty("ip"));
  }

  static IpSettings parse(Map<String, ?> raw) {
    try {
      return IpSettings.parse(raw);
    } catch (SettingsException e) {
      throw new AssertionError(e);
    }
  }

  static int ip(String text) {
    return IpAddress.parse(text).ipv4Bits();
  }

  static long millis(long value) {
    return TimeUnit.MILLISECONDS.toNanos(value);
  }

  TestLane.TestSlot<NetworkDevice> slot(String name) {
    return lane.testSlot(name);
  }

  /** Changes one key of the PID, live. */
  void set(String key, Object value) {
    settings.put(key, value);
    factory.settings(parse(settings));
    lane.runPosted();
  }

  /** Adds or changes an interface; MAC is ours unless given. Tell it with interfacesChanged. */
  void configure(String name, Map<String, ?> raw) {
    Map<String, Object> all = new LinkedHashMap<>(raw);
    all.putIfAbsent("mac", "02:00:00:00:00:01");
    try {
      lane.table.put(InterfaceSettings.parse(name, all));
    } catch (SettingsException e) {
      throw new AssertionError(e);
    }
  }

  /** Makes a new module and opens it with the state given. */
  void open(Handover kept) {
    ip = (Ipv4Layer) factory.create(lane);
    try {
      ip.open(kept);
    } catch (HandoverException e) {
      throw new AssertionError(e);
    }
    settle();
  }

  /** Runs the ends of bursts until nothing is left over. */
  void settle() {
    do {
      lane.again = false;
      ip.flush();
    } while (lane.again);
  }

  void advance(long nanos) {
    lane.advanceTo(lane.now + nanos, this::settle);
    settle();
  }

  /** Gives a frame, or a bare packet, to the module as if interface 1 had received it. */
  void receive(byte[] bytes) {
    receive(bytes, 1);
  }

  void receive(byte[] bytes, int interfaceIndex) {
    PacketBuffer frame = lane.packets.allocate(bytes.length);
    frame.memory().put(frame.append(bytes.length), bytes);
    frame.interfaceIndex(interfaceIndex);
    frame.timestampNanos(lane.now);
    ip.onFrame(frame);
    settle();
  }

  /** Teaches the module the peer's MAC address by a request of the peer, and forgets the answer. */
  void meetPeer() {
    receive(arp(ArpPacket.REQUEST, PEER_MAC, PEER, 0, US));
    assertThat(sent()).isNotNull();
  }

  /** What was sent next, or null. The buffer is released. */
  byte[] sent() {
    PacketBuffer frame = device.sent.poll();
    if (frame == null) {
      return null;
    }
    byte[] bytes = bytes(frame);
    frame.release();
    return bytes;
  }

  void expectNothingSent() {
    assertThat(device.sent).isEmpty();
  }

  static byte[] bytes(PacketBuffer packet) {
    byte[] bytes = new byte[packet.length()];
    packet.copyTo(0, ByteBuffer.wrap(bytes), 0, bytes.length);
    return bytes;
  }

  long dropped(DropReason reason) {
    return lane.drops.dropped(reason);
  }

  long count(String counter) {
    return lane.counters.counter(counter).value();
  }

  /** Nothing that was allocated is still held by anybody. */
  void expectNoLeak() {
    assertThat(lane.packets.outstanding()).isZero();
  }

  /** Releases what was sent and then expects that nothing is held. */
  void expectNoLeakAfterSent() {
    while (sent() != null) {}
    expectNoLeak();
  }

  /** Lets probing and announcing end and forgets the frames, of which there are at least some. */
  void expectNothingLeftOf(int atLeast) {
    advance(millis(30_000));
    assertThat(device.sent).hasSizeGreaterThanOrEqualTo(atLeast);
    expectNoLeakAfterSent();
  }

  // ---- what stations on the link send -----------------------------------------------------

  static byte[] ethernet(long destination, long source, int type, byte[] payload) {
    ByteBuffer frame = ByteBuffer.allocate(EthernetHeader.LENGTH + payload.length);
    EthernetHeader.write(frame, 0, destination, source, type);
    frame.put(EthernetHeader.LENGTH, payload);
    return frame.array();
  }

  static byte[] arp(int operation, long senderMac, int sender, long targetMac, int target) {
    ByteBuffer packet = ByteBuffer.allocate(ArpPacket.LENGTH);
    ArpPacket.write(packet, 0, operation, senderMac, sender, targetMac, target);
    long destination = operation == ArpPacket.REPLY ? OUR_MAC : EthernetHeader.BROADCAST;
    return ethernet(destination, senderMac, EthernetHeader.TYPE_ARP, packet.array());
  }

  static byte[] ipv4(int source, int destination, int protocol, byte[] payload) {
    return fragment(source, destination, protocol, 77, Ipv4Header.DONT_FRAGMENT, payload);
  }

  static byte[] fragment(
      int source, int destination, int protocol, int id, int flags, byte[] payload) {
    ByteBuffer packet = ByteBuffer.allocate(20 + payload.length);
    Ipv4Header.write(
        packet, 0, 0, 20 + payload.length, id, flags, 64, protocol, source, destination);
    packet.put(20, payload);
    return packet.array();
  }

  /** An IPv4 packet of the peer in a frame to us. */
  static byte[] fromPeer(byte[] packet) {
    return ethernet(OUR_MAC, PEER_MAC, EthernetHeader.TYPE_IPV4, packet);
  }

  static byte[] icmp(int type, int code, int rest, byte[] payload) {
    ByteBuffer message = ByteBuffer.allocate(8 + payload.length);
    IcmpMessage.write(message, 0, type, code, rest);
    message.put(8, payload);
    IcmpMessage.updateChecksum(message, 0, 8 + payload.length);
    return message.array();
  }

  static byte[] pattern(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 + (i >> 8));
    }
    return bytes;
  }

  /** A datagram handed down by a transport. */
  PacketBuffer datagram(int source, int destination, int protocol, byte[] payload) {
    PacketBuffer datagram = lane.packets.allocate(payload.length);
    datagram.memory().put(datagram.append(payload.length), payload);
    datagram.sourceIpv4(source);
    datagram.destinationIpv4(destination);
    datagram.protocol(protocol);
    datagram.checksumState(PacketBuffer.CHECKSUM_VERIFIED);
    return datagram;
  }

  void send(PacketBuffer datagram) {
    ip.send(datagram);
    settle();
  }

  static byte[] tail(byte[] bytes, int from) {
    return java.util.Arrays.copyOfRange(bytes, from, bytes.length);
  }
}
