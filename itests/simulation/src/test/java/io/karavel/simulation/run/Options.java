package io.karavel.simulation.run;

import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpOption;
import java.util.SplittableRandom;

/** Options of sockets, at random. */
final class Options {
  private Options() {}

  /** Before a socket connects. */
  static void initial(App app, SplittableRandom random) throws TcpException {
    while (random.nextInt(3) == 0) {
      switch (random.nextInt(10)) {
        case 0 -> app.option(TcpOption.NO_DELAY, random.nextBoolean());
        case 1 -> app.option(TcpOption.RECEIVE_BUFFER_BYTES, random.nextInt(2048, 60_000));
        case 2 -> app.option(TcpOption.SEND_BUFFER_BYTES, random.nextInt(2048, 60_000));
        case 3 -> app.option(TcpOption.MAX_SEGMENT_BYTES, random.nextInt(88, 1500));
        case 4 -> app.option(TcpOption.SYN_RETRIES, random.nextInt(1, 5));
        case 5 -> app.option(TcpOption.WINDOW_CLAMP_BYTES, random.nextInt(1024, 60_000));
        case 6 -> app.option(TcpOption.LINGER_FIN_WAIT_SECONDS, random.nextInt(-1, 30));
        case 7 -> app.option(TcpOption.LINGER_SECONDS, random.nextInt(-1, 2));
        case 8 -> app.option(TcpOption.FAST_OPEN_CONNECT, true);
        default -> change(app, random);
      }
    }
  }

  /** On an open connection. */
  static void change(App app, SplittableRandom random) throws TcpException {
    switch (random.nextInt(8)) {
      case 0 -> app.option(TcpOption.NO_DELAY, random.nextBoolean());
      case 1 -> app.option(TcpOption.CORK, random.nextInt(4) == 0);
      case 2 -> app.option(TcpOption.QUICK_ACK, random.nextBoolean());
      case 3 -> app.option(TcpOption.USER_TIMEOUT_MILLIS, random.nextInt(0, 60_000));
      case 4 -> app.option(TcpOption.NOT_SENT_LOW_WATER_BYTES, random.nextInt(0, 30_000));
      case 5 -> app.option(TcpOption.LINGER_FIN_WAIT_SECONDS, random.nextInt(-1, 30));
      case 6 ->
          app.option(TcpOption.CONGESTION_CONTROL, random.nextBoolean() ? "cubic" : "newreno");
      default -> {
        app.option(TcpOption.KEEPALIVE_TIME_SECONDS, random.nextInt(1, 20));
        app.option(TcpOption.KEEPALIVE_INTERVAL_SECONDS, random.nextInt(1, 10));
        app.option(TcpOption.KEEPALIVE_PROBES, random.nextInt(1, 5));
        app.option(TcpOption.KEEPALIVE, true);
      }
    }
  }
}
