package io.karavel.scripts.attacks;

import io.karavel.address.IpAddress;
import io.karavel.testkit.PacketBuilder;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import io.karavel.wire.TcpHeader;
import java.util.ArrayList;
import java.util.List;

/**
 * Many hosts that know TCP well enough to do harm: raw segments from invented addresses to a
 * service of a stack, and nothing remembered but the sequence numbers of what was answered.
 */
final class Attacker {
  static final int ACK = TcpHeader.ACK;

  private final StackHarness victim;
  private final int port;
  private final int firstAddress;

  /** Hosts with addresses from one on. */
  Attacker(StackHarness victim, int port, String firstAddress) {
    this.victim = victim;
    this.port = port;
    this.firstAddress = IpAddress.parse(firstAddress).ipv4Bits();
  }

  private PacketBuilder segment(int host) {
    return new PacketBuilder()
        .from(IpAddress.ipv4(firstAddress + host), 1024 + host % 60000)
        .to(StackHarness.LOCAL, port);
  }

  byte[] syn(int host) {
    return segment(host).flags(TcpHeader.SYN).sequence(host).tcp();
  }

  byte[] ack(int host, WirePacket synAck, int window) {
    return segment(host)
        .flags(ACK)
        .sequence(host + 1)
        .acknowledgment(synAck.sequenceNumber() + 1)
        .window(window)
        .tcp();
  }

  /** An acknowledgment of everything in a segment. */
  byte[] answer(int host, WirePacket segment, int flags, int window) {
    int length = segment.payloadLength() + (segment.has(TcpHeader.FIN) ? 1 : 0);
    return segment(host)
        .flags(flags)
        .sequence(host + 1)
        .acknowledgment(segment.sequenceNumber() + length)
        .window(window)
        .tcp();
  }

  /** A closed window, and nothing of the segment taken. */
  byte[] refuse(int host, WirePacket segment) {
    return segment(host)
        .flags(ACK)
        .sequence(host + 1)
        .acknowledgment(segment.sequenceNumber())
        .window(0)
        .tcp();
  }

  /** Each of some hosts opens a connection and offers a window. */
  void open(int hosts, int window) {
    for (int host = 0; host < hosts; host++) {
      victim.output();
      victim.deliver(syn(host));
      List<WirePacket> answers = victim.output();
      victim.deliver(ack(host, answers.get(0), window));
    }
    victim.output();
  }

  /** The number of the host that a packet goes to. */
  int hostOf(WirePacket packet) {
    return packet.destination().ipv4Bits() - firstAddress;
  }

  /** SYNs of hosts from one number to another, without the last. */
  List<byte[]> syns(int from, int to) {
    List<byte[]> syns = new ArrayList<>(to - from);
    for (int host = from; host < to; host++) {
      syns.add(syn(host));
    }
    return syns;
  }

  /** Bytes of heap in use, garbage not counted. */
  static long heapBytes() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}
