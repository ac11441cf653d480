package io.karavel.ip.internal;

import io.karavel.address.IpAddress;
import io.karavel.engine.Timer;
import io.karavel.ip.PingReply;
import io.karavel.ip.PingRequest;
import io.karavel.packet.PacketBuffer;
import io.karavel.wire.IcmpMessage;
import io.karavel.wire.Ipv4Header;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Echo requests of ours that wait for an answer, an error or their time-out. Lane's thread. */
final class Pings {
  private static final int MAXIMUM_PAYLOAD =
      Ipv4Header.MAXIMUM_TOTAL_LENGTH - Ipv4Header.MINIMUM_LENGTH - IcmpMessage.LENGTH;

  /** One request; the timer of its end. */
  final class Ping extends Timer {
    final PingRequest request;
    final CompletableFuture<PingReply> future;
    final long sentAtNanos;

    Ping(PingRequest request, CompletableFuture<PingReply> future, long sentAtNanos) {
      this.request = request;
      this.future = future;
      this.sentAtNanos = sentAtNanos;
    }

    @Override
    public String kind() {
      return "ping";
    }

    @Override
    public void onExpiry(long nowNanos) {
      finish(this, PingReply.TIMEOUT, IpAddress.ANY, 0, 0);
    }
  }

  private final IpLane lane;
  private final Map<Integer, Ping> waiting = new LinkedHashMap<>();
  private Interfaces interfaces;
  private Ipv4Output output;

  Pings(IpLane lane) {
    this.lane = lane;
  }

  /** Ties the knot: output comes to be later. */
  void attach(Interfaces ours, Ipv4Output way) {
    interfaces = ours;
    output = way;
  }

  /** See {@link io.karavel.ip.spi.IpControl#ping}. */
  CompletableFuture<PingReply> send(PingRequest request) {
    check(request);
    CompletableFuture<PingReply> future = new CompletableFuture<>();
    Ping ping = new Ping(request, future, lane.context.clock().nanoTime());
    waiting.put(key(request.identifier(), request.sequence()), ping);
    lane.timers.arm(ping, lane.now() + request.timeoutNanos());
    int length = IcmpMessage.LENGTH + request.payloadBytes();
    PacketBuffer message = lane.packets.allocate(length);
    ByteBuffer memory = message.memory();
    int at = message.append(length);
    IcmpMessage.write(memory, at, IcmpMessage.ECHO_REQUEST, 0, 0);
    IcmpMessage.identifier(memory, at, request.identifier());
    IcmpMessage.sequence(memory, at, request.sequence());
    for (int i = 0; i < request.payloadBytes(); i++) {
      memory.put(at + IcmpMessage.LENGTH + i, (byte) i);
    }
    IcmpMessage.updateChecksum(memory, at, length);
    message.checksumState(PacketBuffer.CHECKSUM_VERIFIED);
    message.destinationIpv4(request.destination().ipv4Bits());
    message.protocol(Ipv4Header.PROTOCOL_ICMP);
    message.timeToLive(request.timeToLive());
    message.dontFragment(request.dontFragment());
    lane.counters.icmpOutMsgs.increment();
    lane.counters.icmpOutEchos.increment();
    output.send(message);
    return future;
  }

  private void check(PingRequest request) {
    range("identifier", request.identifier(), 65_535);
    range("sequence", request.sequence(), 65_535);
    range("payload", request.payloadBytes(), MAXIMUM_PAYLOAD);
    range("TTL", request.timeToLive(), 255);
    if (request.timeoutNanos() <= 0) {
      throw new IllegalArgumentException("the time to wait is to be above 0");
    }
    if (request.destination().isAny()) {
      throw new IllegalArgumentException("0.0.0.0 is no destination: name a host");
    }
    if (waiting.containsKey(key(request.identifier(), request.sequence()))) {
      throw new IllegalArgumentException(
          "identifier "
              + request.identifier()
              + " and sequence "
              + request.sequence()
              + " wait for an answer already: take others");
    }
    if (waiting.size() >= lane.settings().pingsMaximum()) {
      throw new IllegalArgumentException(
          waiting.size() + " echo requests wait already, pingsMaximum of io.karavel.ip: wait");
    }
  }

