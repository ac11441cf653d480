package io.karavel.services.internal;

import io.karavel.services.ServicesSettings;
import io.karavel.tcp.TcpService;
import io.karavel.tcp.TcpSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads connections to a port of the machine's kernel through a stack to a target. One thread with
 * a selector does everything; other threads only leave it notes.
 */
final class Forwarder implements AutoCloseable {
  /** Owner of the stack's sockets. */
  static final String OWNER = "io.karavel.services:forwarder";

  private static final Logger LOG = LoggerFactory.getLogger(Forwarder.class);

  private final LongSupplier nanoClock;
  private final Selector selector;
  private final Thread thread;
  private final Queue<Runnable> notes = new ConcurrentLinkedQueue<>();
  private final Queue<ForwardedConnection> ready = new ConcurrentLinkedQueue<>();
  private final Set<ForwardedConnection> connections = new LinkedHashSet<>();
  private final Backoff backoff = new Backoff();
  private volatile boolean closing;

  // The selector's thread alone, from here on; figures for the page are volatile.
  private ServicesSettings settings;
  private TcpService stack;
  private ServerSocketChannel server;
  private SelectionKey serverKey;
  private long retryAtNanos;
  private boolean retrying;
  private String listenFailure = "";
  private String connectFailure = "";
  private volatile int port;
  private volatile int open;
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong timedOut = new AtomicLong();

