package io.karavel.tcp;

import io.karavel.address.IpEndpoint;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * TCP of one stack; an OSGi service with property {@value #STACK}. It lasts while TCP modules come
 * and go: what is asked of it meanwhile waits. Any thread.
 */
public interface TcpService {
  /** Service property: name of the stack. */
  String STACK = "stack";

  /** Name of the stack. */
  String stack();

  /** A new socket, neither bound nor connected. */
  TcpSocket socket();

  /** A new listener, not bound. */
  TcpListener listener();

  /** A new socket that connects to {@code remote}; see {@link TcpSocket#awaitConnected}. */
  default TcpSocket connect(IpEndpoint remote) throws TcpException {
    TcpSocket socket = socket();
    socket.connect(remote);
    return socket;
  }

  /** A new listener at {@code local} with reuse-address. */
  default TcpListener listen(IpEndpoint local, int backlog) throws TcpException {
    TcpListener listener = listener();
    try {
      listener.option(TcpOption.REUSE_ADDRESS, true);
      listener.bind(local);
      listener.listen(backlog);
      return listener;
    } catch (TcpException e) {
      listener.close();
      throw e;
    }
  }

  /** The socket with a number, unless its connection is over and it was closed. */
  Optional<TcpSocket> socket(long id);

  /**
   * Takes up one connection that an earlier instance of an application left, perhaps before the
   * appliance started anew: it is no longer closed after {@code handoverSeconds}, and its bytes go
   * on where they were. An application that keeps the numbers of its connections finds each again
   * with this; one that named an owner finds all of them with {@link #sockets(String)}.
   *
   * @return the socket, unless its connection is over and it was closed
   */
  Optional<TcpSocket> takeUp(long id);

  /** All listeners. */
  List<TcpListener> listeners();

  /** The open sockets of an owner: what a new instance of an application goes on with. */
  List<TcpSocket> sockets(String owner);

  /** The open listeners of an owner. */
  List<TcpListener> listeners(String owner);

  /**
   * Takes handlers and acceptors off everything that belongs to an owner, and waits until none of
   * them runs: its bundle is leaving. Connections stay open and their bytes wait in the rings; a
   * successor finds them with {@link #sockets} and {@link #listeners}. What nobody takes up within
   * {@code handoverSeconds} is closed.
   */
  default void detach(String owner) {
    detach(owner, handler -> true);
  }

  /**
   * The same for those endpoints alone whose handler or acceptor passes (null for one that has
   * none): a successor has put its own to the others already. It waits in any case, also with
   * nothing to take off: what was replaced before runs no more when it returns.
   *
   * @return whether all came to their end in time
   */
  boolean detach(String owner, Predicate<Object> handlers);
}