  private static void range(String what, int value, int most) {
    if (value < 0 || value > most) {
      throw new IllegalArgumentException(
          what + " " + value + " is refused: the range is 0 to " + most);
    }
  }

  private static int key(int identifier, int sequence) {
    return identifier << 16 | sequence;
  }

  /** An echo reply whose linear part begins at its ICMP header; false if it is for nobody here. */
  boolean onReply(PacketBuffer reply) {
    ByteBuffer memory = reply.memory();
    int at = reply.offset();
    int key = key(IcmpMessage.identifier(memory, at), IcmpMessage.sequence(memory, at));
    Ping ping = waiting.get(key);
    if (ping == null) {
      return false;
    }
    int asked = ping.request.destination().ipv4Bits();
    boolean many = asked >>> 28 == 0xE || interfaces.isBroadcast(asked);
    if (reply.sourceIpv4() != asked && !many) {
      return false;
    }
    finish(
        ping,
        PingReply.REPLY,
        IpAddress.ipv4(reply.sourceIpv4()),
        reply.linearLength(),
        reply.timeToLive());
    return true;
  }

  /** An error about a request of ours; false if none such waits. */
  boolean onError(
      int from, int type, int code, int mtu, int destination, int identifier, int sequence) {
    Ping ping = waiting.get(key(identifier, sequence));
    if (ping == null || ping.request.destination().ipv4Bits() != destination) {
      return false;
    }
    finish(ping, words(type, code, mtu), IpAddress.ipv4(from), 0, 0);
    return true;
  }

  private static String words(int type, int code, int mtu) {
    return switch (type) {
      case IcmpMessage.TIME_EXCEEDED ->
          code == IcmpMessage.TTL_EXCEEDED
              ? "time to live exceeded"
              : "fragment reassembly time exceeded";
      case IcmpMessage.PARAMETER_PROBLEM -> "parameter problem";
      default ->
          switch (code) {
            case IcmpMessage.NET_UNREACHABLE -> "destination net unreachable";
            case IcmpMessage.HOST_UNREACHABLE -> "destination host unreachable";
            case IcmpMessage.PROTOCOL_UNREACHABLE -> "destination protocol unreachable";
            case IcmpMessage.PORT_UNREACHABLE -> "destination port unreachable";
            case IcmpMessage.FRAGMENTATION_NEEDED -> "fragmentation needed and DF set, mtu " + mtu;
            default -> "destination unreachable, code " + code;
          };
    };
  }

  private void finish(Ping ping, String outcome, IpAddress from, int bytes, int timeToLive) {
    lane.timers.cancel(ping);
    waiting.remove(key(ping.request.identifier(), ping.request.sequence()));
    ping.future.complete(
        new PingReply(
            outcome,
            from,
            ping.request.sequence(),
            bytes,
            timeToLive,
            lane.context.clock().nanoTime() - ping.sentAtNanos));
  }

  /** Those that wait, oldest first. */
  Collection<Ping> waiting() {
    return waiting.values();
  }

  /** Takes one over from a predecessor. */
  void restore(Ping ping, long deadlineNanos) {
    waiting.put(key(ping.request.identifier(), ping.request.sequence()), ping);
    lane.timers.arm(ping, deadlineNanos);
  }

  /** Disarms every timer without touching state: the module leaves. */
  void cancelTimers() {
    waiting.values().forEach(lane.timers::cancel);
  }

  /** Tells those who wait that nothing will come: the state dies with the module. */
  void dispose() {
    for (Ping ping : java.util.List.copyOf(waiting.values())) {
      finish(ping, "the ip module has gone", IpAddress.ANY, 0, 0);
    }
  }
}
