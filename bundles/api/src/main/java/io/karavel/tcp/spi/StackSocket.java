package io.karavel.tcp.spi;

import io.karavel.address.IpEndpoint;
import io.karavel.engine.LaneFence;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpHandler;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * The lasting object behind a {@link TcpSocket}. Methods whose Javadoc begins with "Lane:" are the
 * TCP module's side and are called on the lane's thread only.
 */
public final class StackSocket extends StackEndpoint implements TcpSocket {
  // ---- its condition, which goes to disk as a whole: see EndpointForm ----
  volatile IpEndpoint remote;
  volatile TcpState state = TcpState.CLOSED;
  private volatile ByteRing receiveRing;
  private volatile ByteRing sendRing;
  volatile boolean connecting;
  volatile boolean opened;
  volatile boolean inputEnded;
  volatile boolean outputShutdown;
  volatile boolean inputShutdown;
  volatile boolean aborted;
  volatile boolean finished;
  volatile boolean over;
  volatile boolean outputHeld;
  volatile TcpException failure;
  private volatile Ending ending;

  /** It was aborted with its listener. */
  private volatile boolean unaccepted;

  private volatile TcpHandler handler;
  volatile long readNoticeAt = Long.MAX_VALUE;
  volatile long urgentReceivedEnd;
  volatile long urgentWrittenEnd;
  boolean closedTold;

  /** What {@link #connect(IpEndpoint, ByteBuffer)} took, until there is a send ring. */
  volatile byte[] earlyBytes;

  StackSocket(TcpEndpoints endpoints, long id) {
    super(endpoints, id);
  }

  // ---- the application's side ----

  @Override
  public IpEndpoint remote() {
    return remote;
  }

  @Override
  public void connect(IpEndpoint endpoint) throws TcpException {
    connect(endpoint, ByteBuffer.allocate(0));
  }

  @Override
  public int connect(IpEndpoint endpoint, ByteBuffer first) throws TcpException {
    checkOpen();
    int taken;
    synchronized (this) {
      if (connecting || opened || over) {
        throw new TcpException(TcpError.ALREADY_CONNECTED);
      }
      if (endpoint.port() == 0 || !endpoint.address().isUnicast()) {
        throw new TcpException(
            TcpError.ADDRESS_NOT_AVAILABLE,
            "cannot connect to " + endpoint + ": not a host's port");
      }
      taken = Math.min(first.remaining(), MOST_EARLY_BYTES);
      if (taken > 0) {
        earlyBytes = new byte[taken];
        first.get(earlyBytes);
      }
      remote = endpoint;
      connecting = true;
    }
    wish(CONNECT);
    return taken;
  }

  @Override
  public TcpState state() {
    return state;
  }

  @Override
  public int ready() {
    int bits = 0;
    if (endpoints.isFrozen()) {
      return bits;
    }
    ByteRing receive = receiveRing;
    if (receive != null && receive.available() > 0) {
      bits |= READABLE;
    }
    if (urgentAvailable() > 0) {
      bits |= URGENT;
    }
    if (inputEnded || inputShutdown) {
      bits |= READABLE | INPUT_ENDED;
    }
    if (opened) {
      bits |= CONNECTED;
      ByteRing send = sendRing;
      if (send != null && !outputHeld && send.space() >= send.available() / 2 && send.space() > 0) {
        bits |= WRITABLE;
      }
    }
    if (failure != null) {
      bits |= READABLE | WRITABLE | FAILED;
    }
    if (over) {
      bits |= READABLE | WRITABLE | ENDED;
    }
    return bits;
  }

  @Override
  public TcpException failure() {
    return failure;
  }

  @Override
  public int read(ByteBuffer target) throws TcpException {
    ByteRing ring = ringToRead();
    if (!target.hasRemaining()) {
      return 0;
    }
    synchronized (ring) {
      if (endpoints.isFrozen()) {
        return 0;
      }
      boolean ended = inputEnded || over;
      int count = ring.read(target);
      if (count > 0) {
        afterRead(ring);
        return count;
      }
      return nothingToRead(ended);
    }
  }

  @Override
  public int peek(ByteBuffer target) throws TcpException {
    ByteRing ring = ringToRead();
    if (!target.hasRemaining()) {
      return 0;
    }
    synchronized (ring) {
      boolean ended = inputEnded || over;
      int count = ring.peek(target);
      return count > 0 ? count : nothingToRead(ended);
    }
  }

