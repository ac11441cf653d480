package io.karavel.testkit;

import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;

/** Error numbers of socket calls, with Linux's values. */
public enum Errno {
  /** Not open. */
  EBADF(9),
  /** Nothing there now; would block. */
  EAGAIN(11),
  /** An argument that is wrong. */
  EINVAL(22),
  /** No such file or directory. */
  ENOENT(2),
  /** No such question to a socket. */
  ENOTTY(25),
  /** Writing after the output was closed, or to a connection that is gone. */
  EPIPE(32),
  /** Unknown option. */
  ENOPROTOOPT(92),
  /** Protocol unreachable at the peer. */
  ENOPROTO(71),
  /** Not supported, or switched off. */
  EOPNOTSUPP(95),
  /** Address in use. */
  EADDRINUSE(98),
  /** Address is not ours, or no port is free. */
  EADDRNOTAVAIL(99),
  /** No route. */
  ENETUNREACH(101),
  /** Aborted from this side. */
  ECONNABORTED(103),
  /** Reset by the peer. */
  ECONNRESET(104),
  /** Limit reached. */
  ENOBUFS(105),
  /** Connected already. */
  EISCONN(106),
  /** Not connected. */
  ENOTCONN(107),
  /** Timed out. */
  ETIMEDOUT(110),
  /** Refused by the peer. */
  ECONNREFUSED(111),
  /** Host unreachable. */
  EHOSTUNREACH(113),
  /** Connecting already. */
  EALREADY(114),
  /** Begun to connect. */
  EINPROGRESS(115);

  private final int number;

  Errno(int number) {
    this.number = number;
  }

  /** The positive number. */
  public int number() {
    return number;
  }

  /** What a call returns for it: the negative number. */
  public int result() {
    return -number;
  }

  /** The error with a number, positive or negative; null if it is none of these. */
  public static Errno of(int result) {
    for (Errno errno : values()) {
      if (errno.number == Math.abs(result)) {
        return errno;
      }
    }
    return null;
  }

  /** What a failure is as a number. */
  public static Errno of(TcpException failure) {
    return of(failure.error());
  }

  /** What an error is as a number. */
  public static Errno of(TcpError error) {
    return switch (error) {
      case CONNECTION_REFUSED -> ECONNREFUSED;
      case CONNECTION_RESET -> ECONNRESET;
      case CONNECTION_ABORTED, MODULE_DISPOSED -> ECONNABORTED;
      case TIMED_OUT -> ETIMEDOUT;
      case NETWORK_UNREACHABLE -> ENETUNREACH;
      case HOST_UNREACHABLE -> EHOSTUNREACH;
      case PROTOCOL_UNREACHABLE -> ENOPROTO;
      case NO_FREE_PORT, ADDRESS_NOT_AVAILABLE -> EADDRNOTAVAIL;
      case LIMIT_REACHED -> ENOBUFS;
      case ADDRESS_IN_USE -> EADDRINUSE;
      case NOT_CONNECTED -> ENOTCONN;
      case ALREADY_CONNECTED -> EISCONN;
      case OUTPUT_SHUT_DOWN -> EPIPE;
      case CLOSED -> EBADF;
    };
  }
}
