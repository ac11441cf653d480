package io.karavel.tcp.internal;

import io.karavel.engine.Timer;
import io.karavel.tcp.spi.StackSocket;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Sockets whose writes found no buffer memory. They are signalled when there is some again: looked
 * at in every turn, and now and then, because applications free memory without telling the lane.
 */
final class MemoryWaiters extends Timer {
  private static final long INTERVAL_NANOS = 10_000_000L;

  private final TcpLane lane;
  private final LinkedHashSet<StackSocket> waiting = new LinkedHashSet<>();

  MemoryWaiters(TcpLane lane) {
    this.lane = lane;
  }

  Collection<StackSocket> waiting() {
    return waiting;
  }

  /** A write of the socket found no memory. */
  void add(StackSocket socket) {
    waiting.add(socket);
    if (!isArmed()) {
      lane.context.timers().arm(this, lane.nowNanos() + INTERVAL_NANOS);
    }
  }

  /** Whether a socket waits. */
  boolean isWaiting(StackSocket socket) {
    return !waiting.isEmpty() && waiting.contains(socket);
  }

  /** The lane's other module has its connection. */
  void remove(StackSocket socket) {
    waiting.remove(socket);
  }

  /** Signals everybody if there is memory. */
  void flush() {
    if (!waiting.isEmpty() && !lane.endpoints.memory().isExhausted()) {
      List<StackSocket> told = List.copyOf(waiting);
      waiting.clear();
      told.forEach(StackSocket::signal);
    }
  }

  @Override
  public String kind() {
    return "tcp-memory";
  }

  @Override
  public void onExpiry(long nowNanos) {
    flush();
    if (!waiting.isEmpty()) {
      lane.context.timers().arm(this, nowNanos + INTERVAL_NANOS);
    }
  }
}