  @Override
  public long skip(long max) throws TcpException {
    ByteRing ring = ringToRead();
    synchronized (ring) {
      if (endpoints.isFrozen()) {
        return 0;
      }
      boolean ended = inputEnded || over;
      long count = ring.skip(max);
      if (count > 0) {
        afterRead(ring);
        return count;
      }
      return nothingToRead(ended);
    }
  }

  private ByteRing ringToRead() throws TcpException {
    checkOpen();
    ByteRing ring = receiveRing;
    if (ring == null) {
      throw failure != null ? again(failure) : new TcpException(TcpError.NOT_CONNECTED);
    }
    return ring;
  }

  private int nothingToRead(boolean ended) throws TcpException {
    if (failure != null) {
      throw again(failure);
    }
    return ended || inputShutdown ? -1 : 0;
  }

  private static TcpException again(TcpException first) {
    TcpException copy = new TcpException(first.error());
    copy.initCause(first);
    return copy;
  }

  private void afterRead(ByteRing ring) {
    // Pairs with readNoticeAt: either we see the notice, or the lane sees what was read.
    VarHandle.fullFence();
    if (over && ring.available() == 0) {
      ring.discard(); // that was the last byte
    } else if (ring.readPosition() >= readNoticeAt) {
      readNoticeAt = Long.MAX_VALUE;
      wish(READ);
    }
  }

  @Override
  public long available() {
    ByteRing ring = receiveRing;
    return ring == null ? 0 : ring.available();
  }

  @Override
  public long urgentAvailable() {
    ByteRing ring = receiveRing;
    return ring == null ? 0 : Math.max(0, urgentReceivedEnd - ring.readPosition());
  }

  @Override
  public int writeUrgent(ByteBuffer source) throws TcpException {
    ByteRing ring = sendRing;
    if (ring != null && source.hasRemaining()) {
      // Told before the bytes are there: the lane may send them at any moment.
      synchronized (ring) {
        urgentWrittenEnd =
            ring.writePosition() + Math.max(0, Math.min(source.remaining(), ring.space()));
        wish(URGENT_WRITTEN);
        int count = write(source);
        urgentWrittenEnd = ring.writePosition();
        wish(URGENT_WRITTEN);
        return count;
      }
    }
    return write(source);
  }

  @Override
  public int write(ByteBuffer source) throws TcpException {
    checkOpen();
    if (failure != null) {
      throw again(failure);
    }
    ByteRing ring = sendRing;
    if (!opened || ring == null) {
      throw new TcpException(TcpError.NOT_CONNECTED);
    }
    if (over) {
      throw new TcpException(TcpError.CONNECTION_RESET, "the connection is over");
    }
    synchronized (ring) {
      if (outputShutdown) {
        throw new TcpException(TcpError.OUTPUT_SHUT_DOWN);
      }
      if (!source.hasRemaining() || endpoints.isFrozen()) {
        return 0;
      }
      int count = ring.write(source);
      if (count > 0) {
        wish(WRITTEN);
      } else if (ring.space() > 0) {
        wish(MEMORY);
      }
      return count;
    }
  }

  @Override
  public long writableBytes() {
    ByteRing ring = sendRing;
    return !opened || ring == null || outputShutdown || over ? 0 : ring.space();
  }

  @Override
  public long unacknowledged() {
    ByteRing ring = sendRing;
    return ring == null ? 0 : ring.available();
  }

  @Override
  public void shutdownOutput() throws TcpException {
    checkOpen();
    ByteRing ring = sendRing;
    if (!opened || ring == null) {
      throw failure != null ? again(failure) : new TcpException(TcpError.NOT_CONNECTED);
    }
    synchronized (ring) {
      outputShutdown = true;
    }
    wish(SHUTDOWN_OUTPUT);
  }

  @Override
  public void shutdownInput() throws TcpException {
    checkOpen();
    if (!opened) {
      throw failure != null ? again(failure) : new TcpException(TcpError.NOT_CONNECTED);
    }
    inputShutdown = true;
    wish(SHUTDOWN_INPUT);
  }

  @Override
  public boolean isOutputShutdown() {
    return outputShutdown || isClosed();
  }

  @Override
  public boolean isInputShutdown() {
    return inputShutdown || isClosed();
  }

