package io.karavel.tcp.spi;

import io.karavel.engine.Module;
import io.karavel.ip.spi.TransportProtocol;
import io.karavel.packet.PacketBuffer;

/** The module of slot {@code "tcp"}. Lane's thread. */
public interface TcpModule extends Module, TransportProtocol, TcpControl {
  /** The slot. */
  String SLOT = "tcp";

  /** An endpoint has wishes: take them with {@link StackEndpoint#takeWishes()} and act. */
  void onAttention(StackEndpoint endpoint);

  /** What waited going up. */
  @Override
  default void onParked(PacketBuffer buffer) {
    onDatagram(buffer);
  }
}
