package io.karavel.testkit;

import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import java.nio.ByteBuffer;

/** recv, send, poll and the output queue, as Linux's TCP answers them. */
final class SocketTransfers {
  /** MSG_WAITALL, MSG_DONTWAIT, MSG_NOSIGNAL and MSG_EOR: nothing here blocks or is signalled. */
  private static final int FLAGS_OF_NO_EFFECT = 0x100 | 0x40 | 0x4000 | 0x80;

  private SocketTransfers() {}

  static int recv(SocketDescriptor d, ByteBuffer target, int flags) throws TcpException {
    if ((flags
            & ~(SocketDriver.MSG_OOB
                | SocketDriver.MSG_PEEK
                | SocketDriver.MSG_TRUNC
                | FLAGS_OF_NO_EFFECT))
        != 0) {
      return Errno.EINVAL.result();
    }
    boolean peek = (flags & SocketDriver.MSG_PEEK) != 0;
    if (d.socket == null) {
      Errno error = d.listener == null ? d.takeError() : null;
      return (error == null ? Errno.ENOTCONN : error).result();
    }
    if ((flags & SocketDriver.MSG_OOB) != 0) {
      return d.readUrgent(target, peek);
    }
    if (!target.hasRemaining()) {
      return 0;
    }
    int count = 0;
    if (d.socket.available() > 0) {
      count =
          (flags & SocketDriver.MSG_TRUNC) != 0 && !peek
              ? (int) d.skip(target.remaining())
              : d.read(target, peek);
    }
    return count > 0 ? count : nothingRead(d);
  }

  private static int nothingRead(SocketDescriptor d) {
    boolean ended = (d.socket.ready() & TcpSocket.INPUT_ENDED) != 0 && d.socket.failure() == null;
    Errno error = ended ? null : d.takeError();
    if (error != null) {
      return error.result();
    }
    return d.isReceiveShutdown() ? 0 : Errno.EAGAIN.result();
  }

  static int send(SocketDescriptor d, ByteBuffer source, int flags) throws TcpException {
    if ((flags & ~(SocketDriver.MSG_OOB | SocketDriver.MSG_MORE | FLAGS_OF_NO_EFFECT)) != 0) {
      return Errno.EINVAL.result();
    }
    if (d.isConnecting()) {
      return Errno.EAGAIN.result();
    }
    if (d.socket == null || d.isSendShutdown()) {
      Errno error = d.listener == null ? d.takeError() : null;
      return (error == null ? Errno.EPIPE : error).result();
    }
    if (!source.hasRemaining()) {
      return 0;
    }
    boolean more = (flags & SocketDriver.MSG_MORE) != 0;
    boolean corked = Boolean.TRUE.equals(d.options.get(TcpOption.CORK));
    if (more && !corked) {
      d.socket.option(TcpOption.CORK, true);
    }
    int count =
        (flags & SocketDriver.MSG_OOB) != 0 ? d.socket.writeUrgent(source) : d.socket.write(source);
    if (!more && !corked && Boolean.TRUE.equals(d.socket.option(TcpOption.CORK))) {
      d.socket.option(TcpOption.CORK, false);
    }
    return count == 0 ? Errno.EAGAIN.result() : count;
  }

  /** What tcp_poll says. */
  static int poll(SocketDescriptor d) {
    if (d.listener != null) {
      return d.listener.acceptQueue() > 0 ? SocketDriver.POLLIN : 0;
    }
    int events = d.error() == null ? 0 : SocketDriver.POLLERR;
    if (d.socket == null) {
      return events | SocketDriver.POLLOUT | SocketDriver.POLLHUP;
    }
    if (d.isConnecting()) {
      return events;
    }
    boolean receiveShut = d.isReceiveShutdown();
    boolean sendShut = d.isSendShutdown();
    if (receiveShut && sendShut) {
      events |= SocketDriver.POLLHUP;
    }
    if (receiveShut) {
      events |= SocketDriver.POLLIN | SocketDriver.POLLRDHUP;
    }
    if (d.isReadable()) {
      events |= SocketDriver.POLLIN;
    }
    if (sendShut || (d.socket.ready() & TcpSocket.WRITABLE) != 0) {
      events |= SocketDriver.POLLOUT;
    }
    return d.hasUrgentByte() ? events | SocketDriver.POLLPRI : events;
  }

  /**
   * Bytes of the send queue, a FIN in it counted.
   *
   * @param info the connection with details, or null
   * @param unsentOnly only what was never sent
   */
  static long unacknowledged(TcpConnectionInfo info, boolean unsentOnly) {
    if (info == null) {
      return 0;
    }
    boolean finUnacknowledged =
        switch (info.state()) {
          case FIN_WAIT_1, CLOSING, LAST_ACK -> true;
          default -> false;
        };
    long data = info.sendQueue();
    long unsent = ((Number) info.details().get("unsent")).longValue();
    if (!unsentOnly) {
      return data + (finUnacknowledged ? 1 : 0);
    }
    long flight =
        ((Number) info.details().get("sndNxt")).longValue()
                - ((Number) info.details().get("sndUna")).longValue()
            & 0xffff_ffffL;
    boolean finSent = finUnacknowledged && flight > data - unsent;
    return unsent + (finUnacknowledged && !finSent ? 1 : 0);
  }
}
