package io.karavel.testkit;

import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpOption;

/** What BSD sockets do about Fast Open before they connect. */
final class SocketFastOpen {
  private SocketFastOpen() {}

  /** Bytes that a SYN could carry; negative as {@code TcpControl.fastOpenBytes} says. */
  static int space(StackHarness harness, IpEndpoint remote) {
    return harness.tcpControl().fastOpenBytes(remote.address());
  }

  /** TCP_FASTOPEN_CONNECT with a cookie: connect returns at once, the first write connects. */
  static boolean isPutOff(StackHarness harness, SocketDescriptor d, IpEndpoint remote) {
    return Boolean.TRUE.equals(d.options.get(TcpOption.FAST_OPEN_CONNECT))
        && space(harness, remote) >= 0;
  }
}
