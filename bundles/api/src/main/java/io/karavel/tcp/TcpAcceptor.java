package io.karavel.tcp;

/** Takes accepted connections on the lane; see {@link TcpHandler} for what it may do. */
@FunctionalInterface
public interface TcpAcceptor {
  /** A connection was accepted; the handler returned serves it. */
  TcpHandler onAccept(TcpSocket socket) throws Exception;
}
