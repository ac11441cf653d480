package io.karavel.tcp;

/**
 * Application code that runs on the lane, for services that want no thread of their own. It must
 * not block and must be quick. An exception from it aborts its connection and no other. Its class
 * must be let go when its bundle goes: {@link TcpService#detach}.
 */
public interface TcpHandler {
  /**
   * Something changed: bytes can be read, space to write came free, the peer closed, the connection
   * opened. Do what can be done without blocking: read until 0 or -1, write until 0.
   */
  void onReady(TcpSocket socket) throws Exception;

  /**
   * The connection is over: closed in order, or failed.
   *
   * @param cause what failed, or null
   */
  default void onClosed(TcpSocket socket, TcpException cause) {}
}
