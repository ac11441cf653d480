package io.karavel.engine.internal.lane;

import io.karavel.engine.CloseReason;
import io.karavel.engine.EngineSettings;
import io.karavel.engine.Handover;
import io.karavel.engine.Module;
import io.karavel.nic.NetworkDevice;
import io.karavel.packet.PacketBuffer;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A slot: the module at work, and all that lasts while modules come and go, such as the kept state
 * and the parked packets. Its parts are the protocol of arriving, leaving and swapping ({@link
 * Turnover}), of staying meanwhile ({@link Stay}), of going back ({@link WayBack}) and of crashing
 * ({@link SlotFaults}). Lane's thread, {@link #status()} excepted.
 *
 * <pre>
 * empty ── arrive ──▶ running ── leave ──▶ parked ── arrive ──▶ running
 *                     running ── swap ───▶ running (the other one, or the old one as it was)
 *                     running ── leave ──▶ leaving ── arrive ──▶ running, in portions
 *                                          leaving ── silence ─▶ parked
 *                     running ── crash ──▶ running (a fresh instance), or crashed at the limit
 *                     parked  ── silence or drop ──▶ empty
 * </pre>
 */
final class SlotHolder {
  private static final Logger LOG = LoggerFactory.getLogger(SlotHolder.class);

  private final Lane lane;
  private final String name;
  private final KeptState kept;
  private final ParkingRing parking;
  private final SlotViews views = new SlotViews(this);
  private final SlotState state;
  private final ModuleOpener opener;
  private final SocketStates sockets;
  private final Turnover turnover;
  private final Stay stay;
  private final WayBack wayBack;
  private final SlotFaults faults;
  private final FrozenSlot frozen;

  private Module module;
  private ModuleContext context;
  private ModuleSource source;

  /** Whether the slot is being given up at this moment. */
  private boolean releasing;

  private int generation;

  SlotHolder(Lane lane, String name) {
    this.lane = lane;
    this.name = name;
    kept = new KeptState(name);
    parking = new ParkingRing(lane.drops());
    state = new SlotState(lane, this);
    opener = new ModuleOpener(lane, this);
    sockets = new SocketStates(lane, name);
    turnover = new Turnover(lane, this);
    stay = new Stay(lane, this);
    wayBack = new WayBack(lane, this);
    faults = new SlotFaults(lane, this);
    frozen = new FrozenSlot(lane, this);
    moveTo(SlotStatus.EMPTY);
  }

  String name() {
    return name;
  }

  Module module() {
    return module;
  }

  /** The modules whose code runs for this slot. */
  List<Module> working() {
    if (module instanceof TcpCanary canary) {
      return List.of(canary.host(), canary.guest());
    }
    return module == null ? List.of() : List.of(module);
  }

  /** The canary that runs here, or null. */
  TcpCanary canary() {
    return module instanceof TcpCanary canary ? canary : null;
  }

  /** What one module armed or posted is about to be done. */
  void serving(ModuleTimers owner) {
    if (module instanceof TcpCanary canary) {
      canary.serving(owner);
    }
  }

  /** The canary whose code was called last; null if that was the module at work. */
  ModuleSource guestServing() {
    return module instanceof TcpCanary canary && canary.isGuestServing() ? canary.source() : null;
  }

  ModuleSource source() {
    return source;
  }

  int generation() {
    return generation;
  }

  KeptState kept() {
    return kept;
  }

  int parked() {
    return parking.size();
  }

  long crashes() {
    return faults.count();
  }

  /** What the shell shows; any thread. */
  SlotStatus status() {
    return state.status();
  }

  <M> TypedSlot<M> view(Class<M> type) {
    return views.view(type);
  }

  /** The module at work is closed, and its state waits for the next one; null if it is lost. */
  void takeOut(Handover said) {
    Module leaving = module;
    set(null);
    if (said != null) {
      kept.keep(said, lane.nowNanos());
    } else {
      lane.modules().onStateLost(this);
      kept.nothing(lane.nowNanos());
    }
    opener.close(leaving, CloseReason.HANDED_OVER, source);
    retire();
    sockets.forget();
  }

