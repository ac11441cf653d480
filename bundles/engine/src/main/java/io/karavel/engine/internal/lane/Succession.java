package io.karavel.engine.internal.lane;

import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.LaneFence;
import io.karavel.engine.LaneThread;
import io.karavel.engine.Module;
import io.karavel.nic.FrameTap;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.TcpModule;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the lane that goes on in the place of one whose thread hangs behind its fence. Modules are
 * asked for their state from outside, each by a thread of its own and for a limited time, because
 * what the thread holds or has left half done may stop that one too. The new lane has engine
 * objects of its own; of the old one's it shares only what has a door.
 */
final class Succession {
  private static final Logger LOG = LoggerFactory.getLogger(Succession.class);

  /**
   * What a slot of the old lane left: its state, or why there is none; and which canary's code was
   * called last, null if none's.
   *
   * @param silent the canary of which the guest said no state: its connections are lost; or null
   */
  private record Estate(
      SlotHolder slot, ModuleSource guest, Handover state, String problem, TcpCanary silent) {}

  private final Lane old;
  private final String threadName;
  private final StackTraceElement[] trace;
  private final Throwable where;
  private final long lostMillis;
  private final Map<String, Estate> estates = new LinkedHashMap<>();
  private final RescuedObjects objects = new RescuedObjects();

  /**
   * Of a lane whose thread is fenced.
   *
   * @param trace where it hangs
   * @param lostMillis what the call has used or waited
   */
  Succession(Lane old, String threadName, StackTraceElement[] trace, long lostMillis) {
    this.old = old;
    this.threadName = threadName;
    this.trace = trace.clone();
    this.lostMillis = lostMillis;
    where = new HungCall(lostMillis);
    where.setStackTrace(trace);
  }

  /** Stands for the call in reports. */
  private static final class HungCall extends RuntimeException {
    private static final long serialVersionUID = 1L;

    HungCall(long millis) {
      super("no way back from this call after " + millis + " ms of work or waiting");
    }
  }

  /**
   * Asks the modules, then makes the lane, which takes everything up in its first turn.
   *
   * @param millis how long each module may take to say its state
   * @param abandonedThreads how many threads of the stack are left behind, this one included
   */
  Lane lane(int millis, int abandonedThreads) {
    LOG.error(
        "Stack {}: lane {} hangs; its thread {} is abandoned: {}",
        old.stack(),
        old.index(),
        threadName,
        Culprit.trace(where));
    // a module that goes cancels its timers, and the timer module may have gone before it
    old.timers().detach();
    for (SlotHolder slot : old.slotTable().ordered()) {
      estates.put(slot.name(), rescue(slot, millis));
    }
    old.packets().abandon();
    old.devices().suspectHangs();
    LaneSetup setup = old.setup();
    Lane fresh =
        new Lane(
            new LaneSetup(
                setup.stack(),
                setup.index(),
                setup.configured(),
                setup.clock(),
                setup.settings(),
                setup.shared(),
                setup.secrets(),
                setup.seed() + setup.clock().nanoTime()),
            old);
    fresh.operate(lane -> takeUp(lane, abandonedThreads));
    return fresh;
  }

  private Estate rescue(SlotHolder slot, int millis) {
    Module module = slot.module();
    if (module == null) {
      return new Estate(slot, null, objects.of(slot.kept().handover()), "", null);
    }
    // before the module is asked, which calls the canary's code
    ModuleSource guest = slot.guestServing();
    if (!(module instanceof TcpCanary canary)) {
      Answer answer = answer(slot, "", module, millis);
      return new Estate(slot, guest, answer.state(), answer.problem(), null);
    }
    Answer host = answer(slot, "", canary.host(), millis);
    Answer guests = answer(slot, "-canary", canary.guest(), millis);
    if (host.state() == null) {
      return new Estate(slot, guest, null, host.problem(), null);
    }
    if (guests.state() == null) {
      return new Estate(slot, guest, host.state(), guests.problem(), canary);
    }
    return new Estate(slot, guest, host.state().and(guests.state()), "", null);
  }

  /** The state that a module said, or why it said none. */
  private record Answer(Handover state, String problem) {}

