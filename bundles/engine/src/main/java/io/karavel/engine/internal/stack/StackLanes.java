package io.karavel.engine.internal.stack;

import io.karavel.engine.internal.lane.Lane;
import io.karavel.engine.internal.lane.LaneLoop;
import io.karavel.engine.internal.lane.LaneWatch;
import io.karavel.tcp.spi.LaneMailbox;
import io.karavel.tcp.spi.StackEndpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lanes of a stack and their threads, from the start to the end, a lane that hangs and the one
 * in its place included. Any thread.
 */
final class StackLanes {
  private static final Logger LOG = LoggerFactory.getLogger(StackLanes.class);

  private final StackSetup setup;

  /** Replaced as a whole when a lane takes the place of one that hangs. */
  private volatile List<Lane> lanes;

  private final List<LaneLoop> loops = new CopyOnWriteArrayList<>();
  private final LaneWatch watch;
  private volatile boolean closed;

  /** Held while lanes are exchanged, and while the stack becomes a closed one. */
  private final Object exchange = new Object();

  /** Of one lane, which whoever calls it drives until the start. */
  StackLanes(StackSetup setup, Lane lane) {
    this.setup = setup;
    lanes = List.of(lane);
    watch = new LaneWatch(setup.name(), setup.settings(), this::replace);
  }

  /** The mailbox of the lane that is there at the moment. */
  private final class PresentMailbox implements LaneMailbox {
    @Override
    public void attention(StackEndpoint endpoint) {
      first().mailbox().attention(endpoint);
    }

    @Override
    public void ready(StackEndpoint endpoint) {
      first().mailbox().ready(endpoint);
    }

    @Override
    public boolean onLane() {
      return first().mailbox().onLane();
    }
  }

  /** Where sockets bring what they want, whichever lane is there. */
  LaneMailbox mailbox() {
    return new PresentMailbox();
  }

  /** Those that are there at the moment. */
  List<Lane> all() {
    return lanes;
  }

  /** The first of them. */
  Lane first() {
    return lanes.get(0);
  }

  /** Whether the stack is at its end. */
  boolean isClosed() {
    return closed;
  }

  /** Whether threads drive the lanes. */
  boolean haveThreads() {
    return !loops.isEmpty();
  }

  private int leaveMillis() {
    return setup.settings().get().leaveMillis();
  }

  /** Has every lane take a turn: settings have changed, and with them deadlines. */
  void wake() {
    lanes.forEach(Lane::wake);
    watch.settingsChanged();
  }

  /** Gives every lane its thread. */
  void start() {
    for (Lane lane : lanes) {
      LaneLoop loop = new LaneLoop(lane);
      loops.add(loop);
      loop.start();
    }
    watch.start(loops);
    LOG.info("Stack {} runs", setup.name());
  }

  /**
   * A lane goes on in the place of one that hangs; returns what drives it. If the stack was closed
   * meanwhile its modules are stopped as soon as they are there, and null is returned.
   */
  private LaneLoop replace(LaneLoop hung, Lane fresh) {
    LaneLoop loop = new LaneLoop(fresh);
    boolean tooLate;
    synchronized (exchange) {
      List<Lane> present = new ArrayList<>(lanes);
      present.set(fresh.index(), fresh);
      lanes = List.copyOf(present);
      hung.lane().succeededBy(fresh);
      loops.set(loops.indexOf(hung), loop);
      loop.start();
      tooLate = closed;
    }
    if (tooLate) {
      stopModules(List.of(fresh));
      end(loop);
      return null;
    }
    return loop;
  }

  /**
   * Closes the modules of every lane from the top down, each while those below still run, and ends
   * the lanes' threads.
   */
  void close() {
    if (closed) {
      return;
    }
    watch.stop(leaveMillis());
    List<Lane> before = lanes;
    stopModules(before);
    List<Lane> present;
    synchronized (exchange) {
      closed = true;
      present = lanes;
    }
    if (present != before) {
      stopModules(present);
    }
    loops.forEach(this::end);
    LOG.info("Stack {} is closed", setup.name());
  }

  private void stopModules(List<Lane> all) {
    for (Lane lane : all) {
      if (lane.isOwner()) {
        lane.stop();
        continue;
      }
      CompletableFuture<Boolean> done = new CompletableFuture<>();
      lane.operate(
          present ->
              LaneCalls.complete(
                  done,
                  present,
                  own -> {
                    own.stop();
                    return true;
                  }));
      try {
        done.get(leaveMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException e) {
        LOG.error("Stack {}: its modules did not end in time: {}", setup.name(), e.toString());
      }
    }
  }

  private void end(LaneLoop loop) {
    if (!loop.stop(leaveMillis())) {
      LOG.error("Stack {}: a lane's thread did not end and is left behind", setup.name());
    }
  }
}
