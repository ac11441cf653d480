package io.karavel.testkit;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.spi.TcpControl;
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

  /** {@link #poll}: urgent data is here. */
  public static final int POLLPRI = 0x2;

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

  /** {@link #recv}, {@link #send}: the urgent byte. */
  public static final int MSG_OOB = 0x1;

  /** {@link #recv}: the bytes stay. */
  public static final int MSG_PEEK = 0x2;

  /** {@link #recv}: the bytes are thrown away and counted. */
  public static final int MSG_TRUNC = 0x20;

  /** {@link #send}: more follows, so that partial segments wait. */
  public static final int MSG_MORE = 0x8000;

  /** {@link #sendto}: connects, with the data on the SYN where there is a cookie. */
  public static final int MSG_FASTOPEN = 0x2000_0000;

  /** {@link #ioctl}: bytes that can be read; also called FIONREAD. */
  public static final int SIOCINQ = 0x541b;

  /** {@link #ioctl}: bytes, and FIN, that the peer has not acknowledged. */
  public static final int SIOCOUTQ = 0x5411;

  /** {@link #ioctl}: bytes, and FIN, that were not sent. */
  public static final int SIOCOUTQNSD = 0x894b;

  /** {@link #ioctl}: whether the next byte is the urgent one. */
  public static final int SIOCATMARK = 0x8905;

  /** Option level of sockets. */
  public static final int SOL_SOCKET = 1;

  /** Option level of IP. */
  public static final int IPPROTO_IP = 0;

  /** Option level of TCP. */
  public static final int IPPROTO_TCP = 6;

  private static final ByteBuffer NO_DATA = ByteBuffer.allocate(0);
  private final StackHarness harness;
  private final SocketOptions options;
  private final Map<Integer, SocketDescriptor> descriptors = new HashMap<>();
  private final ArrayDeque<byte[]> sent = new ArrayDeque<>();
  private int nextDescriptor = 3;

  SocketDriver(StackHarness harness) {
    this.harness = harness;
    options = new SocketOptions(harness);
  }

  private interface Call {
    int run(SocketDescriptor d) throws TcpException;
  }

  private int call(int fd, Call call) {
    SocketDescriptor d = descriptors.get(fd);
    if (d == null) {
      return Errno.EBADF.result();
    }
    try {
      int result = call.run(d);
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
    descriptors.put(descriptor, new SocketDescriptor());
    return descriptor;
  }

  /** Binds to an address and port; 0 is any. */
  public int bind(int fd, int ipv4, int port) {
    return call(
        fd,
        d -> {
          if (d.endpoint() != null || d.boundTo != null) {
            return Errno.EINVAL.result();
          }
          hold(d, new IpEndpoint(IpAddress.ipv4(ipv4), port));
          return 0;
        });
  }

  /** Holds a local end with a socket of its own until it is known what the descriptor becomes. */
  private void hold(SocketDescriptor d, IpEndpoint local) throws TcpException {
    TcpSocket socket = harness.socket();
    try {
      d.apply(socket);
      socket.bind(local);
    } catch (TcpException e) {
      socket.close();
      throw e;
    }
    d.bound = socket;
    d.boundTo = socket.local();
  }

  /** Starts to listen, or changes the backlog; one connection more than that may wait. */
  public int listen(int fd, int backlog) {
    return call(
        fd,
        d -> {
          if (d.socket != null) {
            return Errno.EINVAL.result();
          }
          int most = backlog < 0 ? Integer.MAX_VALUE : Math.min(backlog, 65534) + 1;
          if (d.listener != null) {
            d.listener.listen(most);
            return 0;
          }
          IpEndpoint local = d.local();
          if (d.bound != null) {
            d.bound.close();
            d.bound = null;
          }
          TcpListener listener = harness.listener();
          try {
            d.apply(listener);
            listener.bind(local);
            listener.listen(most);
          } catch (TcpException e) {
            listener.close();
            hold(d, local);
            throw e;
          }
          d.listener = listener;
          return 0;
        });
  }

  /** Takes the oldest connection that waits, as a new descriptor; EAGAIN if none does. */
  public int accept(int fd) {
    return call(
        fd,
        d -> {
          if (d.listener == null) {
            return Errno.EINVAL.result();
          }
          TcpSocket socket = d.listener.accept();
          if (socket == null) {
            return Errno.EAGAIN.result();
          }
          int accepted = socket();
          SocketDescriptor child = descriptors.get(accepted);
          child.socket = socket;
          child.connectTold = true;
          child.options.putAll(d.options);
          child.urgentInLine = d.urgentInLine;
          child.receiveLowWater = d.receiveLowWater;
          return accepted;
        });
  }

  /**
   * Connects: EINPROGRESS at first, EALREADY while it goes on, then once 0, then EISCONN; or once
   * what failed, after which the next call connects anew. What can be told at once is.
   */
  public int connect(int fd, int ipv4, int port) {
    return call(
        fd,
        d -> {
          if (d.listener != null) {
            return Errno.EISCONN.result();
          }
          if (d.socket != null) {
            return goOn(d);
          }
          IpEndpoint remote = new IpEndpoint(IpAddress.ipv4(ipv4), port);
          if (SocketFastOpen.isPutOff(harness, d, remote)) {
            d.putOff = remote;
            return 0;
          }
          return begin(d, remote, NO_DATA);
        });
  }

  private int goOn(SocketDescriptor d) {
    if (d.isConnecting()) {
      return Errno.EALREADY.result();
    }
    if (d.connectTold) {
      return Errno.EISCONN.result();
    }
    if (d.isOver()) {
      Errno error = d.takeError();
      d.disconnect();
      return (error == null ? Errno.ECONNABORTED : error).result();
    }
    d.connectTold = true;
    return 0;
  }

  private int begin(SocketDescriptor d, IpEndpoint remote, ByteBuffer first) throws TcpException {
    if (d.bound == null && d.boundTo != null) {
      hold(d, d.boundTo);
    }
    TcpSocket socket = d.bound;
    if (socket == null) {
      socket = harness.socket();
      d.apply(socket);
    }
    try {
      socket.connect(remote, first);
    } catch (TcpException e) {
      if (d.bound == null) {
        socket.close();
      }
      throw e;
    }
    d.bound = null;
    d.socket = socket;
    harness.settle();
    if (socket.failure() != null && isToldAtOnce(socket.failure().error())) {
      Errno error = d.takeError();
      d.disconnect();
      return error.result();
    }
    return Errno.EINPROGRESS.result();
  }

  private static boolean isToldAtOnce(TcpError error) {
    return switch (error) {
      case NETWORK_UNREACHABLE,
          ADDRESS_NOT_AVAILABLE,
          ADDRESS_IN_USE,
          NO_FREE_PORT,
          LIMIT_REACHED ->
          true;
      default -> false;
    };
  }

  /** What connect to AF_UNSPEC does: RST if need be; the descriptor can connect or listen anew. */
  public int disconnect(int fd) {
    return call(
        fd,
        d -> {
          if (d.socket != null && !d.isOver()) {
            d.fail(d.isConnecting() ? Errno.ECONNRESET : null);
            d.socket.abort();
          }
          d.disconnect();
          return 0;
        });
  }

  /** Reads into {@code target}: bytes read, 0 at the end, EAGAIN if nothing is there. */
  public int read(int fd, byte[] target, int offset, int length) {
    return recv(fd, target, offset, length, 0);
  }

  /** Like {@link #read} with the MSG flags of this class. */
  public int recv(int fd, byte[] target, int offset, int length, int flags) {
    return call(fd, d -> SocketTransfers.recv(d, ByteBuffer.wrap(target, offset, length), flags));
  }

  /** Writes: bytes taken, or EAGAIN if there is no room. */
  public int write(int fd, byte[] source, int offset, int length) {
    return send(fd, source, offset, length, 0);
  }

  /** Like {@link #write} with the MSG flags of this class. */
  public int send(int fd, byte[] source, int offset, int length, int flags) {
    return call(
        fd,
        d -> {
          ByteBuffer data = ByteBuffer.wrap(source, offset, length);
          if (d.putOff == null) {
            return SocketTransfers.send(d, data, flags);
          }
          IpEndpoint remote = d.putOff;
          d.putOff = null;
          return connectAndSend(d, data, remote);
        });
  }

  /** Like {@link #send}; with MSG_FASTOPEN to a peer that the socket is not connected with yet. */
  public int sendto(int fd, byte[] source, int offset, int length, int flags, int ipv4, int port) {
    if ((flags & MSG_FASTOPEN) == 0) {
      return send(fd, source, offset, length, flags);
    }
    return call(
        fd,
        d -> {
          if (d.listener != null || d.socket != null) {
            return (d.isConnecting() ? Errno.EALREADY : Errno.EISCONN).result();
          }
          IpEndpoint remote = new IpEndpoint(IpAddress.ipv4(ipv4), port);
          return connectAndSend(d, ByteBuffer.wrap(source, offset, length), remote);
        });
  }

  /** Without a cookie it only connects, asking for one, as Linux does. */
  private int connectAndSend(SocketDescriptor d, ByteBuffer data, IpEndpoint remote)
      throws TcpException {
    int space = SocketFastOpen.space(harness, remote);
    if (space == TcpControl.FAST_OPEN_OFF) {
      return Errno.EOPNOTSUPP.result();
    }
    d.options.putIfAbsent(TcpOption.FAST_OPEN_CONNECT, true);
    data.limit(data.position() + Math.min(data.remaining(), Math.max(0, space)));
    int before = data.remaining();
    int result = begin(d, remote, data);
    return result == Errno.EINPROGRESS.result() && before > 0 ? before : result;
  }

  /** Closes one or both directions. Of a listener, reading: it ends; of a connect: that ends. */
  public int shutdown(int fd, int how) {
    return call(
        fd,
        d -> {
          if (how < SHUT_RD || how > SHUT_RDWR) {
            return Errno.EINVAL.result();
          }
          if (d.listener != null) {
            if (how != SHUT_WR) {
              d.disconnect();
            }
            return 0;
          }
          if (d.isConnecting()) {
            d.disconnect();
            d.fail(Errno.ECONNRESET);
            return 0;
          }
          if (d.socket == null || d.isOver()) {
            return Errno.ENOTCONN.result();
          }
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
    return call(
        fd,
        d -> {
          descriptors.remove(fd);
          if (d.endpoint() != null) {
            d.endpoint().close();
          }
          return 0;
        });
  }

  /** Aborts a connection with RST, which BSD sockets do by linger 0 and close. */
  public int abort(int fd) {
    return call(
        fd,
        d -> {
          descriptors.remove(fd);
          if (d.socket != null) {
            d.socket.abort();
          } else if (d.endpoint() != null) {
            d.endpoint().close();
          }
          return 0;
        });
  }

  /** What can be done now, as POLL bits. */
  public int poll(int fd) {
    SocketDescriptor d = descriptors.get(fd);
    if (d == null) {
      return POLLNVAL;
    }
    harness.settle();
    return SocketTransfers.poll(d);
  }

  /** The question behind one of the SIOC numbers of this class: the answer, 0 or more. */
  public int ioctl(int fd, int request) {
    return call(
        fd,
        d -> {
          if (request == SIOCATMARK) {
            return d.isAtMark() ? 1 : 0;
          }
          if (request != SIOCINQ && request != SIOCOUTQ && request != SIOCOUTQNSD) {
            return Errno.ENOTTY.result();
          }
          if (d.listener != null) {
            return Errno.EINVAL.result();
          }
          if (d.socket == null || d.isConnecting()) {
            return 0;
          }
          if (request == SIOCINQ) {
            return (int) d.readable();
          }
          return d.isOver()
              ? 0
              : (int)
                  SocketTransfers.unacknowledged(
                      harness.tcpControl().info(d.socket.id()), request == SIOCOUTQNSD);
        });
  }

  // ---- options and names ----

  /**
   * Sets an option by Linux's numbers; booleans are 0 and 1, SO_LINGER takes seconds, -1 is off.
   */
  public int setsockopt(int fd, int level, int name, int value) {
    return call(fd, d -> options.set(d, level, name, value));
  }

  /** SO_LINGER as BSD has it: on or off, and the seconds. */
  public int setLinger(int fd, boolean on, int seconds) {
    return setsockopt(
        fd,
        SOL_SOCKET,
        SocketOptions.SO_LINGER,
        on ? Math.max(0, Math.min(seconds, Short.MAX_VALUE)) : -1);
  }

  /** Sets the congestion control, TCP_CONGESTION; ENOENT if there is none of that name. */
  public int setCongestionControl(int fd, String name) {
    return call(
        fd,
        d -> {
          try {
            SocketOptions.store(d, TcpOption.CONGESTION_CONTROL, name);
          } catch (IllegalArgumentException e) {
            // Linux: no module of that name.
            return Errno.ENOENT.result();
          }
          return 0;
        });
  }

  /** The congestion control, TCP_CONGESTION; null if there is no such descriptor. */
  public String getCongestionControl(int fd) {
    SocketDescriptor d = descriptors.get(fd);
    if (d == null) {
      return null;
    }
    Object set = d.options.get(TcpOption.CONGESTION_CONTROL);
    return set == null ? harness.tcpSettings().congestionControl() : (String) set;
  }

  /** The value of an option, set or by default; SO_ERROR tells the number of a failure once. */
  public int getsockopt(int fd, int level, int name) {
    return call(fd, d -> options.get(d, level, name));
  }

  /** Local address and port, 0 while unbound; null if there is no such descriptor. */
  public IpEndpoint getsockname(int fd) {
    SocketDescriptor d = descriptors.get(fd);
    return d == null ? null : d.local();
  }

  /** The peer; null if the descriptor is not connected, which is ENOTCONN. */
  public IpEndpoint getpeername(int fd) {
    SocketDescriptor d = descriptors.get(fd);
    return d == null || d.socket == null || d.isConnecting() || d.isOver()
        ? null
        : d.socket.remote();
  }

  /** Everything the stack shows of a connection or listener; null if there is none. */
  public TcpConnectionInfo tcpInfo(int fd) {
    SocketDescriptor d = descriptors.get(fd);
    return d == null || d.endpoint() == null ? null : harness.tcpControl().info(d.endpoint().id());
  }

  /** TCP_INFO by the names of Linux's struct, times in microseconds; null without descriptor. */
  public Map<String, Long> tcpInfoFields(int fd) {
    return descriptors.containsKey(fd) ? SocketInfo.of(tcpInfo(fd)) : null;
  }

  /** The socket behind a descriptor, for what has no BSD call; null if there is none. */
  public TcpSocket tcpSocket(int fd) {
    SocketDescriptor d = descriptors.get(fd);
    return d == null ? null : d.socket;
  }

  /** The descriptors that are open. */
  public List<Integer> open() {
    return descriptors.keySet().stream().sorted().toList();
  }
}
