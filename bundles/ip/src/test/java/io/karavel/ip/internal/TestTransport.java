package io.karavel.ip.internal;

import io.karavel.ip.spi.TransportProtocol;
import io.karavel.packet.PacketBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** A transport that remembers what it was given. */
final class TestTransport implements TransportProtocol {
  /** An ICMP error as it was told. */
  record ToldError(
      int type, int code, int mtu, int source, int destination, int from, int to, int sequence) {}

  final Queue<PacketBuffer> datagrams = new ArrayDeque<>();
  final List<ToldError> errors = new ArrayList<>();
  boolean discard;

  @Override
  public void onDatagram(PacketBuffer datagram) {
    if (discard) {
      datagram.release();
    } else {
      datagrams.add(datagram);
    }
  }

  @Override
  public void onIcmpError(
      int type,
      int code,
      int mtu,
      int sourceIpv4,
      int destinationIpv4,
      int sourcePort,
      int destinationPort,
      int sequence) {
    errors.add(
        new ToldError(
            type, code, mtu, sourceIpv4, destinationIpv4, sourcePort, destinationPort, sequence));
  }
}
