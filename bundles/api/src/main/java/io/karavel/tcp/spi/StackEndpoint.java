package io.karavel.tcp.spi;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.engine.LaneFence;
import io.karavel.tcp.TcpEndpoint;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpOption;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * What {@link StackSocket} and {@link StackListener} share: identity, options, and wishes. A wish
 * is a bit that any thread sets and the TCP module takes; it says "look at me", and the module
 * reads what is wished from the endpoint, so that wishes survive whatever module is at work.
 */
public abstract class StackEndpoint implements TcpEndpoint {
  /** Wish: connect to the remote endpoint. */
  public static final int CONNECT = 1;

  /** Wish: bytes were written to the send ring. */
  public static final int WRITTEN = 2;

  /** Wish: bytes were read beyond {@link StackSocket#readNoticeAt}; the window may open. */
  public static final int READ = 4;

  /** Wish: FIN after what is queued. */
  public static final int SHUTDOWN_OUTPUT = 8;

  /** Wish: discard what comes. */
  public static final int SHUTDOWN_INPUT = 16;

  /** Wish: close in order. */
  public static final int CLOSE = 32;

  /** Wish: RST. */
  public static final int ABORT = 64;

  /** Wish: options changed. */
  public static final int OPTIONS = 128;

  /** Wish: a write found no memory; signal when there is some. */
  public static final int MEMORY = 256;

  /** Wish: the backlog changed. */
  public static final int LISTEN = 512;

  /** Wish: what was written is urgent, see {@link StackSocket#urgentWrittenEnd}. */
  public static final int URGENT_WRITTEN = 1024;

  private static final int QUEUED = 1 << 31;
  private static final VarHandle WISHES;
  private static final VarHandle HANDLER_QUEUED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WISHES = lookup.findVarHandle(StackEndpoint.class, "wishes", int.class);
      HANDLER_QUEUED = lookup.findVarHandle(StackEndpoint.class, "handlerQueued", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final TcpEndpoints endpoints;
  private final long id;

  /** Bits, with {@link #QUEUED}; accessed through {@link #WISHES}. */
  @SuppressWarnings("UnusedVariable")
  private volatile int wishes;

  /** Whether the handler waits to be called; accessed through {@link #HANDLER_QUEUED}. */
  @SuppressWarnings("UnusedVariable")
  private volatile boolean handlerQueued;

  volatile Map<TcpOption<?>, Object> options = Map.of();
  private volatile IpEndpoint local = new IpEndpoint(IpAddress.ANY, 0);
  volatile boolean bound;
  volatile boolean closed;
  private volatile String owner = "";
  private volatile Object attachment;
  private volatile Runnable readyListener;
  private volatile ConcurrentLinkedQueue<Thread> waiters;

  /** What the TCP module at work keeps of this endpoint; the lane's thread only. */
  private Object moduleState;

  StackEndpoint(TcpEndpoints endpoints, long id) {
    this.endpoints = endpoints;
    this.id = id;
  }

  @Override
  public final long id() {
    return id;
  }

  // ---- wishes ----

  final void wish(int bits) {
    LaneFence.pass();
    int before = (int) WISHES.getAndBitwiseOr(this, bits | QUEUED);
    if ((before & QUEUED) == 0) {
      endpoints.mailbox().attention(this);
    }
  }

  /** Lane: takes the wishes; the endpoint is in no mailbox then. */
  public final int takeWishes() {
    LaneFence.pass();
    return (int) WISHES.getAndSet(this, 0) & ~QUEUED;
  }

  /** Lane: puts wishes back that cannot be served yet, without queueing the endpoint. */
  public final void keepWishes(int bits) {
    LaneFence.pass();
    WISHES.getAndBitwiseOr(this, bits);
  }

  /** What is wished, unchanged, for the disk. */
  final int wishes() {
    return wishes;
  }

  /** What was wished before the appliance started anew: waits in the mailbox if it did. */
  final void restoreWishes(int bits) {
    if ((bits & QUEUED) != 0) {
      wish(bits & ~QUEUED);
    } else {
      keepWishes(bits);
    }
  }

  /** Engine, lane: what waited in the mailbox of a lane that was abandoned waits in this one. */
  public final void requeue(LaneMailbox mailbox) {
    if ((wishes & QUEUED) != 0) {
      mailbox.attention(this);
    }
    if (handlerQueued) {
      mailbox.ready(this);
    }
  }

  /** Lane: the object by which the TCP module at work knows this endpoint, or null. */
  public final Object moduleState() {
    return moduleState;
  }

  /** Lane: sets it; null when the module leaves. */
  public final void moduleState(Object state) {
    LaneFence.pass();
    moduleState = state;
  }

  // ---- handler ----

  final void queueHandler() {
    if (HANDLER_QUEUED.compareAndSet(this, false, true)) {
      endpoints.mailbox().ready(this);
    }
  }

  /** Engine, lane: the handler is about to be called; what happens from now on queues it again. */
  public final void handlerTaken() {
    LaneFence.pass();
    handlerQueued = false;
  }

  /**
   * Engine, lane: calls the application's handler.
   *
   * @throws Exception whatever the application throws
   */
  public abstract void runHandler() throws Exception;

  /** Engine: lets go of handler, acceptor and ready listener; the application's bundle leaves. */
  public abstract void dropHandler();

  // ---- waiting ----

  @Override
  public String toString() {
    return getClass().getSimpleName() + "#" + id + "[" + local + "]";
  }

  final void wakeWaiters() {
    ConcurrentLinkedQueue<Thread> threads = waiters;
    if (threads != null) {
      for (Thread thread : threads) {
        LockSupport.unpark(thread);
      }
    }
    Runnable listener = readyListener;
    if (listener != null) {
      listener.run();
    }
  }

  /** What a blocked call waits for. */
  @FunctionalInterface
  interface Condition {
    boolean holds();
  }

  final boolean await(Condition condition, Duration timeout) throws TcpInterruptedException {
    if (condition.holds()) {
      return true;
    }
    long deadline = System.nanoTime() + timeout.toNanos();
    ConcurrentLinkedQueue<Thread> threads = waiters;
    if (threads == null) {
      synchronized (this) {
        threads = waiters;
        if (threads == null) {
          threads = new ConcurrentLinkedQueue<>();
          waiters = threads;
        }
      }
    }
    Thread self = Thread.currentThread();
    threads.add(self);
    try {
      while (!condition.holds()) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        LockSupport.parkNanos(this, left);
        if (Thread.interrupted()) {
          self.interrupt();
          throw new TcpInterruptedException();
        }
      }
      return true;
    } finally {
      threads.remove(self);
    }
  }

