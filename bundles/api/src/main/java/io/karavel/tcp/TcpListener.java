package io.karavel.tcp;

import java.time.Duration;

/** A listening port. Any thread. */
public interface TcpListener extends TcpEndpoint {
  /**
   * Starts to listen; the listener must be bound. Calling it again changes the backlog.
   *
   * @param backlog connections that may wait to be accepted, 1 or more; bounded by {@code
   *     maxAcceptBacklog}
   */
  void listen(int backlog) throws TcpException;

  /** The backlog asked for; 0 while not listening. */
  int backlog();

  /**
   * Takes the oldest connection that waits.
   *
   * @return null if none waits
   * @throws TcpException CLOSED, or NOT_CONNECTED if it does not listen
   */
  TcpSocket accept() throws TcpException;

  /** Connections that wait to be accepted. */
  int acceptQueue();

  /** Waits until a connection can be accepted; false at the time-out. */
  boolean awaitAcceptable(Duration timeout) throws TcpException;

  /** Has an acceptor called on the lane for each connection, those that wait included. */
  void acceptor(TcpAcceptor acceptor);

  /** The acceptor, or null. */
  TcpAcceptor acceptor();

  /** Like {@link TcpSocket#readyListener}: told when a connection may wait. */
  void readyListener(Runnable listener);

  /** Stops listening: embryos and connections not accepted get RST; accepted ones live on. */
  @Override
  void close();
}
