package io.karavel.interop;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A wire with the log of its states, for a class whose tests run at once, each on a port of its
 * own.
 */
final class SharedWire implements AutoCloseable {
  private static final int WARMING_CONNECTIONS = 20;

  final RoutedWire wire;
  final StateLog states;
  private final AtomicInteger nextPort;
  private final Duration patience;

  private SharedWire(RoutedWire wire, int firstPort, Duration patience) {
    this.wire = wire;
    this.patience = patience;
    nextPort = new AtomicInteger(firstPort);
    states = StateLog.start(wire);
  }

  /**
   * Warms a wire up on the ports below the first one: what runs for the first time is slow in a
   * JVM, and times are judged.
   *
   * @param patience how long a test may wait for something
   */
  static SharedWire start(RoutedWire wire, int firstPort, Duration patience) {
    SharedWire shared = new SharedWire(wire, firstPort, patience);
    for (int port = firstPort - WARMING_CONNECTIONS; port < firstPort; port++) {
      boolean weOpen = port % 2 == 0;
      RoutedWire.Pair pair = wire.open(weOpen, port);
      wire.loseFirst(2, true, weOpen, port, RoutedWire.FIN);
      wire.stack.ask("write " + pair.ourId() + " 10");
      wire.stack.ask("shutdown " + pair.ourId());
      wire.sockets.ask("shutdown " + pair.kernelName());
    }
    return shared;
  }

  /** A test on a fresh port. */
  OneOfManyTests test() {
    return new OneOfManyTests(wire, states, nextPort.getAndIncrement(), patience);
  }

  @Override
  public void close() {
    states.close();
    wire.close();
  }
}
