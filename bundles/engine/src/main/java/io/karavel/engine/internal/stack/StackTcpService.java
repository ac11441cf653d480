package io.karavel.engine.internal.stack;

import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpService;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.StackListener;
import io.karavel.tcp.spi.StackSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** TCP of one stack for applications; lasts as long as the stack. Any thread. */
final class StackTcpService implements TcpService {
  private final Stack stack;

  StackTcpService(Stack stack) {
    this.stack = stack;
  }

  @Override
  public String stack() {
    return stack.name();
  }

  @Override
  public TcpSocket socket() {
    return stack.endpoints().newSocket();
  }

  @Override
  public TcpListener listener() {
    return stack.endpoints().newListener();
  }

  @Override
  public Optional<TcpSocket> socket(long id) {
    return Optional.ofNullable(stack.endpoints().socket(id));
  }

  @Override
  public Optional<TcpSocket> takeUp(long id) {
    StackSocket socket = stack.endpoints().socket(id);
    if (socket != null) {
      stack.adopt(socket);
    }
    return Optional.ofNullable(socket);
  }

  @Override
  public List<TcpListener> listeners() {
    return new ArrayList<>(stack.endpoints().listeners());
  }

  @Override
  public List<TcpSocket> sockets(String owner) {
    adopt(owner);
    List<TcpSocket> found = new ArrayList<>();
    for (StackSocket socket : stack.endpoints().sockets()) {
      if (socket.owner().equals(owner) && !socket.isClosed()) {
        found.add(socket);
      }
    }
    return found;
  }

  @Override
  public List<TcpListener> listeners(String owner) {
    adopt(owner);
    List<TcpListener> found = new ArrayList<>();
    for (StackListener listener : stack.endpoints().listeners()) {
      if (listener.owner().equals(owner) && !listener.isClosed()) {
        found.add(listener);
      }
    }
    return found;
  }

  private void adopt(String owner) {
    stack.adopt(owner);
  }

  @Override
  public boolean detach(String owner, Predicate<Object> handlers) {
    List<StackEndpoint> endpoints = new ArrayList<>();
    for (StackSocket socket : stack.endpoints().sockets()) {
      if (isDetached(socket, owner) && handlers.test(socket.handler())) {
        endpoints.add(socket);
      }
    }
    for (StackListener listener : stack.endpoints().listeners()) {
      if (isDetached(listener, owner) && handlers.test(listener.acceptor())) {
        endpoints.add(listener);
      }
    }
    endpoints.forEach(StackEndpoint::dropHandler);
    // whatever handler runs now was called before; it is over when the lane gets to this
    return stack.detach(owner, endpoints);
  }

  private static boolean isDetached(StackEndpoint endpoint, String owner) {
    return endpoint.owner().equals(owner) && !endpoint.isClosed();
  }
}