  /** Sets {@link io.karavel.tcp.TcpSocket#readyListener}. */
  public final void readyListener(Runnable listener) {
    readyListener = listener;
    if (listener != null) {
      listener.run();
    }
  }

  // ---- the plain parts of the contract ----

  @Override
  public final IpEndpoint local() {
    return local;
  }

  /** Lane or binder: what it is bound to. */
  public final void local(IpEndpoint endpoint) {
    LaneFence.pass();
    local = endpoint;
  }

  @Override
  public final void bind(IpEndpoint endpoint) throws TcpException {
    checkOpen();
    synchronized (this) {
      if (bound || local.port() != 0) {
        throw new TcpException(TcpError.ALREADY_CONNECTED, "bound to " + local);
      }
      local = endpoints.bind(this, endpoint);
      bound = true;
    }
  }

  /** Whether {@link #bind} succeeded: the endpoint holds its port until it is closed. */
  public final boolean isBound() {
    return bound;
  }

  @Override
  public final synchronized <T> void option(TcpOption<T> option, T value) throws TcpException {
    checkOpen();
    T checked = option.check(value);
    if (option == TcpOption.CONGESTION_CONTROL) {
      checkCongestionControl((String) checked);
    }
    Map<TcpOption<?>, Object> changed = new HashMap<>(options);
    changed.put(option, checked);
    options = Map.copyOf(changed);
    onOptionsChanged();
  }

  private void checkCongestionControl(String name) {
    List<String> names = endpoints.congestionControls();
    if (!names.isEmpty() && !names.contains(name)) {
      throw new IllegalArgumentException(
          "congestionControl = '"
              + name
              + "' is refused: there are "
              + String.join(", ", names)
              + "; install the bundle that offers it first");
    }
  }

  abstract void onOptionsChanged();

  @Override
  public final <T> T option(TcpOption<T> option) {
    return option.type().cast(options.get(option));
  }

  /** The value of an option, or a default where it was not set. */
  public final <T> T optionOr(TcpOption<T> option, T otherwise) {
    T value = option(option);
    return value == null ? otherwise : value;
  }

  /** All options that were set. */
  public final Map<TcpOption<?>, Object> options() {
    return options;
  }

  /** Takes over what is plain data. */
  final void resemble(StackEndpoint original) {
    options = original.options;
    owner = original.owner;
    local = original.local;
    bound = original.bound;
    closed = original.closed;
  }

  final void inheritOptions(StackEndpoint from) {
    options = from.options;
    owner = from.owner;
  }

  @Override
  public final String owner() {
    return owner;
  }

  @Override
  public final void owner(String name) {
    owner = name;
  }

  @Override
  public final Object attachment() {
    return attachment;
  }

  @Override
  public final void attach(Object note) {
    attachment = note;
  }

  @Override
  public final boolean isClosed() {
    return closed;
  }

  final void markClosed() {
    closed = true;
  }

  final void checkOpen() throws TcpException {
    if (closed) {
      throw new TcpException(TcpError.CLOSED);
    }
  }
}
