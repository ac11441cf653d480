package io.karavel.engine.internal.lane;

import io.karavel.engine.CloseReason;
import io.karavel.engine.EngineSettings;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.Module;
import io.karavel.engine.Timer;
import io.karavel.nic.NetworkDevice;
import io.karavel.packet.PacketBuffer;
import io.karavel.tcp.spi.SharesConnections;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.TcpModule;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A slot with all that lasts while modules come and go: the stand-bys, the kept state, the parked
 * packets. It is the protocol of arriving, leaving, swapping and crashing. Lane's thread, {@link
 * #status()} excepted.
 *
 * <pre>
 * empty ── arrive ──▶ running ── leave ──▶ parked ── arrive ──▶ running
 *                     running ── swap ───▶ running (the other one, or the old one as it was)
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
  private final Map<Class<?>, TypedSlot<?>> views = new HashMap<>();
  private final StandBys standBys = new StandBys();
  private CrashHistory crashes = new CrashHistory();

  private Module module;

  /** What neighbours see instead of a device at work: its taps. Null if there are none. */
  private NetworkDevice standIn;

  private ModuleContext context;
  private ModuleSource source;
  private ModuleSource previous;

  /** Whether the module at work is watched: when it throws, the previous one goes on. */
  private boolean onProbation;

  /** What the module said when the lane was frozen; null while it is not. */
  private Handover saved;

  /** The factory whose module is being made and opened at this moment, or null. */
  private ModuleSource opening;

  /** The factory whose module is being closed at this moment, or null. */
  private ModuleSource closing;

  /** The factory that goes at this moment, or null. */
  private ModuleSource leaving;

  /** Whether the slot is being given up at this moment. */
  private boolean releasing;

  /** What the module at work keeps at the sockets while another one is tried in its place. */
  private Map<StackEndpoint, Object> socketStates;

  private int generation;
  private String state = SlotStatus.EMPTY;
  private String lastError = "";
  private long sinceNanos;
  private volatile SlotStatus status;

  SlotHolder(Lane lane, String name) {
    this.lane = lane;
    this.name = name;
    kept = new KeptState(name);
    parking = new ParkingRing(lane.drops());
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

  /** What the shell shows; any thread. */
  SlotStatus status() {
    return status;
  }

  <M> TypedSlot<M> view(Class<M> type) {
    @SuppressWarnings("unchecked")
    TypedSlot<M> view = (TypedSlot<M>) views.get(type);
    if (view == null) {
      view = new TypedSlot<>(this, type);
      view.set(seenAs(type));
      views.put(type, view);
    }
    return view;
  }

  /** A factory is there: its module goes to work if the slot is empty, else it stands by. */
  void arrive(ModuleSource arriving) {
    standBys.add(arriving);
    if (module == null) {
      plug();
    }
  }

  /** A factory goes: its module's state is kept, and a stand-by takes over in the same turn. */
  void leave(ModuleSource goes) {
    leaving = goes;
    if (goes == source && module != null) {
      lane.flush();
      // the flush may have crashed it
      if (module != null) {
        unplug();
      }
    } else if (canary() != null
        && canary().source() == goes
        && StagedSwap.back(lane, this).runAll() != null) {
      takeOutCanary();
    }
    forget(goes);
    plug();
    publish();
    leaving = null;
  }

  private void forget(ModuleSource gone) {
    standBys.remove(gone);
    if (previous == gone) {
      previous = null;
      onProbation = false;
    }
    if (gone == source) {
      source = null;
      if (state.equals(SlotStatus.CRASHED)) {
        moveTo(SlotStatus.PARKED);
      }
    }
  }

  private void unplug() {
    Handover state;
    try {
      state = canary() == null ? module.export() : salvage(canary(), "is beside one that left");
    } catch (Throwable t) {
      state = null;
      fail(source + " left and could not hand over its state: " + Culprit.describe(t));
    }
    takeOut(state);
    moveTo(SlotStatus.PARKED);
    lane.event("module", name, source + " left, " + describe(state) + " kept");
  }

  /** The newcomer's bundle goes and no exchange came about: the version at work is next. */
  private void takeOutCanary() {
    TcpCanary canary = canary();
    Handover state;
    try {
      state = salvage(canary, "left");
    } catch (Throwable t) {
      state = null;
      fail(source + " could not export its state: " + Culprit.describe(t));
    }
    takeOut(state);
    standBys.putBack(source);
    moveTo(SlotStatus.PARKED);
    lane.event(
        "module", name, canary.source() + " left, " + source + " goes on with " + describe(state));
  }

  private void takeOut(Handover state) {
    Module leaving = module;
    set(null);
    if (state != null) {
      kept.keep(state, lane.nowNanos());
    } else {
      lane.onStateLost(this);
      kept.nothing(lane.nowNanos());
    }
    close(leaving, CloseReason.HANDED_OVER, source);
    retire();
    if (holdsSockets()) {
      lane.sockets().forgetModuleStates();
    }
  }

  private void retire() {
    context.retire();
    if (context.counters() != lane.counters()) {
      lane.counters().absorbWithLevels();
    }
    context = null;
  }

  private boolean holdsSockets() {
    return name.equals(TcpModule.SLOT);
  }

  private static String describe(Handover state) {
    return state == null || state.isEmpty()
        ? "no state"
        : "state of " + state.formBytes() + " bytes";
  }

  void close(Module leaving, CloseReason reason, ModuleSource whose) {
    closing = whose;
    try {
      leaving.close(reason);
    } catch (Throwable t) {
      fail(whose + " failed to close: " + Culprit.describe(t));
    }
    closing = null;
  }

  private void set(Module newModule) {
    if (module != null && lane.timerSlot() == this) {
      lane.timers().detach();
    }
    module = newModule;
    show();
  }

  private void show() {
    views.forEach((type, view) -> view.set(seenAs(type)));
  }

  private Module seenAs(Class<?> type) {
    return standIn != null && module instanceof NetworkDevice && type == NetworkDevice.class
        ? standIn
        : module;
  }

  /** Has neighbours see taps instead of the device; null for the device itself. */
  void standIn(NetworkDevice taps) {
    standIn = taps;
    show();
  }

  /** Whether the slot waits for a module that it could have. */
  boolean wantsPlug() {
    return module == null && candidate() != null;
  }

  /** The next to be plugged: after a crash the same factory, else the best stand-by. */
  private ModuleSource candidate() {
    return standBys.next(source);
  }

  /** Fills the empty slot with the best stand-by that works. */
  void plug() {
    for (ModuleSource best = candidate(); module == null && best != null; best = candidate()) {
      tryPlug(best);
    }
  }

  private void tryPlug(ModuleSource candidate) {
    ModuleContext fresh = new ModuleContext(lane, this);
    Module opened = make(candidate, fresh, kept.handover(), false);
    if (opened == null) {
      if (kept.isFromDisk()) {
        drop("what was kept over the restart cannot be opened; the slot starts clean");
        return;
      }
      standBys.refuse(candidate);
      publish();
      return;
    }
    standBys.remove(candidate);
    if (kept.isKept()) {
      notePause(kept.sinceNanos());
    }
    kept.taken();
    install(opened, fresh, candidate);
    drain();
  }

  /** The slot was without a module since then; other turns and this one's work are in it. */
  void notePause(long sinceNanos) {
    lane.counts().parkingNanos.record(lane.setup().clock().nanoTime() - sinceNanos);
  }

  /** An opened module, or null with the reason noted. */
  Module make(ModuleSource candidate, ModuleContext fresh, Handover state, boolean asGuest) {
    Module made = null;
    opening = candidate;
    lane.enter(this);
    try {
      if (!state.isEmpty() && !candidate.factory().stateVersions().reads(state.version())) {
        throw new HandoverException(
            "kept state has version "
                + state.version()
                + ", this bundle reads "
                + candidate.factory().stateVersions().readable());
      }
      made = candidate.factory().create(fresh);
      if (asGuest) {
        if (!(made instanceof SharesConnections guest)) {
          throw new HandoverException("it cannot share connections with another module");
        }
        guest.beGuest();
      }
      made.open(state);
      opening = null;
      lane.enter(null);
      return made;
    } catch (Throwable t) {
      opening = null;
      fail(candidate + " did not start: " + Culprit.describe(t));
      LOG.error("Stack {} slot {}: {}", lane.stack(), name, Culprit.trace(t));
      if (made != null) {
        close(made, CloseReason.HANDED_OVER, candidate);
      }
      fresh.retire();
      return null;
    }
  }

  private void install(Module opened, ModuleContext fresh, ModuleSource candidate) {
    context = fresh;
    source = candidate;
    generation++;
    set(opened);
    moveTo(SlotStatus.RUNNING);
    lane.event("module", name, candidate + " at work, generation " + generation);
    lane.onPlugged(this);
  }

  private void drain() {
    while (module != null && !parking.isEmpty()) {
      PacketBuffer buffer = parking.poll();
      lane.counts().drainedFrames.increment();
      try {
        module.onParked(buffer);
      } catch (Throwable t) {
        lane.crashed(this, t);
      }
    }
    publish();
  }

  /**
   * The newcomer takes over from the module at work between two calls: success, or the old one goes
   * on as if nothing had been.
   *
   * @return null on success, else why not
   */
  String swap(ModuleSource newcomer, boolean watched) {
    if (module == null) {
      arrive(newcomer);
      return source == newcomer ? null : lastError;
    }
    if (newcomer == source) {
      return newcomer + " is at work already";
    }
    lane.flush();
    String problem = exchange(newcomer);
    if (problem == null) {
      onProbation = watched;
    }
    return problem;
  }

  private void succeeded(ModuleSource former, boolean watched) {
    previous = former;
    standBys.remove(source);
    standBys.putBack(previous);
    onProbation = watched;
  }

  /** Has a fresh instance go on with the state of the module at work; null on success. */
  String exchange(ModuleSource newcomer) {
    long begin = lane.setup().clock().nanoTime();
    Handover state;
    try {
      state = module.export();
    } catch (Throwable t) {
      return fail(source + " could not export its state: " + Culprit.describe(t));
    }
    if (state == null) {
      return fail(source + " said no state when it was to export it");
    }
    Map<StackEndpoint, Object> states = moduleStates();
    socketStates = states;
    ModuleContext fresh = new ModuleContext(lane, this);
    Module opened = make(newcomer, fresh, state, false);
    socketStates = null;
    if (opened == null) {
      restore(states);
      publish();
      return lastError;
    }
    takeOver(opened, fresh, newcomer, begin);
    return null;
  }

  private void takeOver(
      Module opened, ModuleContext fresh, ModuleSource newcomer, long beginNanos) {
    Map<StackEndpoint, Object> states = moduleStates();
    Module old = module;
    ModuleContext oldContext = context;
    ModuleSource former = source;
    install(opened, fresh, newcomer);
    if (newcomer != former) {
      // before the old one is closed, from which there may be no way back
      previous = former;
      standBys.remove(newcomer);
      standBys.putBack(former);
    }
    notePause(beginNanos);
    close(old, CloseReason.HANDED_OVER, former);
    oldContext.retire();
    if (oldContext.counters() != lane.counters()) {
      lane.counters().absorb();
    }
    restore(states);
  }

  private Map<StackEndpoint, Object> moduleStates() {
    return holdsSockets() ? lane.sockets().moduleStates() : Map.of();
  }

  void restore(Map<StackEndpoint, Object> states) {
    if (holdsSockets()) {
      lane.sockets().restoreModuleStates(states);
    }
  }

  // ---- for SlotSharing ----

  ModuleContext context() {
    return context;
  }

  ModuleSource previous() {
    return previous;
  }

  String lastError() {
    return lastError;
  }

  /** What is kept at the sockets and comes back if what is tried now fails; null if nothing is. */
  void socketStates(Map<StackEndpoint, Object> states) {
    socketStates = states;
  }

  /** Two modules in the slot, or one of two again; its context and source stay. */
  void share(Module shared) {
    set(shared);
    publish();
  }

  /** The module of a newcomer has all that the one at work had. */
  void taken(Module opened, ModuleContext fresh, ModuleSource newcomer, boolean watched) {
    ModuleSource former = source;
    install(opened, fresh, newcomer);
    succeeded(former, watched);
  }

  /** Swaps back to the factory that was at work before the last swap; null on success. */
  String rollback() {
    return previous == null ? "slot " + name + " has no previous module" : swap(previous, false);
  }

  /** The watch is over: what goes wrong from now on is a crash like any other. */
  void confirm() {
    onProbation = false;
  }

  /** Its state as it is, the module going on; null if there is no module. */
  Handover export() {
    return module == null ? null : module.export();
  }

  /**
   * Opens state in a module that never gets into the slot, and returns what that one exports. For a
   * lane on which nothing else happens.
   *
   * @throws Exception whatever the candidate throws
   */
  Handover tryOut(ModuleSource candidate, Handover state) throws Exception {
    ModuleContext fresh = new ModuleContext(lane, this);
    Module made = candidate.factory().create(fresh);
    try {
      made.open(state);
      return made.export();
    } finally {
      close(made, CloseReason.HANDED_OVER, candidate);
      fresh.retire();
    }
  }

  /**
   * The module threw: what can be exported is kept, the instance is thrown away. The lane plugs a
   * fresh one of the same factory as soon as no call is under way.
   */
  void crash(Throwable thrown) {
    if (module == null) {
      return;
    }
    EngineSettings settings = lane.settings();
    TcpCanary canary = canary();
    ModuleSource guest = guestServing();
    ModuleSource crashed = guest == null ? source : guest;
    boolean tooMany = guest == null && crashes.note(lane.nowNanos(), settings);
    fail(crashed + " crashed: " + Culprit.describe(thrown));
    LOG.error("Stack {} slot {}: {}", lane.stack(), name, Culprit.trace(thrown));
    Handover state;
    try {
      state = canary == null ? module.export() : salvage(canary, "crashed");
    } catch (Throwable t) {
      state = null;
      fail(source + " crashed and could not export its state: " + Culprit.describe(t));
    }
    takeOut(state);
    standBys.putBack(source);
    judge(thrown, "crashed", state, tooMany, lane.suspectFrame(), guest);
  }

  /**
   * What comes after a module that crashed or hung: a fresh one, the one before, or none.
   *
   * @param guest the canary whose doing it was, beside which the module at work was sound; or null
   */
  private void judge(
      Throwable thrown,
      String how,
      Handover state,
      boolean tooMany,
      SuspectFrame suspect,
      ModuleSource guest) {
    EngineSettings settings = lane.settings();
    ModuleSource crashed = guest == null ? source : guest;
    String outcome = "a fresh instance goes on with " + describe(state);
    if (guest != null) {
      outcome = "it was a canary: " + source + " goes on with " + describe(state);
      standBys.refuse(crashed);
      lane.event("module", name, crashed + " is a canary and " + how + ": all back to " + source);
      moveTo(SlotStatus.PARKED);
    } else if (onProbation && previous != null) {
      outcome = "it was watched: " + previous + " goes on with " + describe(state);
      onProbation = false;
      standBys.refuse(source);
      lane.event("module", name, source + " is watched and " + how + ": back to " + previous);
      source = previous;
      moveTo(SlotStatus.PARKED);
    } else if (tooMany) {
      outcome = "it " + how + " too often: the slot waits with " + describe(state);
      standBys.refuse(source);
      moveTo(SlotStatus.CRASHED);
      fail(
          source
              + " "
              + how
              + " "
              + (settings.crashLimit() == 1 ? "once" : settings.crashLimit() + " times")
              + " within "
              + settings.crashWindowSeconds()
              + " s and is not started again: update or restart its bundle; last error: "
              + lastError);
    } else {
      moveTo(SlotStatus.PARKED);
    }
    lane.report(name, String.valueOf(crashed), thrown, outcome, suspect);
  }

  // ---- a lane that was abandoned ----

  ModuleSource opening() {
    return opening;
  }

  ModuleSource closing() {
    return closing;
  }

  /** Whose module is about to be closed by somebody else than the slot; null when it is. */
  void closing(ModuleSource whose) {
    closing = whose;
  }

  /** Its lane was abandoned: what its modules use is left alone. */
  void forsake() {
    context.forsake();
    if (module instanceof TcpCanary canary) {
      canary.forsake();
    }
  }

  ParkingRing parking() {
    return parking;
  }

  Map<StackEndpoint, Object> socketStates() {
    return socketStates;
  }

  /**
   * Takes over what lasts from the same slot of a lane that was abandoned; nothing is plugged yet.
   *
   * @param state what the module at work there said, or what was kept there; null if it is lost
   * @param problem why it is lost
   */
  void succeed(SlotHolder old, Handover state, String problem) {
    standBys.succeed(old.standBys);
    crashes = old.crashes;
    source = old.source;
    previous = old.previous;
    onProbation = old.onProbation;
    generation = old.generation;
    lastError = old.lastError;
    if (old.module == null) {
      if (old.kept.isKept()) {
        kept.resume(state, old.kept);
      }
      // it hung while its module was closed, which is to be followed by another one
      boolean isLeaving = source != null && old.state.equals(SlotStatus.RUNNING);
      if (isLeaving && !standBys.has(source)) {
        standBys.putBack(source);
      }
      moveTo(isLeaving ? SlotStatus.PARKED : old.state);
    } else {
      standBys.putBack(source);
      moveTo(SlotStatus.PARKED);
      if (state != null) {
        kept.keep(state, lane.nowNanos());
      } else {
        fail(source + " could not be asked for its state, because its lane hung: " + problem);
        lane.onStateLost(this);
        kept.nothing(lane.nowNanos());
      }
    }
    parking.succeed(old.parking, lane.nowNanos(), lane.settings());
    if (old.leaving != null) {
      forget(old.leaving);
    }
    if (old.releasing) {
      release();
    }
    publish();
  }

  /** Of two modules of the lane before one was not to be asked, and its connections failed. */
  void lost(ModuleSource whose, int connections, String problem) {
    fail(
        whose
            + " could not be asked for its state, because its lane hung: "
            + problem
            + "; its "
            + connections
            + " connections fail, the others go on");
  }

  /**
   * A module of this slot of the lane before did not come back from a call.
   *
   * @param whose module at work that was
   * @param guest the canary whose doing it was; null if it was the module at work
   */
  void hung(ModuleSource whose, Throwable where, SuspectFrame suspect, ModuleSource guest) {
    if (whose != source) {
      hungGoing(whose, where, suspect);
      return;
    }
    boolean tooMany = guest == null && crashes.note(lane.nowNanos(), lane.settings());
    fail((guest == null ? source : guest) + " hung: " + Culprit.describe(where));
    judge(where, "hung", kept.handover(), tooMany, suspect, guest);
  }

  /** A module did not come back from being closed; the slot goes on without it. */
  void hungGoing(ModuleSource whose, Throwable where, SuspectFrame suspect) {
    fail(whose + " hung while it went: " + Culprit.describe(where));
    String outcome = "its successor goes on with " + describe(kept.handover());
    lane.report(name, String.valueOf(whose), where, outcome, suspect);
  }

  /** A module did not come back from being made or opened: it is not tried again. */
  void hungOpening(ModuleSource newcomer, Throwable where, SuspectFrame suspect) {
    standBys.refuse(newcomer);
    fail(newcomer + " hung while it was opened: " + Culprit.describe(where));
    String outcome =
        "it is not tried again before it comes anew; " + describe(kept.handover()) + " kept";
    lane.report(name, newcomer.toString(), where, outcome, suspect);
  }

  private Handover salvage(TcpCanary canary, String how) {
    return canary.salvage(
        thrown ->
            fail(
                canary.source()
                    + " "
                    + how
                    + " and could not export its connections, which fail: "
                    + Culprit.describe(thrown)),
        lane.nowNanos());
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
      return Timer.NOT_ARMED;
    }
    return Math.min(parking.deadlineNanos(settings), kept.deadlineNanos(settings));
  }

  /** Does what is due. */
  void expire(long nowNanos, EngineSettings settings) {
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
    standBys.forgive();
    source = null;
    moveTo(SlotStatus.EMPTY);
    lane.event("module", name, describe(lost) + " and " + packets + " packets disposed of: " + why);
    LOG.warn(
        "Stack {} slot {}: kept state and {} parked packets disposed of: {}",
        lane.stack(),
        name,
        packets,
        why);
    KeptState.dispose(lost);
    lane.onStateLost(this);
    plug();
    return true;
  }

  /** The slot is no longer wanted: its module ends with its state, its stand-bys are forgotten. */
  void release() {
    releasing = true;
    standBys.clear();
    previous = null;
    if (module != null) {
      shut(CloseReason.DISPOSED);
    } else {
      drop("the slot is no longer used");
    }
    source = null;
    moveTo(SlotStatus.EMPTY);
    releasing = false;
  }

  /** Says the state for the disk; from now on nothing may happen here but {@link #stop}. */
  Handover freeze() {
    if (module == null) {
      return kept.handover();
    }
    if (module instanceof NetworkDevice device) {
      device.outlast(true);
    }
    saved = module.export();
    return saved;
  }

  /** Nothing came of it: the module goes on. */
  void thaw() {
    saved = null;
    if (module instanceof NetworkDevice device) {
      device.outlast(false);
    }
  }

  /** State of the JVM before this one waits for its module. */
  void restore(Handover state) {
    kept.keepFromDisk(state, lane.nowNanos());
    moveTo(SlotStatus.PARKED);
    lane.event("module", name, describe(state) + " kept over the restart");
  }

  private void closeSaved() {
    Module leaving = module;
    close(leaving, CloseReason.HANDED_OVER, source);
    set(null);
    retire();
    KeptState.dispose(saved);
    saved = null;
  }

  /** The lane stops: the module tells its peers while the lower ones still run. */
  void stop() {
    standBys.clear();
    if (saved != null) {
      closeSaved();
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
    Module leaving = module;
    close(leaving, reason, source);
    set(null);
    retire();
    lane.onStateLost(this);
    lane.flush();
  }

  String fail(String error) {
    lastError = error;
    lane.event("module", name, error);
    LOG.error("Stack {} slot {}: {}", lane.stack(), name, error);
    publish();
    return error;
  }

  private void moveTo(String newState) {
    state = newState;
    sinceNanos = lane.nowNanos();
    publish();
  }

  private void publish() {
    status =
        new SlotStatus(
            name,
            module == null || source == null ? "" : source.bundle(),
            module == null || source == null ? "" : source.version(),
            generation,
            state,
            sinceNanos,
            parking == null ? 0 : parking.size(),
            crashes.count(),
            lastError);
  }
}
