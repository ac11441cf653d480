package io.karavel.ip.internal;

import io.karavel.engine.Slot;
import io.karavel.ip.spi.TransportProtocol;
import io.karavel.wire.IcmpMessage;
import io.karavel.wire.Ipv4Header;

/** Gives errors about our datagrams, from the wire or our own, to whom they concern. */
final class ErrorDispatch implements LocalErrors.Sink {
  private final Transports transports;
  private final Pings pings;

  ErrorDispatch(Transports transports, Pings pings) {
    this.transports = transports;
    this.pings = pings;
  }

  @Override
  public void onError(
      int type, int code, int mtu, int source, int destination, int protocol, long quoted) {
    dispatch(source, type, code, mtu, source, destination, protocol, quoted);
  }

  /**
   * Gives one error on.
   *
   * @param from who says so; our own address if IP itself found it
   * @param quoted the first eight bytes of the transport header of the datagram in question
   * @return whether there was somebody to give it to
   */
  boolean dispatch(
      int from,
      int type,
      int code,
      int mtu,
      int source,
      int destination,
      int protocol,
      long quoted) {
    if (protocol == Ipv4Header.PROTOCOL_ICMP) {
      boolean request = (int) (quoted >>> 56) == IcmpMessage.ECHO_REQUEST;
      int identifier = (int) (quoted >>> 16) & 0xFFFF;
      int sequence = (int) quoted & 0xFFFF;
      return request && pings.onError(from, type, code, mtu, destination, identifier, sequence);
    }
    Slot<TransportProtocol> slot = transports.slot(protocol);
    TransportProtocol transport = slot == null ? null : slot.module();
    if (transport == null) {
      return false;
    }
    transport.onIcmpError(
        type,
        code,
        mtu,
        source,
        destination,
        (int) (quoted >>> 48) & 0xFFFF,
        (int) (quoted >>> 32) & 0xFFFF,
        (int) quoted);
    return true;
  }
}