  private void retire() {
    context.retire();
    if (context.counters() != lane.counters()) {
      lane.counters().absorbWithLevels();
    }
    context = null;
  }

  private void set(Module newModule) {
    if (module != null && lane.timerSlot() == this) {
      lane.timers().detach();
    }
    module = newModule;
    if (module == null) {
      stay.end();
    }
    views.show();
  }

  /** Has neighbours see taps instead of the device; null for the device itself. */
  void standIn(NetworkDevice taps) {
    views.standIn(taps);
  }

  /** The slot was without a module since then; other turns and this one's work are in it. */
  void notePause(long sinceNanos) {
    lane.counts().parkingNanos.record(lane.setup().clock().nanoTime() - sinceNanos);
  }

  /** An opened module is at work from now on. */
  void install(Module opened, ModuleContext fresh, ModuleSource candidate) {
    context = fresh;
    source = candidate;
    generation++;
    set(opened);
    moveTo(SlotStatus.RUNNING);
    event(candidate + " at work, generation " + generation);
    lane.modules().onPlugged(this);
  }

  /** Has the new module take what waits. */
  void drain() {
    while (module != null && !parking.isEmpty()) {
      PacketBuffer buffer = parking.poll();
      lane.counts().drainedFrames.increment();
      try {
        module.onParked(buffer);
      } catch (Throwable t) {
        lane.faults().crashed(this, t);
      }
    }
    publish();
  }

  // ---- its parts ----

  ModuleOpener opener() {
    return opener;
  }

  SocketStates sockets() {
    return sockets;
  }

  ModuleContext context() {
    return context;
  }

  Turnover turnover() {
    return turnover;
  }

  StandBys standBys() {
    return turnover.standBys();
  }

  Stay stay() {
    return stay;
  }

  WayBack wayBack() {
    return wayBack;
  }

  SlotFaults faults() {
    return faults;
  }

  FrozenSlot frozen() {
    return frozen;
  }

  // ---- what they do with it ----

  /** A factory is gone: no fresh instance of it is plugged any more. */
  void forget(ModuleSource gone) {
    if (gone == source) {
      source = null;
      if (state.is(SlotStatus.CRASHED)) {
        moveTo(SlotStatus.PARKED);
      }
    }
  }

  /** Whose module is plugged before all stand-bys; null for nobody's. */
  void next(ModuleSource preferred) {
    source = preferred;
  }

  String lastError() {
    return state.lastError();
  }

  /** Two modules in the slot, or one of two again; its context and source stay. */
  void share(Module shared) {
    set(shared);
    publish();
  }

  /** Its state as it is, the module going on; null if there is no module. */
  Handover export() {
    return module == null ? null : module.export();
  }

  // ---- a lane that was abandoned ----

  /** Its lane was abandoned: what its modules use is left alone. */
  void forsake() {
    context.forsake();
    if (module instanceof TcpCanary canary) {
      canary.forsake();
    }
  }

  /**
   * Takes over what lasts from the same slot of a lane that was abandoned; nothing is plugged yet.
   *
   * @param said by the module at work there, or what was kept there; null if it is lost
   * @param problem why it is lost
   */
  void succeed(SlotHolder old, Handover said, String problem) {
    turnover.succeed(old.turnover);
    faults.succeed(old.faults);
    source = old.source;
    wayBack.succeed(old.wayBack);
    generation = old.generation;
    state.succeed(old.state);
    if (old.module == null) {
      if (old.kept.isKept()) {
        kept.resume(said, old.kept);
      }
      // it hung while its module was closed, which is to be followed by another one
      boolean wasAtWork =
          source != null && (old.state.is(SlotStatus.RUNNING) || old.state.is(SlotStatus.LEAVING));
      if (wasAtWork && !standBys().has(source)) {
        standBys().putBack(source);
      }
      if (wasAtWork) {
        moveTo(SlotStatus.PARKED);
      } else {
        state.resume(old.state);
      }
    } else {
      standBys().putBack(source);
      moveTo(SlotStatus.PARKED);
      if (said != null) {
        kept.keep(said, lane.nowNanos());
      } else {
        faults.lost(source, problem);
        lane.modules().onStateLost(this);
        kept.nothing(lane.nowNanos());
      }
    }
    parking.succeed(old.parking, lane.nowNanos(), lane.settings());
    turnover.finish(old.turnover, old.stay);
    if (old.releasing) {
      release();
    }
    publish();
  }

