package io.karavel.interop;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * A test among others that run at once on one wire: its port, and waiting that keeps nobody else
 * waiting.
 */
final class OneOfManyTests {
  private static final long PATIENCE_NANOS = Duration.ofSeconds(40).toNanos();
  private static final long POLL_NANOS = 20_000_000;

  private final RoutedWire wire;
  private final StateLog states;
  final int port;

  OneOfManyTests(RoutedWire wire, StateLog states, int port) {
    this.wire = wire;
    this.states = states;
    this.port = port;
  }

  void await(String wanted, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE_NANOS;
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
