package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * A test among others that run at once on one wire: its port, and waiting that keeps nobody else
 * waiting.
 */
final class OneOfManyTests {
  /** How long most tests wait for something. */
  static final Duration PATIENCE = Duration.ofSeconds(40);

  private static final long POLL_NANOS = 20_000_000;

  private final RoutedWire wire;
  private final StateLog states;
  final int port;
  private final long patienceNanos;

  OneOfManyTests(RoutedWire wire, StateLog states, int port) {
    this(wire, states, port, PATIENCE);
  }

  /** With a patience of its own. */
  OneOfManyTests(RoutedWire wire, StateLog states, int port, Duration patience) {
    this.wire = wire;
    this.states = states;
    this.port = port;
    patienceNanos = patience.toNanos();
  }

  // ---- what either end can be told ----

  void write(boolean ours, RoutedWire.Pair pair, int bytes) {
    tell(ours, "write", pair, " " + bytes);
  }

  void shutdown(boolean ours, RoutedWire.Pair pair) {
    tell(ours, "shutdown", pair, "");
  }

  void close(boolean ours, RoutedWire.Pair pair) {
    tell(ours, "close", pair, "");
  }

  private void tell(boolean ours, String verb, RoutedWire.Pair pair, String rest) {
    if (ours) {
      wire.stack.ask(verb + " " + pair.ourId() + rest);
    } else {
      wire.sockets.ask(verb + " " + pair.kernelName() + rest);
    }
  }

  // ---- what came of it ----

  void assertOurError(RoutedWire.Pair pair, String error) {
    assertThat(wire.stack.values("outcome " + pair.ourId()))
        .as(describe())
        .containsEntry("error", error);
  }

  void assertKernelError(RoutedWire.Pair pair, String message) {
    assertThat(wire.sockets.values("read " + pair.kernelName() + " 1"))
        .as(describe())
        .containsEntry("failure", message);
  }

  void await(String wanted, BooleanSupplier condition) {
    long end = System.nanoTime() + patienceNanos;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(wanted + describe());
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** What is known of the port, for a message. */
  String describe() {
    return "; ours "
        + states.of(true, port)
        + ", the kernel's "
        + states.of(false, port)
        + wire.segments.describe(port);
  }

  void awaitState(boolean ours, String state) {
    await(
        (ours ? "we" : "the kernel") + " should be in '" + state + "'",
        () -> states.state(ours, port).equals(state));
  }

  void awaitSent(boolean ours, Predicate<SegmentLog.Entry> kind, int count) {
    await(
        (ours ? "we" : "the kernel") + " should send " + count,
        () -> wire.segments.of(port, ours, kind).size() >= count);
  }

  /** When a state was noticed first, in seconds since 1970. */
  double entered(boolean ours, String state) {
    return states.of(ours, port).stream()
        .filter(change -> change.state().equals(state))
        .findFirst()
        .orElseThrow(() -> new AssertionError("never in " + state + describe()))
        .seconds();
  }

  /** When an end sent the first of a kind. */
  double first(boolean ours, Predicate<SegmentLog.Entry> kind) {
    return wire.segments.of(port, ours, kind).get(0).seconds();
  }

  /** When an end sent the last of a kind. */
  double last(boolean ours, Predicate<SegmentLog.Entry> kind) {
    var sent = wire.segments.of(port, ours, kind);
    return sent.get(sent.size() - 1).seconds();
  }

  /** How late something may be that was planned at a time. */
  double tolerance(double planned, double now) {
    return 0.05 + wire.pausedSeconds(planned, now);
  }
}