  private Answer answer(SlotHolder slot, String part, Module module, int millis) {
    CompletableFuture<Handover> answer = new CompletableFuture<>();
    String name = threadName + "-" + slot.name() + part + "-rescue";
    LaneThread asker = new LaneThread(() -> ask(slot, module, answer), name);
    asker.start();
    try {
      Handover said = answer.get(millis, TimeUnit.MILLISECONDS);
      return said == null ? new Answer(null, "it said none") : new Answer(objects.of(said), "");
    } catch (TimeoutException e) {
      // it may hang in the same loop or wait for a lock that is held for ever
      LaneFence.raise(asker).shut();
      return new Answer(null, "no answer within " + millis + " ms");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer(null, "interrupted");
    } catch (ExecutionException e) {
      return new Answer(null, Culprit.describe(e.getCause()));
    } catch (RuntimeException e) {
      // one module's answer is no reason to leave the stack without a lane
      return new Answer(null, Culprit.describe(e));
    }
  }

  private void ask(SlotHolder slot, Module module, CompletableFuture<Handover> answer) {
    try {
      if (slot.socketStates() != null) {
        old.sockets().restoreModuleStates(slot.socketStates());
      }
      answer.complete(module.export());
      slot.forsake();
      module.close(CloseReason.HANDED_OVER);
    } catch (Throwable t) {
      if (!answer.completeExceptionally(t)) {
        LOG.warn("Stack {} slot {}: {}", old.stack(), slot.name(), Culprit.describe(t));
      }
    }
  }

  // ---- the new lane's thread ----

  private void takeUp(Lane lane, int abandonedThreads) {
    lane.counts().abandonedThreads.set(abandonedThreads);
    for (Estate estate : estates.values()) {
      if (estate.silent() != null) {
        estate.silent().disposeOfGuest(lane.nowNanos());
        lane.event(
            "module",
            estate.slot().name(),
            estate.silent().source()
                + " could not be asked for its connections, which fail: "
                + estate.problem());
      }
      lane.holder(estate.slot().name()).succeed(estate.slot(), estate.state(), estate.problem());
    }
    if (estates.containsKey(TcpModule.SLOT)) {
      lane.sockets().forgetModuleStates();
    }
    lane.interfacesChanged();
    for (FrameTap tap : old.devices().taps()) {
      if (isIn(tap)) {
        lane.event("lane", lane.stack(), "a tap hung and is taken out: " + tap.getClass());
      } else {
        lane.attach(tap);
      }
    }
    lane.event(
        "lane",
        lane.stack(),
        "lane "
            + lane.index()
            + " hung for "
            + lostMillis
            + " ms in "
            + blame(lane)
            + "; thread "
            + threadName
            + " is left behind, another one goes on");
    lane.sockets().succeed(old.sockets());
    lane.replug();
    old.abandonSwaps("its lane hung");
    lane.counts().hangs.increment();
  }

  private boolean isIn(FrameTap tap) {
    String name = tap.getClass().getName();
    return Arrays.stream(trace).anyMatch(frame -> frame.getClassName().equals(name));
  }

  /** Quarantines what did not come back; says in words what that was. */
  private String blame(Lane lane) {
    StackEndpoint served = old.sockets().served();
    SlotHolder entered = old.entered();
    if (served != null) {
      String handler = "the handler of " + served + " (" + served.owner() + ")";
      lane.sockets().handlerHung(served, Culprit.trace(where));
      lane.report("handler", handler, where, "its connection is aborted", old.suspectFrame());
      return handler;
    }
    if (entered != null && entered.opening() != null) {
      lane.holder(entered.name()).hungOpening(entered.opening(), where, old.suspectFrame());
      return "slot " + entered.name() + " (" + entered.opening() + ", being opened)";
    }
    SlotHolder culprit = Culprit.of(where, old.slotTable().ordered(), entered);
    if (culprit == null || culprit.module() == null) {
      lane.report("lane", "the engine", where, "the modules go on", old.suspectFrame());
      return "no module's code";
    }
    ModuleSource guest = estates.get(culprit.name()).guest();
    ModuleSource hung = guest == null ? culprit.source() : guest;
    String who = "slot " + culprit.name() + " (" + hung + ")";
    lane.counts().moduleCrashes.increment();
    lane.holder(culprit.name()).hung(where, old.suspectFrame(), guest);
    return who;
  }
}
