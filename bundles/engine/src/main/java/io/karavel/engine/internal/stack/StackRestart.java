package io.karavel.engine.internal.stack;

import io.karavel.engine.HandoverException;
import io.karavel.engine.internal.lane.Lane;
import io.karavel.engine.internal.lane.SavedSlot;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.tcp.spi.TcpEndpoints;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A restart of the JVM that keeps the connections of a stack. Any thread. */
final class StackRestart {
  private final StackSetup setup;
  private final TcpEndpoints endpoints;
  private final StackLanes lanes;
  private final LaneCalls calls;

  StackRestart(StackSetup setup, TcpEndpoints endpoints, StackLanes lanes, LaneCalls calls) {
    this.setup = setup;
    this.endpoints = endpoints;
    this.lanes = lanes;
    this.calls = calls;
  }

  /** How many connections its sockets stand for. */
  int keptConnections() {
    int count = 0;
    for (StackSocket socket : endpoints.sockets()) {
      if (socket.isConnecting() && !socket.isOver()) {
        count++;
      }
    }
    return count;
  }

  /**
   * A moment before {@link #freeze}: packets are still taken, and nothing is sent.
   *
   * @return whether threads drive the lanes, so that waiting makes sense
   */
  boolean hold() {
    if (!lanes.haveThreads()) {
      return false;
    }
    for (Lane lane : lanes.all()) {
      calls.on(
          lane,
          own -> {
            own.standstill().hold();
            return true;
          });
    }
    return true;
  }

  /** See {@link Stack#freeze}. */
  List<List<SavedSlot>> freeze() {
    List<List<SavedSlot>> saved = new ArrayList<>();
    for (Lane lane : lanes.all()) {
      saved.add(
          calls.on(
              lane,
              own -> {
                endpoints.freeze(true);
                return own.standstill().freeze();
              }));
    }
    return saved;
  }

  /** Nothing came of a {@link #freeze}: everything goes on. */
  void thaw() {
    calls.operate(
        lane -> {
          endpoints.freeze(false);
          lane.standstill().thaw();
        });
  }

  /** Before the stack runs: takes in what was kept over a restart. */
  void restore(Stack stack, KeptStack kept) throws HandoverException {
    Map<String, byte[]> secrets = new HashMap<>();
    kept.secretsInto(secrets);
    kept.openIn(stack);
    setup.secrets().restore(secrets);
    Map<String, List<StackEndpoint>> byOwner = new TreeMap<>();
    List<StackEndpoint> all = new ArrayList<>(endpoints.sockets());
    all.addAll(endpoints.listeners());
    all.removeIf(StackEndpoint::isClosed);
    all.forEach(
        endpoint ->
            byOwner.computeIfAbsent(endpoint.owner(), owner -> new ArrayList<>()).add(endpoint));
    byOwner.forEach((owner, theirs) -> lanes.first().standstill().await(owner, theirs));
  }
}