  /** Starts the thread; it waits for {@link #apply}. */
  Forwarder(ServicesSettings settings, LongSupplier nanoClock) {
    this.settings = settings;
    this.nanoClock = nanoClock;
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException("no selector for the forwarder", e);
    }
    thread = new Thread(this::run, "karavel-forwarder");
    thread.setDaemon(true);
    thread.start();
  }

  /** Settings and stack to go by from now on; the stack is null while it is away. Any thread. */
  void apply(ServicesSettings changed, TcpService tcp) {
    note(() -> take(changed, tcp));
  }

  /** The kernel's port it listens on; 0 while it does not. Any thread. */
  int port() {
    return port;
  }

  /** For the page. Any thread. */
  Services.ServiceLine line() {
    return new Services.ServiceLine(
        "forwarder", port, open, accepted.get(), failed.get(), timedOut.get());
  }

  ServicesSettings settings() {
    return settings;
  }

  long nowNanos() {
    return nanoClock.getAsLong();
  }

  Selector selector() {
    return selector;
  }

  /** Something happened on the stack's side of a connection. Any thread. */
  void wake(ForwardedConnection connection) {
    ready.add(connection);
    selector.wakeup();
  }

  private void note(Runnable task) {
    notes.add(task);
    selector.wakeup();
  }

  // ---- the selector's thread ----

  private void run() {
    while (!closing) {
      try {
        turn();
      } catch (IOException | RuntimeException e) {
        LOG.error("The forwarder goes on after an error", e);
      }
    }
    leave();
  }

  private void turn() throws IOException {
    long wait = waitMillis();
    if (wait < 0 || !ready.isEmpty()) {
      selector.selectNow();
    } else {
      selector.select(wait);
    }
    for (Runnable task = notes.poll(); task != null; task = notes.poll()) {
      task.run();
    }
    for (SelectionKey key : selector.selectedKeys()) {
      if (key.attachment() instanceof ForwardedConnection connection) {
        connection.pump();
      } else if (key.isValid() && key.isAcceptable()) {
        accept();
      }
    }
    selector.selectedKeys().clear();
    int count = ready.size();
    for (int i = 0; i < count; i++) {
      ForwardedConnection connection = ready.poll();
      if (connection != null) {
        connection.taken();
        connection.pump();
      }
    }
    long now = nowNanos();
    for (ForwardedConnection connection : List.copyOf(connections)) {
      if (connection.isOverdue(now)) {
        timedOut.incrementAndGet();
        connection.fail("the target did not answer within the time allowed");
      }
    }
    if (retrying && now - retryAtNanos >= 0) {
      listen();
    }
  }

  /** How long nothing falls due: 0 is for ever, negative is now. */
  private long waitMillis() {
    long earliest = Long.MAX_VALUE;
    long now = nowNanos();
    if (retrying) {
      earliest = retryAtNanos - now;
    }
    for (ForwardedConnection connection : connections) {
      earliest = Math.min(earliest, connection.dueInNanos(now));
    }
    if (earliest == Long.MAX_VALUE) {
      return 0;
    }
    return earliest <= 0 ? -1 : Math.max(1, TimeUnit.NANOSECONDS.toMillis(earliest));
  }

  private void take(ServicesSettings changed, TcpService tcp) {
    ServicesSettings.Forwarder before = settings.forwarder();
    ServicesSettings.Forwarder now = changed.forwarder();
    settings = changed;
    if (tcp != stack) {
      stack = tcp;
      for (ForwardedConnection connection : List.copyOf(connections)) {
        if (tcp == null || !connection.isOf(tcp)) {
          connection.fail("the stack is gone");
        }
      }
      if (tcp != null) {
        adopt(tcp);
      }
    }
    boolean wanted = now.enabled() && stack != null;
    boolean moved = before.port() != now.port() || !before.address().equals(now.address());
    if (server != null && (!wanted || moved)) {
      stopListening();
    }
    backoff.reset();
    retrying = false;
    if (wanted && server == null) {
      listen();
    } else {
      acceptMore();
    }
  }

  /** Goes on with the connections that an earlier version of this bundle left. */
  private void adopt(TcpService tcp) {
    for (TcpSocket socket : tcp.sockets(OWNER)) {
      ForwardedConnection connection = ForwardedConnection.adopted(this, tcp, socket);
      if (connection == null) {
        socket.abort();
      } else {
        connections.add(connection);
        connection.begin();
      }
    }
    open = connections.size();
  }

  private void listen() {
    ServicesSettings.Forwarder wanted = settings.forwarder();
    retrying = false;
    ServerSocketChannel opened = null;
    try {
      opened = ServerSocketChannel.open();
      opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      opened.configureBlocking(false);
      opened.bind(new InetSocketAddress(InetAddress.getByName(wanted.address()), wanted.port()));
      serverKey = opened.register(selector, SelectionKey.OP_ACCEPT);
      server = opened;
      port = opened.socket().getLocalPort();
      backoff.reset();
      listenFailure = "";
      LOG.info(
          "Connections to {}:{} lead through stack {} to {}",
          wanted.address(),
          port,
          wanted.stack(),
          wanted.target());
      acceptMore();
    } catch (IOException e) {
      closeQuietly(opened);
      long pause = backoff.nextMillis(settings.retryMillis(), settings.retryMaxMillis());
      retrying = true;
      retryAtNanos = nowNanos() + TimeUnit.MILLISECONDS.toNanos(pause);
      String failure = wanted.address() + ":" + wanted.port() + ": " + e.getMessage();
      if (!failure.equals(listenFailure)) {
        LOG.error(
            "The forwarder cannot listen on {}; it keeps trying. End what holds the port, or set"
                + " forwarderPort of io.karavel.services",
            failure);
      }
      listenFailure = failure;
    }
  }

  private void stopListening() {
    closeQuietly(server);
    server = null;
    serverKey = null;
    port = 0;
  }

  private static void closeQuietly(ServerSocketChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        LOG.debug("Closing the forwarder's port", e);
      }
    }
  }

  private void accept() throws IOException {
    while (server != null && connections.size() < settings.forwarder().maxConnections()) {
      SocketChannel kernel = server.accept();
      if (kernel == null) {
        return;
      }
      accepted.incrementAndGet();
      ForwardedConnection connection = null;
      try {
        kernel.configureBlocking(false);
        kernel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        connection = ForwardedConnection.fresh(this, stack, kernel);
        connections.add(connection);
        open = connections.size();
        connection.begin();
      } catch (IOException | RuntimeException e) {
        if (connection == null) {
          kernel.close();
          connectFailed(e.getMessage());
        } else {
          connection.fail(e.getMessage());
        }
      }
    }
    acceptMore();
  }

  /** Accepts while there is room; what waits meanwhile waits in the kernel. */
  private void acceptMore() {
    if (serverKey != null && serverKey.isValid()) {
      boolean room = connections.size() < settings.forwarder().maxConnections();
      serverKey.interestOps(room ? SelectionKey.OP_ACCEPT : 0);
    }
  }

  /** A connection is over. */
  void ended(ForwardedConnection connection) {
    if (connections.remove(connection)) {
      open = connections.size();
      acceptMore();
    }
  }

  /** The way to the target works. */
  void connectSucceeded() {
    connectFailure = "";
  }

  /** A connection did not reach the target; said once until one does. */
  void connectFailed(String why) {
    failed.incrementAndGet();
    if (!Objects.equals(connectFailure, why)) {
      LOG.warn(
          "The forwarder does not reach {} over stack {}: {}",
          settings.forwarder().target(),
          settings.forwarder().stack(),
          why);
      connectFailure = why;
    }
  }

  private void leave() {
    try {
      // Closing the port resets what waits in the kernel's queue.
      accept();
    } catch (IOException | RuntimeException e) {
      LOG.debug("Taking in the last connections", e);
    }
    stopListening();
    for (ForwardedConnection connection : List.copyOf(connections)) {
      connection.leave();
    }
    connections.clear();
    try {
      selector.close();
    } catch (IOException e) {
      LOG.debug("Closing the forwarder's selector", e);
    }
  }

  /** Stops the thread; connections stay open, noted in their sockets' attachments. */
  @Override
  public void close() {
    closing = true;
    selector.wakeup();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
