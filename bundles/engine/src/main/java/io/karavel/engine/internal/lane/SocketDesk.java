package io.karavel.engine.internal.lane;

import io.karavel.engine.EngineSettings;
import io.karavel.engine.Handover;
import io.karavel.engine.LaneFence;
import io.karavel.engine.Slot;
import io.karavel.engine.Timer;
import io.karavel.tcp.spi.LaneMailbox;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.StackListener;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.tcp.spi.TcpEndpoints;
import io.karavel.tcp.spi.TcpModule;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where sockets and the lane meet: the endpoints that have wishes for the TCP module, and those
 * whose handlers are to be called. Both queues are bounded by the number of endpoints, each of
 * which waits in either at most once.
 */
final class SocketDesk implements LaneMailbox {
  private static final Logger LOG = LoggerFactory.getLogger(SocketDesk.class);
  private static final int CHUNK = 256;

  /** Endpoints whose owner's bundle left, and since when they wait for its successor. */
  private record Detached(String owner, long sinceNanos, List<StackEndpoint> endpoints) {}

  private final Lane lane;
  private final SlotHolder tcpHolder;
  private final Slot<TcpModule> tcp;
  private final MpscUnboundedAtomicArrayQueue<StackEndpoint> attention =
      new MpscUnboundedAtomicArrayQueue<>(CHUNK);
  private final MpscUnboundedAtomicArrayQueue<StackEndpoint> ready =
      new MpscUnboundedAtomicArrayQueue<>(CHUNK);
  private final ArrayDeque<Detached> detached = new ArrayDeque<>();

  /** Whose handler is being called, or null. */
  private StackEndpoint served;

  SocketDesk(Lane lane) {
    this.lane = lane;
    tcpHolder = lane.holder(TcpModule.SLOT);
    tcp = tcpHolder.view(TcpModule.class);
  }

  @Override
  public void attention(StackEndpoint endpoint) {
    attention.add(endpoint);
    wakeFromElsewhere();
  }

  @Override
  public void ready(StackEndpoint endpoint) {
    ready.add(endpoint);
    wakeFromElsewhere();
  }

  /** The lane itself looks at both queues before it rests; a wake-up would cost an empty turn. */
  private void wakeFromElsewhere() {
    if (!lane.isOwner()) {
      lane.wake();
    }
  }

  @Override
  public boolean onLane() {
    return lane.isOwner();
  }

  /** Calls handlers, at most {@code budget}; true if some are left. */
  boolean runHandlers(int budget) {
    int left = budget;
    while (left > 0) {
      StackEndpoint endpoint = ready.poll();
      if (endpoint == null) {
        return false;
      }
      left--;
      lane.markBusy();
      endpoint.handlerTaken();
      lane.enter(null);
      served = endpoint;
      try {
        endpoint.runHandler();
      } catch (Throwable t) {
        handlerFailed(endpoint, Culprit.describe(t), Culprit.trace(t));
      }
      served = null;
    }
    return !ready.isEmpty();
  }

  private void handlerFailed(StackEndpoint endpoint, String how, String trace) {
    LaneFence.pass();
    String what = "handler of " + endpoint + " (" + endpoint.owner() + "): " + how;
    lane.counts().handlerFailures.increment();
    lane.event("handler", "tcp#" + endpoint.id(), what);
    LOG.error("Stack {}: {}\n{}", lane.stack(), what, trace);
    if (endpoint instanceof StackSocket socket) {
      socket.dropHandler();
      socket.abort();
    }
  }

  /** Has the TCP module take wishes, as many as were there; what comes meanwhile waits. */
  void serveAttention() {
    TcpModule module = tcp.module();
    if (module == null) {
      return;
    }
    for (int left = attention.size(); left > 0 && module != null; left--) {
      StackEndpoint endpoint = attention.poll();
      if (endpoint == null) {
        return;
      }
      lane.markBusy();
      lane.enter(tcpHolder);
      try {
        module.onAttention(endpoint);
      } catch (Throwable t) {
        lane.faults().crashed(tcpHolder, t);
      }
      module = tcp.module();
    }
  }

