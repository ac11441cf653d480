package io.karavel.testkit;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpEndpoint;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A stack as a program sees it that speaks BSD sockets: descriptors, non-blocking calls that return
 * 0 or more on success and a negative {@link Errno} otherwise, option levels and names with Linux's
 * numbers, raw IP packets in and out, and a clock that the program owns. It is the seam to which a
 * foreign driver of socket calls and packets can be connected, in this process or through a pipe.
 *
 * <p>Each call returns when every immediate effect of it is there; none blocks. A descriptor
 * becomes a listener or a connection with {@link #listen} or {@link #connect}, as on other systems.
 */
public final class SocketDriver {
  /** {@link #poll}: something can be read, accepted, or the end or an error waits. */
  public static final int POLLIN = 0x1;

  /** {@link #poll}: something can be written. */
  public static final int POLLOUT = 0x4;

  /** {@link #poll}: an error waits. */
  public static final int POLLERR = 0x8;

  /** {@link #poll}: nothing goes either way any more. */
  public static final int POLLHUP = 0x10;

  /** {@link #poll}: the peer has closed its side. */
  public static final int POLLRDHUP = 0x2000;

  /** {@link #poll}: no such descriptor. */
  public static final int POLLNVAL = 0x20;

  /** {@link #shutdown}: no more reading. */
  public static final int SHUT_RD = 0;

  /** {@link #shutdown}: no more writing. */
  public static final int SHUT_WR = 1;

  /** {@link #shutdown}: neither. */
  public static final int SHUT_RDWR = 2;

  /** Option level of sockets. */
  public static final int SOL_SOCKET = 1;

  /** Option level of IP. */
  public static final int IPPROTO_IP = 0;

  /** Option level of TCP. */
  public static final int IPPROTO_TCP = 6;

  private static final int SO_ERROR = 4;

  private static final class Descriptor {
    private final Map<TcpOption<?>, Object> options = new HashMap<>();

    /** Holds the port between bind and connect or listen. */
    private TcpSocket bound;

    private TcpSocket socket;
    private TcpListener listener;
    private boolean connectTold;
    private boolean errorTaken;

    private TcpEndpoint endpoint() {
      return socket != null ? socket : listener != null ? listener : bound;
    }
  }

  private final StackHarness harness;
  private final Map<Integer, Descriptor> descriptors = new HashMap<>();
  private final ArrayDeque<byte[]> sent = new ArrayDeque<>();
  private int nextDescriptor = 3;

  SocketDriver(StackHarness harness) {
    this.harness = harness;
  }

  private interface Call {
    int run() throws TcpException;
  }

  private int call(Call call) {
    try {
      int result = call.run();
      harness.settle();
      return result;
    } catch (TcpException e) {
      harness.settle();
      return Errno.of(e).result();
    } catch (IllegalArgumentException e) {
      return Errno.EINVAL.result();
    }
  }

  // ---- packets and time ----

  /** An IP datagram arrives. */
  public void inject(byte[] datagram) {
    harness.deliver(datagram);
  }

  /** The oldest IP datagram that was sent and not yet asked for; null if there is none. */
  public byte[] nextPacket() {
    for (WirePacket packet : harness.output()) {
      if (packet.isIpv4()) {
        sent.add(packet.ipBytes());
      }
    }
    return sent.poll();
  }

  /** The time in nanoseconds. */
  public long nowNanos() {
    return harness.clock().nanoTime();
  }

  /** Moves the time; timers fire in order. */
  public void advanceTo(long nanos) {
    harness.advanceTo(nanos);
  }

  /** When the next timer fires; {@link Long#MAX_VALUE} if none does. */
  public long nextDeadlineNanos() {
    return harness.nextDeadlineNanos();
  }

  // ---- calls ----

  /** A new TCP socket. */
  public int socket() {
    int descriptor = nextDescriptor++;
    descriptors.put(descriptor, new Descriptor());
    return descriptor;
  }

  /** Binds to an address and port; 0 is any. */
  public int bind(int fd, int ipv4, int port) {
    Descriptor d = descriptors.get(fd);
    if (d == null) {
      return Errno.EBADF.result();
    }
    if (d.endpoint() != null) {
      return Errno.EINVAL.result();
    }
    return call(
        () -> {
          TcpSocket socket = harness.socket();
          try {
            apply(d, socket);
            socket.bind(new IpEndpoint(IpAddress.ipv4(ipv4), port));
          } catch (TcpException e) {
            socket.close();
            throw e;
          }
          d.bound = socket;
          return 0;
        });
  }

  /** Starts to listen. */
  public int listen(int fd, int backlog) {
    Descriptor d = descriptors.get(fd);
    if (d == null) {
      return Errno.EBADF.result();
    }
    if (d.socket != null) {
      return Errno.EINVAL.result();
    }
    return call(
        () -> {
          if (d.listener == null) {
            TcpListener listener = harness.listener();
            apply(d, listener);
            IpEndpoint local = new IpEndpoint(IpAddress.ANY, 0);
            if (d.bound != null) {
              local = d.bound.local();
              d.bound.close();
              d.bound = null;
            }
            listener.bind(local);
            d.listener = listener;
          }
          d.listener.listen(Math.max(1, backlog));
          return 0;
        });
  }

  /** Takes the oldest connection that waits, as a new descriptor; EAGAIN if none does. */
  public int accept(int fd) {
    Descriptor d = descriptors.get(fd);
    if (d == null) {
      return Errno.EBADF.result();
    }
    if (d.listener == null) {
      return Errno.EINVAL.result();
    }
    return call(
        () -> {
          TcpSocket socket = d.listener.accept();
          if (socket == null) {
            return Errno.EAGAIN.result();
          }
          int accepted = socket();
          Descriptor child = descriptors.get(accepted);
          child.socket = socket;
          child.connectTold = true;
          return accepted;
        });
  }

  /**
   * Connects: EINPROGRESS at first, EALREADY while it goes on, then once 0 or what failed, then
   * EISCONN.
   */
  public int connect(int fd, int ipv4, int port) {
    Descriptor d = descriptors.get(fd);
    if (d == null) {
      return Errno.EBADF.result();
    }
    if (d.listener != null) {
      return Errno.EINVAL.result();
    }
    if (d.socket != null) {
      if (d.socket.failure() != null && !d.errorTaken) {
        d.errorTaken = true;
        return Errno.of(d.socket.failure()).result();
      }
      if ((d.socket.ready() & TcpSocket.CONNECTED) == 0) {
        return Errno.EALREADY.result();
      }
      if (!d.connectTold) {
        d.connectTold = true;
        return 0;
      }
      return Errno.EISCONN.result();
    }
    return call(
        () -> {
          TcpSocket socket = d.bound;
          if (socket == null) {
            socket = harness.socket();
            apply(d, socket);
          }
          d.bound = null;
          d.socket = socket;
          socket.connect(new IpEndpoint(IpAddress.ipv4(ipv4), port));
          return Errno.EINPROGRESS.result();
        });
  }

  /** Reads into {@code target}: bytes read, 0 at the end, EAGAIN if nothing is there. */
  public int read(int fd, byte[] target, int offset, int length) {
    Descriptor d = descriptors.get(fd);
    if (d == null) {
      return Errno.EBADF.result();
    }
    if (d.socket == null) {
      return Errno.ENOTCONN.result();
    }
    return call(
        () -> {
          int count = d.socket.read(ByteBuffer.wrap(target, offset, length));
          return count == -1 ? 0 : count == 0 && length > 0 ? Errno.EAGAIN.result() : count;
        });
  }

  /** Writes: bytes taken, or EAGAIN if there is no room. */
  public int write(int fd, byte[] source, int offset, int length) {
    Descriptor d = descriptors.get(fd);
    if (d == null) {
      return Errno.EBADF.result();
    }
    if (d.socket == null) {
      return Errno.EPIPE.result();
    }
    return call(
        () -> {
          int count = d.socket.write(ByteBuffer.wrap(source, offset, length));
          return count == 0 && length > 0 ? Errno.EAGAIN.result() : count;
        });
  }

  /** Closes one or both directions. */
  public int shutdown(int fd, int how) {
    Descriptor d = descriptors.get(fd);
    if (d == null) {
      return Errno.EBADF.result();
    }
    if (d.socket == null) {
      return Errno.ENOTCONN.result();
    }
    return call(
        () -> {
          if (how != SHUT_WR) {
            d.socket.shutdownInput();
          }
          if (how != SHUT_RD) {
            d.socket.shutdownOutput();
          }
          return 0;
        });
  }

  /** Closes. Never blocks: with linger, look at the packets. */
  public int close(int fd) {
    Descriptor d = descriptors.remove(fd);
    if (d == null) {
      return Errno.EBADF.result();
    }
    return call(
        () -> {
          if (d.endpoint() != null) {
            d.endpoint().close();
          }
          return 0;
        });
  }

  /** Aborts a connection with RST, which BSD sockets do by linger 0 and close. */
  public int abort(int fd) {
    Descriptor d = descriptors.remove(fd);
    if (d == null) {
      return Errno.EBADF.result();
    }
    return call(
        () -> {
          if (d.socket != null) {
            d.socket.abort();
          }
          return 0;
        });
  }

  /** What can be done now, as POLL bits. */
  public int poll(int fd) {
    Descriptor d = descriptors.get(fd);
    if (d == null) {
      return POLLNVAL;
    }
    harness.settle();
    if (d.listener != null) {
      return d.listener.acceptQueue() > 0 ? POLLIN : 0;
    }
    if (d.socket == null) {
      return POLLOUT | POLLHUP;
    }
    int ready = d.socket.ready();
    return ((ready & TcpSocket.READABLE) != 0 ? POLLIN : 0)
        | ((ready & TcpSocket.WRITABLE) != 0 ? POLLOUT : 0)
        | ((ready & TcpSocket.FAILED) != 0 ? POLLERR : 0)
        | ((ready & TcpSocket.INPUT_ENDED) != 0 ? POLLRDHUP : 0)
        | ((ready & TcpSocket.ENDED) != 0 ? POLLHUP : 0);
  }

  /** Sets an option by Linux's numbers; booleans are 0 and 1. */
  public int setsockopt(int fd, int level, int name, int value) {
    Descriptor d = descriptors.get(fd);
    if (d == null) {
      return Errno.EBADF.result();
    }
    TcpOption<?> option = SocketOptionNumbers.option(level, name);
    if (option == null) {
      return Errno.ENOPROTOOPT.result();
    }
    return call(
        () -> {
          Object boxed = option.type() == Boolean.class ? (Object) (value != 0) : (Object) value;
          set(d, option, boxed);
          return 0;
        });
  }

  /** Sets the congestion control, TCP_CONGESTION. */
  public int setCongestionControl(int fd, String name) {
    Descriptor d = descriptors.get(fd);
    if (d == null) {
      return Errno.EBADF.result();
    }
    return call(
        () -> {
          set(d, TcpOption.CONGESTION_CONTROL, name);
          return 0;
        });
  }

  private static <T> void set(Descriptor d, TcpOption<T> option, Object value) throws TcpException {
    T checked = option.check(value);
    d.options.put(option, checked);
    if (d.endpoint() != null) {
      d.endpoint().option(option, checked);
    }
  }

  private static void apply(Descriptor d, TcpEndpoint endpoint) throws TcpException {
    for (Map.Entry<TcpOption<?>, Object> entry : d.options.entrySet()) {
      applyOne(endpoint, entry.getKey(), entry.getValue());
    }
  }

  private static <T> void applyOne(TcpEndpoint endpoint, TcpOption<T> option, Object value)
      throws TcpException {
    endpoint.option(option, option.check(value));
  }

  /**
   * The value set for an option, or what SO_ERROR tells: the number of the failure, once.
   *
   * @return the value; a negative {@link Errno}; {@link Integer#MIN_VALUE} if it was not set
   */
  public int getsockopt(int fd, int level, int name) {
    Descriptor d = descriptors.get(fd);
    if (d == null) {
      return Errno.EBADF.result();
    }
    if (level == SOL_SOCKET && name == SO_ERROR) {
      if (d.socket == null || d.socket.failure() == null || d.errorTaken) {
        return 0;
      }
      d.errorTaken = true;
      return Errno.of(d.socket.failure()).number();
    }
    TcpOption<?> option = SocketOptionNumbers.option(level, name);
    if (option == null) {
      return Errno.ENOPROTOOPT.result();
    }
    Object value = d.options.get(option);
    if (value instanceof Boolean flag) {
      return flag ? 1 : 0;
    }
    return value instanceof Integer number ? number : Integer.MIN_VALUE;
  }

  /** Local address and port; null if there is no such descriptor. */
  public IpEndpoint getsockname(int fd) {
    Descriptor d = descriptors.get(fd);
    return d == null || d.endpoint() == null ? null : d.endpoint().local();
  }

  /** The peer; null if there is none. */
  public IpEndpoint getpeername(int fd) {
    Descriptor d = descriptors.get(fd);
    return d == null || d.socket == null ? null : d.socket.remote();
  }

  /** TCP_INFO: state, queues, timers and variables; null if there is no connection. */
  public TcpConnectionInfo tcpInfo(int fd) {
    Descriptor d = descriptors.get(fd);
    return d == null || d.endpoint() == null ? null : harness.tcpControl().info(d.endpoint().id());
  }

  /** The socket behind a descriptor, for what has no BSD call; null if there is none. */
  public TcpSocket tcpSocket(int fd) {
    Descriptor d = descriptors.get(fd);
    return d == null ? null : d.socket;
  }

  /** The descriptors that are open. */
  public List<Integer> open() {
    return descriptors.keySet().stream().sorted().toList();
  }
}
