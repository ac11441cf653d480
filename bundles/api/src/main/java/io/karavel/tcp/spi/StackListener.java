package io.karavel.tcp.spi;

import io.karavel.address.IpEndpoint;
import io.karavel.engine.LaneFence;
import io.karavel.tcp.TcpAcceptor;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpHandler;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The lasting object behind a {@link TcpListener}. Methods whose Javadoc begins with "Lane:" are
 * the TCP module's side.
 */
public final class StackListener extends StackEndpoint implements TcpListener {
  private static final int ACCEPTS_PER_CALL = 64;

  final ConcurrentLinkedQueue<StackSocket> acceptable = new ConcurrentLinkedQueue<>();
  final AtomicInteger acceptableCount = new AtomicInteger();
  volatile int backlog;
  private volatile TcpAcceptor acceptor;

  StackListener(TcpEndpoints endpoints, long id) {
    super(endpoints, id);
  }

  @Override
  public synchronized void listen(int connections) throws TcpException {
    checkOpen();
    if (connections < 1) {
      throw new IllegalArgumentException("backlog " + connections + " is refused: 1 or more");
    }
    if (!isBound()) {
      throw new TcpException(TcpError.NOT_CONNECTED, "bind the listener before listen");
    }
    if (backlog == 0) {
      endpoints.listen(this);
    }
    backlog = connections;
    wish(LISTEN);
  }

  @Override
  public int backlog() {
    return backlog;
  }

  @Override
  public TcpSocket accept() throws TcpException {
    checkOpen();
    if (backlog == 0) {
      throw new TcpException(TcpError.NOT_CONNECTED, "the listener does not listen");
    }
    return endpoints.isFrozen() ? null : pollAcceptable();
  }

  @Override
  public int acceptQueue() {
    return acceptableCount.get();
  }

  @Override
  public boolean awaitAcceptable(Duration timeout) throws TcpException {
    boolean there = await(() -> acceptableCount.get() > 0 || isClosed(), timeout);
    checkOpen();
    return there;
  }

  @Override
  public void acceptor(TcpAcceptor newAcceptor) {
    acceptor = newAcceptor;
    if (newAcceptor != null) {
      queueHandler();
    }
  }

  @Override
  public TcpAcceptor acceptor() {
    return acceptor;
  }

  @Override
  public void close() {
    synchronized (this) {
      if (isClosed() || endpoints.isFrozen()) {
        return;
      }
      markClosed();
    }
    endpoints.release(this);
    if (backlog > 0) {
      wish(CLOSE);
    }
    wakeWaiters();
  }

  @Override
  void onOptionsChanged() {
    if (backlog > 0) {
      wish(OPTIONS);
    }
  }

  @Override
  public void runHandler() throws Exception {
    for (int i = 0; i < ACCEPTS_PER_CALL; i++) {
      TcpAcceptor current = acceptor;
      StackSocket socket = current == null || isClosed() ? null : pollAcceptable();
      if (socket == null) {
        return;
      }
      try {
        TcpHandler handler = current.onAccept(socket);
        if (handler != null) {
          socket.handler(handler);
        }
      } catch (Exception | LinkageError e) {
        socket.abort();
        queueHandler();
        throw e;
      }
    }
    queueHandler();
  }

  @Override
  public void dropHandler() {
    acceptor = null;
    readyListener(null);
  }

  /** A listener of another table in the condition of this one, with an empty accept queue. */
  StackListener shape(TcpEndpoints table) {
    StackListener shape = new StackListener(table, id());
    shape.resemble(this);
    shape.backlog = backlog;
    shape.acceptableCount.set(acceptableCount.get());
    return shape;
  }

  /** Lane: takes the oldest connection that waits, or null. Also what {@link #accept} does. */
  public StackSocket pollAcceptable() {
    StackSocket socket = acceptable.poll();
    if (socket != null) {
      acceptableCount.decrementAndGet();
    }
    return socket;
  }

  /** Lane: puts an open connection into the accept queue and tells the application. */
  public void offer(StackSocket socket) {
    LaneFence.pass();
    acceptable.add(socket);
    acceptableCount.incrementAndGet();
    wakeWaiters();
    if (acceptor != null) {
      queueHandler();
    }
  }

  /** Lane: makes the socket of a connection that this listener accepts. */
  public StackSocket newAccepted(IpEndpoint localEnd, IpEndpoint remoteEnd) {
    StackSocket socket = endpoints.newSocket();
    socket.acceptedFrom(this, localEnd, remoteEnd);
    return socket;
  }
}