  /** Whether there is something to do that can be done now. */
  boolean hasWork() {
    return !ready.isEmpty() || !attention.isEmpty() && tcp.module() != null;
  }

  // ---- a lane that was abandoned ----

  /** Whose handler the thread is in, or null. */
  StackEndpoint served() {
    return served;
  }

  /** Goes on where the desk of a lane stopped that was abandoned. */
  void succeed(SocketDesk before) {
    detached.addAll(before.detached);
    forEachEndpoint(endpoint -> endpoint.requeue(this));
  }

  /** The handler of an endpoint did not come back: it is not called again. */
  void handlerHung(StackEndpoint endpoint, String trace) {
    handlerFailed(endpoint, "hung", trace);
    endpoint.dropHandler();
  }

  // ---- the state of the TCP module ----

  /** What the module at work keeps at the endpoints, in case its successor fails to open. */
  Map<StackEndpoint, Object> moduleStates() {
    Map<StackEndpoint, Object> states = new HashMap<>();
    forEachEndpoint(endpoint -> states.put(endpoint, endpoint.moduleState()));
    return states;
  }

  /** What modules keep at the endpoints that a state is about. */
  static Map<StackEndpoint, Object> moduleStates(Handover state) {
    Map<StackEndpoint, Object> states = new HashMap<>();
    for (Object attachment : state.attachments()) {
      if (attachment instanceof StackEndpoint endpoint) {
        states.put(endpoint, endpoint.moduleState());
      }
    }
    return states;
  }

  void restoreModuleStates(Map<StackEndpoint, Object> states) {
    states.forEach(StackEndpoint::moduleState);
  }

  /** The module has left: no object of it stays at the endpoints. */
  void forgetModuleStates() {
    forEachEndpoint(endpoint -> endpoint.moduleState(null));
  }

  private void forEachEndpoint(java.util.function.Consumer<StackEndpoint> action) {
    TcpEndpoints endpoints = lane.setup().shared().find(TcpEndpoints.class);
    if (endpoints != null) {
      endpoints.sockets().forEach(action);
      endpoints.listeners().forEach(action);
    }
  }

  /** The state of the TCP module is lost: its connections fail. */
  void disposeConnections() {
    TcpEndpoints endpoints = lane.setup().shared().find(TcpEndpoints.class);
    if (endpoints != null) {
      int failed = endpoints.disposeConnections(lane.nowNanos());
      if (failed > 0) {
        lane.event("module", TcpModule.SLOT, failed + " connections failed: state disposed of");
      }
    }
  }

  // ---- owners that left ----

  /** The endpoints wait for a successor of their owner from now on. */
  void detach(String owner, List<StackEndpoint> endpoints) {
    if (!endpoints.isEmpty()) {
      detached.add(new Detached(owner, lane.nowNanos(), new ArrayList<>(endpoints)));
    }
  }

  /** Somebody asked for the endpoints of an owner: they are taken up. */
  void adopt(String owner) {
    detached.removeIf(entry -> entry.owner().equals(owner));
  }

  /** Somebody asked for one endpoint: it is taken up. */
  void adopt(StackEndpoint endpoint) {
    detached.forEach(entry -> entry.endpoints().remove(endpoint));
    detached.removeIf(entry -> entry.endpoints().isEmpty());
  }

  long deadlineNanos(EngineSettings settings) {
    return detached.isEmpty()
        ? Timer.NOT_ARMED
        : detached.peek().sinceNanos() + settings.handoverSeconds() * 1_000_000_000L;
  }

  /** Closes what nobody took up in time. */
  void expire(long nowNanos, EngineSettings settings) {
    while (deadlineNanos(settings) <= nowNanos) {
      Detached entry = detached.poll();
      for (StackEndpoint endpoint : entry.endpoints()) {
        boolean served =
            endpoint instanceof StackSocket socket
                ? socket.handler() != null
                : ((StackListener) endpoint).acceptor() != null;
        if (!served && !endpoint.isClosed()) {
          lane.event("handler", "tcp#" + endpoint.id(), "closed: nobody took it up");
          endpoint.close();
        }
      }
    }
  }
}
