package io.karavel.engine.internal.lane;

import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.LaneFence;
import io.karavel.engine.LaneThread;
import io.karavel.engine.Module;
import io.karavel.nic.FrameTap;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.TcpEndpoints;
import io.karavel.tcp.spi.TcpModule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
   */
  private record Estate(
      SlotHolder slot, ModuleSource guest, Handover state, String problem, Lost lost) {}

  /** What a module said when it was asked: its state, or why there is none. */
  private record Said(Handover state, String problem) {}

  /** Which of two modules of a slot said nothing while the other one did. */
  private record Lost(TcpCanary canary, boolean isGuests, String problem) {}

  private final Lane old;
  private final String threadName;
  private final Throwable where;
  private final long lostMillis;
  private final Map<String, Estate> estates = new LinkedHashMap<>();
  private final RescuedObjects objects = new RescuedObjects();
  private final List<Thread> askers = new ArrayList<>();

  /** The tap whose code does not come back; null if it is not a tap's. */
  private final FrameTap hungTap;

  /**
   * Of a lane whose thread is fenced.
   *
   * @param trace where it hangs
   * @param lostMillis what the call has used or waited
   */
  Succession(Lane old, String threadName, StackTraceElement[] trace, long lostMillis) {
    this.old = old;
    this.threadName = threadName;
    this.lostMillis = lostMillis;
    where = new HungCall(lostMillis);
    where.setStackTrace(trace);
    FrameTap called = old.devices().called();
    boolean isTap = called != null && Culprit.isTap(called, where, old.slotTable().ordered());
    hungTap = isTap ? called : null;
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

  /**
   * What is to be done when the threads have ended that may use what was taken away.
   *
   * @param hung the lane's thread
   */
  Leftover leftover(Thread hung) {
    List<Thread> threads = new ArrayList<>(askers);
    threads.add(hung);
    return new Leftover(threads, objects);
  }

  /** Objects that are closed when none of these threads is left. */
  record Leftover(List<Thread> threads, RescuedObjects objects) {
    /** Closes them if it is time; says whether it was. */
    boolean isCleared() {
      if (threads.stream().anyMatch(Thread::isAlive)) {
        return false;
      }
      objects.close();
      return true;
    }
  }

  private Estate rescue(SlotHolder slot, int millis) {
    Module module = slot.module();
    if (module == null) {
      return new Estate(slot, null, objects.of(slot.kept().handover()), "", null);
    }
    // before the module is asked, which calls the canary's code
    ModuleSource guest = slot.guestServing();
    slot.forsake();
    TcpCanary canary = slot.canary();
    if (canary == null) {
      Said said = ask(slot, module, "", millis);
      return new Estate(slot, guest, said.state(), said.problem(), null);
    }
    // each by itself: who does not answer loses its own connections and no others
    Said hosts = ask(slot, canary.host(), "", millis);
    Said guests = ask(slot, canary.guest(), "-canary", millis);
    if (hosts.state() == null && guests.state() == null) {
      return new Estate(slot, guest, null, hosts.problem(), null);
    }
    if (guests.state() == null) {
      return new Estate(slot, guest, hosts.state(), "", new Lost(canary, true, guests.problem()));
    }
    if (hosts.state() == null) {
      return new Estate(slot, guest, guests.state(), "", new Lost(canary, false, hosts.problem()));
    }
    try {
      return new Estate(slot, guest, hosts.state().and(guests.state()), "", null);
    } catch (RuntimeException e) {
      String problem = Culprit.describe(e);
      return new Estate(slot, guest, hosts.state(), "", new Lost(canary, true, problem));
    }
  }

  /** Asks a module for its state with a thread of its own. */
  private Said ask(SlotHolder slot, Module module, String which, int millis) {
    CompletableFuture<Handover> answer = new CompletableFuture<>();
    LaneThread asker =
        new LaneThread(
            () -> ask(slot, module, answer), threadName + "-" + slot.name() + which + "-rescue");
    askers.add(asker);
    asker.start();
    try {
      Handover said = answer.get(millis, TimeUnit.MILLISECONDS);
      return said == null ? new Said(null, "it said none") : new Said(objects.of(said), "");
    } catch (TimeoutException e) {
      // it may hang in the same loop or wait for a lock that is held for ever
      LaneFence.raise(asker).shut();
      return new Said(null, "no answer within " + millis + " ms");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Said(null, "interrupted");
    } catch (ExecutionException e) {
      return new Said(null, Culprit.describe(e.getCause()));
    } catch (RuntimeException e) {
      // one module's answer is no reason to leave the stack without a lane
      return new Said(null, Culprit.describe(e));
    }
  }

  private void ask(SlotHolder slot, Module module, CompletableFuture<Handover> answer) {
    try {
      if (slot.sockets().atStake() != null) {
        old.sockets().restoreModuleStates(slot.sockets().atStake());
      }
      answer.complete(module.export());
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
      try {
        SlotHolder heir = lane.holder(estate.slot().name());
        heir.succeed(estate.slot(), estate.state(), estate.problem());
        if (estate.lost() != null) {
          lose(lane, heir, estate.lost());
        }
      } catch (RuntimeException e) {
        // the other slots go on
        lane.faults().failed("to take over slot " + estate.slot().name(), e);
      }
    }
    if (estates.containsKey(TcpModule.SLOT)) {
      lane.sockets().forgetModuleStates();
    }
    lane.interfacesChanged();
    for (FrameTap tap : old.devices().taps()) {
      if (tap != hungTap) {
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
    lane.faults().replug();
    old.swaps().abandon("its lane hung");
    lane.counts().hangs.increment();
  }

  private static void lose(Lane lane, SlotHolder heir, Lost lost) {
    TcpEndpoints endpoints = lane.setup().shared().get(TcpEndpoints.class);
    ModuleSource whose = lost.isGuests() ? lost.canary().source() : heir.source();
    int failed =
        lost.isGuests()
            ? endpoints.disposeConnections(lost.canary().moved(), lane.nowNanos())
            : endpoints.disposeOthers(lost.canary().moved(), lane.nowNanos());
    heir.faults().lost(whose, failed, lost.problem());
  }

  /** Quarantines what did not come back; says in words what that was. */
  private String blame(Lane lane) {
    StackEndpoint served = old.sockets().served();
    SlotHolder entered = old.entered();
    if (hungTap != null) {
      String tap = "a tap (" + hungTap.getClass().getName() + "), which is taken out";
      lane.faults()
          .report(
              "tap", hungTap.getClass().getName(), where, "it is taken out", old.suspectFrame());
      return tap;
    }
    if (served != null) {
      String handler = "the handler of " + served + " (" + served.owner() + ")";
      lane.sockets().handlerHung(served, Culprit.trace(where));
      lane.faults()
          .report("handler", handler, where, "its connection is aborted", old.suspectFrame());
      return handler;
    }
    for (SlotHolder slot : old.slotTable().ordered()) {
      ModuleSource closing = slot.opener().closing();
      if (closing != null) {
        lane.holder(slot.name()).faults().hungGoing(closing, where, old.suspectFrame());
        return "slot " + slot.name() + " (" + closing + ", being closed)";
      }
    }
    // a fresh instance of the version at work, for a canary, counts as that version does
    ModuleSource opening = entered == null ? null : entered.opener().opening();
    boolean isNewcomer =
        opening != null && (entered.module() == null || opening != entered.source());
    if (isNewcomer) {
      lane.holder(entered.name()).faults().hungOpening(opening, where, old.suspectFrame());
      return "slot " + entered.name() + " (" + opening + ", being opened)";
    }
    SlotHolder culprit = Culprit.of(where, old.slotTable().ordered(), entered);
    if (culprit == null || culprit.module() == null) {
      lane.faults().report("lane", "the engine", where, "the modules go on", old.suspectFrame());
      return "no module's code";
    }
    ModuleSource guest = estates.get(culprit.name()).guest();
    ModuleSource hung = guest == null ? culprit.source() : guest;
    String who = "slot " + culprit.name() + " (" + hung + ")";
    lane.counts().moduleCrashes.increment();
    lane.holder(culprit.name()).faults().hung(culprit.source(), where, old.suspectFrame(), guest);
    return who;
  }
}
