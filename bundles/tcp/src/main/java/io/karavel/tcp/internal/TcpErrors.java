package io.karavel.tcp.internal;

import io.karavel.tcp.TcpError;
import io.karavel.wire.IcmpMessage;

/**
 * ICMP errors about segments of ours (RFC 1122 §4.2.3.9, RFC 5461, RFC 5927). What they mean is
 * decided here; whether they are to be believed, by the connection, which knows what is in flight.
 */
final class TcpErrors {
  private static final int NET_UNKNOWN = 6;
  private static final int NET_PROHIBITED = 9;
  private static final int NET_UNREACHABLE_FOR_SERVICE = 11;
  private static final int HEADER_BYTES = 40;

  /** What a router that does not say its MTU is taken to carry (RFC 1191 §5). */
  private static final int UNKNOWN_MTU = 576;

  private final TcpLane lane;
  private final Flows flows;
  private final TcpFlusher flusher;

  TcpErrors(TcpLane lane, Flows flows, TcpFlusher flusher) {
    this.lane = lane;
    this.flows = flows;
    this.flusher = flusher;
  }

  /** See {@link io.karavel.ip.spi.TransportProtocol#onIcmpError}. */
  void onIcmpError(
      int type,
      int code,
      int mtu,
      int localIpv4,
      int remoteIpv4,
      int localPort,
      int remotePort,
      int sequence) {
    Flow flow = flows.table().find(localIpv4, localPort, remoteIpv4, remotePort);
    if (!(flow instanceof Connection connection)) {
      // An embryo goes on repeating its SYN-ACK, a TIME-WAIT record has nothing to lose.
      lane.connections.counters().outOfWindowIcmps.increment();
      return;
    }
    lane.serve(connection);
    if (type == IcmpMessage.UNREACHABLE && code == IcmpMessage.FRAGMENTATION_NEEDED) {
      int carried = mtu == 0 ? UNKNOWN_MTU : mtu;
      connection.core().onPathMtu(carried - HEADER_BYTES, sequence, lane.nowNanos());
    } else {
      boolean hard =
          type == IcmpMessage.UNREACHABLE
              && (code == IcmpMessage.PROTOCOL_UNREACHABLE || code == IcmpMessage.PORT_UNREACHABLE);
      connection.core().onIcmpError(meaning(type, code), hard, sequence, lane.nowNanos());
    }
    flusher.apply(connection);
    lane.current = null;
    flusher.owe(connection);
  }

  private static TcpError meaning(int type, int code) {
    if (type != IcmpMessage.UNREACHABLE) {
      return TcpError.HOST_UNREACHABLE;
    }
    return switch (code) {
      case IcmpMessage.NET_UNREACHABLE, NET_UNKNOWN, NET_PROHIBITED, NET_UNREACHABLE_FOR_SERVICE ->
          TcpError.NETWORK_UNREACHABLE;
      case IcmpMessage.PROTOCOL_UNREACHABLE -> TcpError.PROTOCOL_UNREACHABLE;
      case IcmpMessage.PORT_UNREACHABLE -> TcpError.CONNECTION_REFUSED;
      default -> TcpError.HOST_UNREACHABLE;
    };
  }
}