  @Override
  public void close() {
    synchronized (this) {
      if (isClosed() || endpoints.isFrozen()) {
        return;
      }
      markClosed();
    }
    ByteRing ring = sendRing;
    if (ring != null) {
      // A write that is under way gets in before the FIN or fails, never behind it.
      synchronized (ring) {
        outputShutdown = true;
      }
    }
    if (!connecting) {
      endpoints.release(this);
      over = true;
      finished = true;
    } else if (over) {
      forget();
    } else {
      wish(CLOSE);
    }
    wakeWaiters();
  }

  /** Lane, after {@link #markOver}: what nobody will send or read is let go. */
  public void discardRings() {
    if (sendRing != null) {
      sendRing.discard();
    }
    // Pairs with afterRead: either we see that all is read, or who reads sees that it is over.
    VarHandle.fullFence();
    if (receiveRing != null && (isClosed() || receiveRing.available() == 0)) {
      receiveRing.discard();
    }
  }

  /** Closed after the connection was over: what was not read is let go. */
  private void forget() {
    endpoints.forget(this);
    ByteRing ring = receiveRing;
    if (ring != null) {
      ring.discard();
    }
  }

  @Override
  public void abort() {
    if (endpoints.isFrozen()) {
      return;
    }
    aborted = true;
    synchronized (this) {
      markClosed();
    }
    if (!connecting) {
      endpoints.release(this);
      over = true;
      finished = true;
    } else {
      if (over) {
        forget();
      }
      if (!over || state == TcpState.TIME_WAIT) {
        wish(ABORT);
      }
    }
    wakeWaiters();
  }

  @Override
  public int awaitReady(int bits, Duration timeout) throws TcpException {
    await(() -> (ready() & bits) != 0 || isClosed(), timeout);
    checkOpen();
    return ready() & bits;
  }

  @Override
  public void awaitConnected(Duration timeout) throws TcpException {
    if (awaitReady(CONNECTED | FAILED | ENDED, timeout) == 0) {
      throw new TcpException(TcpError.TIMED_OUT, "waited " + timeout.toMillis() + " ms");
    }
    if (failure != null) {
      throw again(failure);
    }
  }

  @Override
  public boolean awaitClosed(Duration timeout) throws TcpException {
    return await(() -> finished || over, timeout);
  }

  @Override
  public InputStream inputStream() {
    return new SocketInputStream(this);
  }

  @Override
  public OutputStream outputStream() {
    return new SocketOutputStream(this);
  }

  @Override
  public void handler(TcpHandler newHandler) {
    handler = newHandler;
    if (newHandler != null) {
      queueHandler();
    }
  }

  @Override
  public TcpHandler handler() {
    return handler;
  }

  @Override
  public void callAgain() {
    if (handler != null) {
      queueHandler();
    }
  }

  @Override
  void onOptionsChanged() {
    if (connecting || opened) {
      wish(OPTIONS);
    }
  }

  // ---- the engine's side ----

  @Override
  public void runHandler() throws Exception {
    TcpHandler current = handler;
    if (current == null) {
      return;
    }
    // A failure is told once, by onClosed; calling onReady would only make its read throw.
    boolean ended = over || failure != null;
    if (!isClosed() && failure == null && (over ? available() > 0 : ready() != 0)) {
      current.onReady(this);
    }
    if (ended && !closedTold) {
      closedTold = true;
      handler = null;
      current.onClosed(this, failure);
    }
  }

  @Override
  public void dropHandler() {
    handler = null;
    readyListener(null);
  }

  // ---- the TCP module's side ----

  /** Lane: something that {@link #ready()} depends on has changed. */
  public void signal() {
    LaneFence.pass();
    wakeWaiters();
    if (handler != null) {
      queueHandler();
    }
  }

  /** Lane: the rings of a connection that is about to open. */
  public void rings(ByteRing receive, ByteRing send) {
    LaneFence.pass();
    receiveRing = receive;
    sendRing = send;
  }

  /** Lane: the first bytes, to be put into the send ring before the SYN is sent; null if none. */
  public byte[] takeEarlyBytes() {
    LaneFence.pass();
    byte[] taken = earlyBytes;
    earlyBytes = null;
    return taken;
  }

  /** Lane or application: the receive ring; null before the connection opens. */
  public ByteRing receiveRing() {
    return receiveRing;
  }

  /** Lane or application: the send ring; null before the connection opens. */
  public ByteRing sendRing() {
    return sendRing;
  }

  /** Lane: what {@link #state()} shows; does not signal. */
  public void state(TcpState newState) {
    LaneFence.pass();
    state = newState;
  }

