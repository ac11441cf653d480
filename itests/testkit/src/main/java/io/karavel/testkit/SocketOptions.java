package io.karavel.testkit;

import io.karavel.engine.KeepaliveSettings;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSettings;

/** setsockopt and getsockopt with Linux's numbers, ranges and defaults. */
final class SocketOptions {
  static final int SO_ERROR = 4;
  static final int SO_LINGER = 13;

  private static final int SO_TYPE = 3;
  private static final int SO_OOBINLINE = 10;
  private static final int SO_RCVLOWAT = 18;
  private static final int SO_SNDLOWAT = 19;
  private static final int SO_ACCEPTCONN = 30;
  private static final int SO_PROTOCOL = 38;
  private static final int SO_DOMAIN = 39;
  private static final int SOCK_STREAM = 1;
  private static final int AF_INET = 2;
  private static final int SMALLEST_BUFFER = 2048;
  private static final int LARGEST_BUFFER = 1 << 30;
  private static final int DEFAULT_TTL = 64;
  private static final int DEFAULT_MSS = 536;
  private static final int ECN_BITS = 3;

  private final StackHarness harness;

  SocketOptions(StackHarness harness) {
    this.harness = harness;
  }

  int set(SocketDescriptor d, int level, int name, int value) throws TcpException {
    if (level == SocketDriver.SOL_SOCKET) {
      switch (name) {
        case SO_OOBINLINE -> {
          d.urgentInLine = value != 0;
          return 0;
        }
        case SO_RCVLOWAT -> {
          d.receiveLowWater = value < 0 ? Integer.MAX_VALUE : Math.max(1, value);
          return 0;
        }
        case SO_TYPE, SO_ERROR, SO_ACCEPTCONN, SO_PROTOCOL, SO_DOMAIN, SO_SNDLOWAT -> {
          return Errno.ENOPROTOOPT.result();
        }
        default -> {}
      }
    }
    TcpOption<?> option = SocketOptionNumbers.option(level, name);
    if (option == null) {
      return Errno.ENOPROTOOPT.result();
    }
    int taken = value;
    if (option == TcpOption.SEND_BUFFER_BYTES || option == TcpOption.RECEIVE_BUFFER_BYTES) {
      taken =
          value < 0 ? LARGEST_BUFFER : Math.max(SMALLEST_BUFFER, Math.min(value, LARGEST_BUFFER));
    } else if (option == TcpOption.TRAFFIC_CLASS) {
      taken = value & 0xff & ~ECN_BITS;
    } else if (option == TcpOption.TIME_TO_LIVE && value == -1) {
      taken = DEFAULT_TTL;
    } else if (option == TcpOption.LINGER_FIN_WAIT_SECONDS) {
      taken = Math.max(-1, Math.min(value, 3600));
    } else if (option == TcpOption.DEFER_ACCEPT_SECONDS) {
      taken = Math.max(0, Math.min(value, 32767));
    }
    store(d, option, option.type() == Boolean.class ? (Object) (taken != 0) : (Object) taken);
    return 0;
  }

  static <T> void store(SocketDescriptor d, TcpOption<T> option, Object value) throws TcpException {
    T checked = option.check(value);
    d.options.put(option, checked);
    if (d.endpoint() != null) {
      d.endpoint().option(option, checked);
    }
  }

  int get(SocketDescriptor d, int level, int name) {
    if (level == SocketDriver.SOL_SOCKET) {
      switch (name) {
        case SO_ERROR -> {
          Errno error = d.takeError();
          return error == null ? 0 : error.number();
        }
        case SO_TYPE -> {
          return SOCK_STREAM;
        }
        case SO_DOMAIN -> {
          return AF_INET;
        }
        case SO_PROTOCOL -> {
          return SocketDriver.IPPROTO_TCP;
        }
        case SO_ACCEPTCONN -> {
          return d.listener == null ? 0 : 1;
        }
        case SO_OOBINLINE -> {
          return d.urgentInLine ? 1 : 0;
        }
        case SO_RCVLOWAT -> {
          return d.receiveLowWater;
        }
        case SO_SNDLOWAT -> {
          return 1;
        }
        default -> {}
      }
    }
    TcpOption<?> option = SocketOptionNumbers.option(level, name);
    if (option == null) {
      return Errno.ENOPROTOOPT.result();
    }
    if (option == TcpOption.MAX_SEGMENT_BYTES) {
      return maximumSegment(d);
    }
    Object value = d.options.get(option);
    if (value instanceof Boolean flag) {
      return flag ? 1 : 0;
    }
    if (value == null) {
      return byDefault(option);
    }
    int number = (Integer) value;
    if (option == TcpOption.SEND_BUFFER_BYTES || option == TcpOption.RECEIVE_BUFFER_BYTES) {
      // Linux counts its bookkeeping in: it tells twice what it was given.
      return number > LARGEST_BUFFER / 2 ? LARGEST_BUFFER : 2 * number;
    }
    if (option == TcpOption.LINGER_FIN_WAIT_SECONDS && number == 0) {
      return byDefault(option);
    }
    return option == TcpOption.DEFER_ACCEPT_SECONDS ? wholeIntervals(number) : number;
  }

  private int maximumSegment(SocketDescriptor d) {
    if (d.socket != null && !d.isConnecting() && !d.isOver()) {
      return SocketInfo.of(harness.tcpControl().info(d.socket.id()))
          .getOrDefault("tcpi_snd_mss", (long) DEFAULT_MSS)
          .intValue();
    }
    Object asked = d.options.get(TcpOption.MAX_SEGMENT_BYTES);
    return asked == null ? DEFAULT_MSS : (Integer) asked;
  }

  /** TCP_DEFER_ACCEPT is kept in intervals of the SYN-ACK: 1, 3, 7, 15 … seconds. */
  private static int wholeIntervals(int seconds) {
    int covered = 0;
    for (int interval = 1; covered < seconds; interval = Math.min(2 * interval, 120)) {
      covered += interval;
    }
    return covered;
  }

  private int byDefault(TcpOption<?> option) {
    TcpSettings settings = harness.tcpSettings();
    KeepaliveSettings keepalive = harness.keepaliveSettings();
    if (option == TcpOption.KEEPALIVE) {
      return keepalive.enabledByDefault() ? 1 : 0;
    } else if (option == TcpOption.KEEPALIVE_TIME_SECONDS) {
      return keepalive.timeSeconds();
    } else if (option == TcpOption.KEEPALIVE_INTERVAL_SECONDS) {
      return keepalive.intervalSeconds();
    } else if (option == TcpOption.KEEPALIVE_PROBES) {
      return keepalive.probes();
    } else if (option == TcpOption.NO_DELAY) {
      return settings.nagle() ? 0 : 1;
    } else if (option == TcpOption.SYN_RETRIES) {
      return settings.synRetries();
    } else if (option == TcpOption.LINGER_FIN_WAIT_SECONDS) {
      return (int) (settings.finTimeoutNanos() / 1_000_000_000L);
    } else if (option == TcpOption.USER_TIMEOUT_MILLIS) {
      return (int) (settings.userTimeoutNanos() / 1_000_000L);
    } else if (option == TcpOption.SEND_BUFFER_BYTES) {
      return settings.sendBufferInitialBytes();
    } else if (option == TcpOption.RECEIVE_BUFFER_BYTES) {
      return settings.receiveBufferInitialBytes();
    } else if (option == TcpOption.TIME_TO_LIVE) {
      return DEFAULT_TTL;
    }
    return option == TcpOption.LINGER_SECONDS ? -1 : 0;
  }
}
