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

  /**
   * The next sequence number expected from a connection's peer (RCV.NXT), if it is ESTABLISHED and
   * nothing has arrived beyond it. Costs next to nothing.
   *
   * @return 0 to 2^32 - 1, or -1
   */
  default long receiveNext(long id) {
    return -1;
  }

  /**
   * The sequence number of the first byte in a connection's send ring, the oldest one that the peer
   * has not acknowledged (SND.UNA), if it is ESTABLISHED. Costs next to nothing.
   *
   * @return 0 to 2^32 - 1, or -1
   */
  default long sendUnacknowledged(long id) {
    return -1;
  }
}
