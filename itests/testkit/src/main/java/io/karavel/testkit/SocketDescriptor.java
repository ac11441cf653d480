package io.karavel.testkit;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpEndpoint;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** What BSD keeps of a socket beside the protocol: what it is, its options, its pending error. */
final class SocketDescriptor {
  /** Options of the stack that were set, for sockets and listeners that are made later. */
  final Map<TcpOption<?>, Object> options = new HashMap<>();

  /** SO_RCVLOWAT. */
  int receiveLowWater = 1;

  /** SO_OOBINLINE. */
  boolean urgentInLine;

  /** Holds the port between bind and connect or listen. */
  TcpSocket bound;

  /** Where to connect with the first write (TCP_FASTOPEN_CONNECT); null if nothing is put off. */
  IpEndpoint putOff;

  /** What bind was given, its port chosen; null without bind. */
  IpEndpoint boundTo;

  TcpSocket socket;
  TcpListener listener;

  /** Whether connect has returned 0. */
  boolean connectTold;

  private Errno error;
  private boolean failureTaken;
  private long bytesRead;
  private long urgentTakenAt = -1;

  TcpEndpoint endpoint() {
    return socket != null ? socket : listener != null ? listener : bound;
  }

  boolean isConnecting() {
    return socket != null && (socket.ready() & (TcpSocket.CONNECTED | TcpSocket.FAILED)) == 0;
  }

  /** Whether the connection is over for BSD: its socket is CLOSED, also while TIME-WAIT lasts. */
  boolean isOver() {
    return socket != null && (socket.ready() & (TcpSocket.ENDED | TcpSocket.FAILED)) != 0
        || socket != null && socket.state() == TcpState.TIME_WAIT;
  }

  boolean isReceiveShutdown() {
    return socket != null && (isOver() || (socket.ready() & TcpSocket.INPUT_ENDED) != 0);
  }

  boolean isSendShutdown() {
    return socket != null && (isOver() || socket.isOutputShutdown());
  }

  /** Sets the pending error. */
  void fail(Errno errno) {
    error = errno;
  }

  /** The pending error, which stays; null if there is none. */
  Errno error() {
    if (error != null) {
      return error;
    }
    return socket == null || failureTaken || socket.failure() == null
        ? null
        : Errno.of(socket.failure());
  }

  /** Takes the pending error; null if there is none. */
  Errno takeError() {
    Errno taken = error();
    if (error != null) {
      error = null;
    } else if (taken != null) {
      failureTaken = true;
    }
    return taken;
  }

  /** Gives the connection up; the descriptor is as before connect or listen, still bound. */
  void disconnect() {
    if (socket != null) {
      socket.close();
    }
    if (listener != null) {
      listener.close();
    }
    socket = null;
    listener = null;
    connectTold = false;
    failureTaken = false;
    bytesRead = 0;
    urgentTakenAt = -1;
  }

  /** Sets everything that was set before on an endpoint made now. */
  void apply(TcpEndpoint endpoint) throws TcpException {
    for (Map.Entry<TcpOption<?>, Object> entry : options.entrySet()) {
      applyOne(endpoint, entry.getKey(), entry.getValue());
    }
  }

  private static <T> void applyOne(TcpEndpoint endpoint, TcpOption<T> option, Object value)
      throws TcpException {
    endpoint.option(option, option.check(value));
  }

  /** The local end as getsockname tells it. */
  IpEndpoint local() {
    if (endpoint() != null) {
      return endpoint().local();
    }
    return boundTo != null ? boundTo : new IpEndpoint(IpAddress.ANY, 0);
  }

  // ---- reading, with the urgent byte beside the stream unless it is to come in line ----

  /** Bytes before the urgent byte; -1 if there is none ahead. */
  private long beforeUrgent() {
    long urgent = socket.urgentAvailable();
    return urgent == 0 ? -1 : urgent - 1;
  }

  boolean isAtMark() {
    return socket != null && beforeUrgent() == 0;
  }

  /** Whether the urgent byte is here and was not taken. */
  boolean hasUrgentByte() {
    return socket != null
        && beforeUrgent() >= 0
        && socket.available() > beforeUrgent()
        && urgentTakenAt != bytesRead + beforeUrgent();
  }

  /** Bytes that a read returns, as SIOCINQ counts them. */
  long readable() {
    long available = socket == null ? 0 : socket.available();
    long before = socket == null ? -1 : beforeUrgent();
    return before < 0 || urgentInLine ? available : Math.min(available, before);
  }

  /** Whether poll says POLLIN for data. */
  boolean isReadable() {
    int target = receiveLowWater + (isAtMark() && !urgentInLine ? 1 : 0);
    return socket != null && socket.available() >= target;
  }

  int read(ByteBuffer target, boolean peek) throws TcpException {
    long before = beforeUrgent();
    if (before == 0 && !urgentInLine && socket.available() > 0) {
      bytesRead += socket.skip(1);
      before = -1;
    }
    if (before > 0 && before < target.remaining()) {
      target.limit(target.position() + (int) before);
    }
    int count = peek ? socket.peek(target) : socket.read(target);
    if (count > 0 && !peek) {
      bytesRead += count;
    }
    return count;
  }

  long skip(long most) throws TcpException {
    long count = socket.skip(most);
    bytesRead += Math.max(0, count);
    return count;
  }

  /** MSG_OOB: the urgent byte, or why it is not there. */
  int readUrgent(ByteBuffer target, boolean peek) throws TcpException {
    long before = beforeUrgent();
    if (urgentInLine || before < 0 || urgentTakenAt == bytesRead + before) {
      return Errno.EINVAL.result();
    }
    if (!hasUrgentByte()) {
      return isReceiveShutdown() ? 0 : Errno.EAGAIN.result();
    }
    ByteBuffer all = ByteBuffer.allocate((int) before + 1);
    socket.peek(all);
    target.put(all.get((int) before));
    if (!peek) {
      urgentTakenAt = bytesRead + before;
    }
    return 1;
  }
}