  /** Lane: who the peer is, for an accepted connection. */
  public void remote(IpEndpoint endpoint) {
    LaneFence.pass();
    remote = endpoint;
  }

  /** Lane: the connection is open; call {@link #signal()} after it. */
  public void markOpened() {
    LaneFence.pass();
    opened = true;
  }

  /** Lane: no more bytes follow what is in the receive ring; call {@link #signal()} after it. */
  public void markInputEnded() {
    LaneFence.pass();
    inputEnded = true;
  }

  /** Lane: the connection failed; call {@link #signal()} after it. The first failure counts. */
  public void markFailed(TcpException cause) {
    LaneFence.pass();
    if (failure == null) {
      failure = cause;
    }
  }

  /** Lane: urgent data ends before this position of the receive ring. */
  public void urgentReceivedEnd(long position) {
    LaneFence.pass();
    urgentReceivedEnd = position;
  }

  /** Position of the send ring behind the last urgent byte written. */
  public long urgentWrittenEnd() {
    return urgentWrittenEnd;
  }

  /** Lane: our FIN is acknowledged: a lingering close may return. */
  public void markFinished() {
    LaneFence.pass();
    finished = true;
  }

  /** Lane: nothing goes either way any more; call {@link #signal()} after it. */
  public void markOver() {
    LaneFence.pass();
    inputEnded = true;
    finished = true;
    over = true;
  }

  /**
   * How its connection ended.
   *
   * @param from the state before
   * @param cause what ended it
   * @param nanos when, on the lane's clock
   */
  public record Ending(TcpState from, TcpCause cause, long nanos) {}

  /** Lane: how its connection ended, for those who ask why. */
  public void ending(Ending how) {
    LaneFence.pass();
    ending = how;
  }

  /** How its connection ended; null as long as it has not, or if nobody said. */
  public Ending ending() {
    return ending;
  }

  /** Whether {@link #markOver()} was called. */
  public boolean isOver() {
    return over;
  }

  /** Lane: its listener is closed before anybody accepted it. */
  public void abortUnaccepted() {
    unaccepted = true;
    abort();
  }

  /** Whether {@link #abortUnaccepted} was called. */
  public boolean isUnaccepted() {
    return unaccepted;
  }

  /** Whether {@link #connect} was called, or the connection was accepted. */
  public boolean isConnecting() {
    return connecting;
  }

  /** Whether {@link #markOpened()} was called. */
  public boolean isOpened() {
    return opened;
  }

  /** Whether {@link #abort()} was called, or close with linger 0. */
  public boolean isAborted() {
    return aborted || Integer.valueOf(0).equals(option(TcpOption.LINGER_SECONDS)) && isClosed();
  }

  /**
   * Lane: a read at or beyond this position of the receive ring is to wish {@link #READ}. Look at
   * the ring's read position afterwards: what was read before this call wishes nothing.
   */
  public void readNoticeAt(long position) {
    LaneFence.pass();
    readNoticeAt = position;
    VarHandle.fullFence();
  }

  /** Lane: whether so much is unsent that the socket counts as not writable (low water). */
  public void outputHeld(boolean held) {
    LaneFence.pass();
    outputHeld = held;
  }

  /** A socket of another table in the condition of this one, with rings that hold no bytes. */
  StackSocket shape(TcpEndpoints table) {
    StackSocket shape = new StackSocket(table, id());
    shape.resemble(this);
    shape.remote = remote;
    shape.state = state;
    shape.receiveRing = receiveRing == null ? null : receiveRing.shape(table.memory());
    shape.sendRing = sendRing == null ? null : sendRing.shape(table.memory());
    shape.connecting = connecting;
    shape.opened = opened;
    shape.inputEnded = inputEnded;
    shape.outputShutdown = outputShutdown;
    shape.inputShutdown = inputShutdown;
    shape.aborted = aborted;
    shape.finished = finished;
    shape.over = over;
    shape.outputHeld = outputHeld;
    shape.failure = failure;
    shape.readNoticeAt = readNoticeAt;
    shape.urgentReceivedEnd = urgentReceivedEnd;
    shape.urgentWrittenEnd = urgentWrittenEnd;
    return shape;
  }

  void acceptedFrom(StackListener listener, IpEndpoint localEnd, IpEndpoint remoteEnd) {
    inheritOptions(listener);
    local(localEnd);
    remote = remoteEnd;
    connecting = true;
  }
}