  /** Lets a buffer wait. */
  void park(PacketBuffer buffer) {
    if (parking.park(buffer, lane.nowNanos(), lane.settings())) {
      lane.counts().parkedFrames.increment();
    }
    publish();
  }

  /** When something is due here: packets too old, or state that nobody came for. */
  long deadlineNanos(EngineSettings settings) {
    if (module != null) {
      return stay.deadlineNanos(settings);
    }
    return Math.min(parking.deadlineNanos(settings), kept.deadlineNanos(settings));
  }

  /** Does what is due. */
  void expire(long nowNanos, EngineSettings settings) {
    stay.expire(nowNanos, settings);
    if (module != null) {
      return;
    }
    if (!parking.isEmpty()) {
      parking.expire(nowNanos, settings);
      publish();
    }
    if (kept.deadlineNanos(settings) <= nowNanos) {
      drop("nobody came within " + settings.handoverSeconds() + " s");
    }
  }

  /** Disposes of the state of the empty slot; says whether there was any. */
  boolean drop(String why) {
    if (module != null || !kept.isKept() && parking.isEmpty()) {
      return false;
    }
    int packets = parking.dispose();
    Handover lost = kept.handover();
    kept.taken();
    standBys().forgive();
    source = null;
    moveTo(SlotStatus.EMPTY);
    event(KeptState.describe(lost) + " and " + packets + " packets disposed of: " + why);
    LOG.warn(
        "Stack {} slot {}: kept state and {} parked packets disposed of: {}",
        lane.stack(),
        name,
        packets,
        why);
    KeptState.dispose(lost);
    lane.modules().onStateLost(this);
    turnover.plug();
    return true;
  }

  /** The slot is no longer wanted: its module ends with its state, its stand-bys are forgotten. */
  void release() {
    releasing = true;
    standBys().clear();
    wayBack.end();
    if (module != null) {
      shut(CloseReason.DISPOSED);
    } else {
      drop("the slot is no longer used");
    }
    source = null;
    moveTo(SlotStatus.EMPTY);
    releasing = false;
  }

  /** The lane stops: the module tells its peers while the lower ones still run. */
  void stop() {
    standBys().clear();
    if (frozen.isFrozen()) {
      frozen.end();
    } else if (module != null) {
      shut(CloseReason.STOPPING);
    } else {
      KeptState.dispose(kept.handover());
      kept.taken();
    }
    parking.dispose();
    moveTo(SlotStatus.EMPTY);
  }

  private void shut(CloseReason reason) {
    close(reason);
    lane.modules().onStateLost(this);
    lane.flush();
  }

  /** The module at work is closed, and what it had is nobody's here. */
  void close(CloseReason reason) {
    opener.close(module, reason, source);
    set(null);
    retire();
  }

  void event(String text) {
    lane.event("module", name, text);
  }

  String fail(String error) {
    return state.fail(error);
  }

  /** When its state began. */
  long sinceNanos() {
    return state.sinceNanos();
  }

  /** Another state, a constant of {@link SlotStatus}, begins. */
  void moveTo(String newState) {
    state.moveTo(newState);
  }

  /** What other threads see is how it is now. */
  void publish() {
    state.publish();
  }
}
