package io.karavel.testkit;

import io.karavel.tcp.TcpOption;

/** Linux's numbers of socket options (asm-generic/socket.h, linux/tcp.h, linux/in.h). */
final class SocketOptionNumbers {
  private SocketOptionNumbers() {}

  /** The option of a level and name; null if it is unknown here. */
  static TcpOption<?> option(int level, int name) {
    return switch (level) {
      case SocketDriver.SOL_SOCKET ->
          switch (name) {
            case 2 -> TcpOption.REUSE_ADDRESS;
            case 7 -> TcpOption.SEND_BUFFER_BYTES;
            case 8 -> TcpOption.RECEIVE_BUFFER_BYTES;
            case 9 -> TcpOption.KEEPALIVE;
            case 13 -> TcpOption.LINGER_SECONDS;
            case 15 -> TcpOption.REUSE_PORT;
            case 47 -> TcpOption.MAX_PACING_BYTES_PER_SECOND;
            default -> null;
          };
      case SocketDriver.IPPROTO_TCP ->
          switch (name) {
            case 1 -> TcpOption.NO_DELAY;
            case 2 -> TcpOption.MAX_SEGMENT_BYTES;
            case 3 -> TcpOption.CORK;
            case 23 -> TcpOption.FAST_OPEN_QUEUE;
            case 30 -> TcpOption.FAST_OPEN_CONNECT;
            case 4 -> TcpOption.KEEPALIVE_TIME_SECONDS;
            case 5 -> TcpOption.KEEPALIVE_INTERVAL_SECONDS;
            case 6 -> TcpOption.KEEPALIVE_PROBES;
            case 7 -> TcpOption.SYN_RETRIES;
            case 8 -> TcpOption.LINGER_FIN_WAIT_SECONDS;
            case 9 -> TcpOption.DEFER_ACCEPT_SECONDS;
            case 10 -> TcpOption.WINDOW_CLAMP_BYTES;
            case 12 -> TcpOption.QUICK_ACK;
            case 18 -> TcpOption.USER_TIMEOUT_MILLIS;
            case 25 -> TcpOption.NOT_SENT_LOW_WATER_BYTES;
            default -> null;
          };
      case SocketDriver.IPPROTO_IP ->
          switch (name) {
            case 1 -> TcpOption.TRAFFIC_CLASS;
            case 2 -> TcpOption.TIME_TO_LIVE;
            default -> null;
          };
      default -> null;
    };
  }
}
