package io.karavel.shell.internal.doctor;

import io.karavel.tcp.TcpConnectionInfo;

/** Reads the details of a connection. */
final class Details {
  private Details() {}

  /** A number; 0 if it is not there. */
  static long number(TcpConnectionInfo connection, String name) {
    return connection.details().get(name) instanceof Number number ? number.longValue() : 0;
  }
}
