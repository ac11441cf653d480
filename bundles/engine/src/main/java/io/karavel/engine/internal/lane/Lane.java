package io.karavel.engine.internal.lane;

import io.karavel.control.LaneInfo;
import io.karavel.control.TimerInfo;
import io.karavel.engine.Counters;
import io.karavel.engine.DropReason;
import io.karavel.engine.Drops;
import io.karavel.engine.EngineSettings;
import io.karavel.engine.Event;
import io.karavel.engine.EventLog;
import io.karavel.engine.Handover;
import io.karavel.engine.KeepalivePolicy;
import io.karavel.engine.LaneFence;
import io.karavel.engine.Module;
import io.karavel.engine.Timer;
import io.karavel.engine.TimerIndex;
import io.karavel.ip.spi.InterfaceTable;
import io.karavel.ip.spi.IpModule;
import io.karavel.nic.FrameTap;
import io.karavel.packet.PacketPool;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.spi.LaneMailbox;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.TcpModule;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One lane of a stack: its slots, devices, timers and sockets, and the cycle that drives them. One
 * thread at a time; a test drives it without any: {@link #turn()} until it returns false, then
 * nothing happens before {@link #nextDeadlineNanos()} unless somebody posts or wakes.
 *
 * <p>A turn: engine operations and tasks; devices; timers; handlers of applications; wishes of
 * sockets; then flush from the top down. An exception in any of them ends the module or the
 * connection it came from, never the lane.
 */
public final class Lane {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
  private static final int REPORTED_EVENTS = 50;

  /** Said by {@link #beginCanary} if the filter lets nothing pass; nothing has changed then. */
  public static final String NOBODY_MOVES =
      "no connection that can be moved passes the filter; listeners, half-open connections and"
          + " those in TIME-WAIT stay";

  private final LaneSetup setup;
  private final Counters counters;
  private final Drops drops;
  private final EventLog events;
  private final PacketPool packets = new PacketPool();
  private final SplittableRandom random;
  private final SlotTable slots = new SlotTable(this);
  private final ArmedTimers timers;
  private final SlotHolder timerSlot;
  private final DeviceRing devices;
  private final SocketDesk sockets;

  private final SuspectFrame suspectFrame = new SuspectFrame();
  private final LaneTasks tasks;
  private final LaneCounters counts;

  /** Swaps that are done step by step, one after the other. */
  private final ArrayDeque<StagedSwap> swaps = new ArrayDeque<>();

  /** Grows whenever the lane turns to something else: calls a module, or comes back from it. */
  private final AtomicLong steps = new AtomicLong();

  /** The slot whose module was called last; null if it was none's. */
  private SlotHolder entered;

  private EngineSettings settings;
  private long nowNanos;
  private boolean busy;
  private boolean again;
  private boolean replug;

  /** Whether a call has thrown since packets were taken back last. */
  private boolean hasThrown;

  /** Frames in hand that were counted as discarded already. */
  private int framesLost;

  private boolean flushing;
  private boolean stopped;
  private volatile boolean frozen;

  /** Whether nothing is sent though packets are still taken. */
  private boolean holding;

  private volatile Thread owner;
  private volatile boolean signalled;
  private volatile Runnable waker;

  /** What goes on in the place of this lane, which hangs; null if it does not. */
  private volatile Lane successor;

  /** A lane that is driven by whoever calls {@link #turn()}, until a loop binds it. */
  public Lane(LaneSetup setup) {
    this(setup, null);
  }

  /** A lane in the place of one that hangs, whose numbers and events go on; null for none. */
  Lane(LaneSetup setup, Lane before) {
    this.setup = setup;
    settings = setup.settings().get();
    nowNanos = setup.clock().nanoTime();
    counters = before == null ? new Counters() : Counters.copyOf(before.counters);
    drops = new Drops(counters);
    counts = new LaneCounters(counters);
    timers = new ArmedTimers(this);
    events =
        before == null
            ? new EventLog(settings.eventRing())
            : new EventLog(settings.eventRing(), before.events);
    random = new SplittableRandom(setup.seed());
    tasks = new LaneTasks(this, settings.taskLimit());
    timerSlot = holder(TimerIndex.SLOT);
    devices = new DeviceRing(this);
    sockets = new SocketDesk(this);
    holder(KeepalivePolicy.SLOT);
  }

  // ---- the cycle ----

  /**
   * One cycle.
   *
   * @return whether there is more to do at once
   */
  public boolean turn() {
    if (frozen) {
      enter(null);
      signalled = false;
      tasks.runOperations();
      return false;
    }
    enter(null);
    long begin = setup.clock().nanoTime();
    nowNanos = begin;
    settings = setup.settings().get();
    busy = again; // what was left over is for the flush too
    again = false;
    signalled = false;
    tasks.runOperations();
    boolean more = !frozen && tasks.runTasks(settings.taskBudget());
    if (!frozen) {
      advance();
    }
    if (frozen) {
      // what came now would be in byte rings and in no state that was said
      return false;
    }
    more |= devices.poll(settings.pollBudget());
    settle();
    more |= expire();
    settle();
    more |= sockets.runHandlers(settings.handlerBudget());
    sockets.serveAttention();
    settle();
    if (busy) {
      flush();
      settle();
    }
    devices.endTurn();
    counts.turned(setup.clock().nanoTime() - begin, packets.outstanding(), timers.armed());
    return more || again || hasWork() || nextDeadlineNanos() <= nowNanos;
  }

  /**
   * Turns until nothing is left to do at this moment.
   *
   * @return how many turns it took
   * @throws IllegalStateException if {@code maxTurns} do not suffice: something goes in circles
   */
  public int runUntilQuiescent(int maxTurns) {
    for (int turn = 1; turn <= maxTurns; turn++) {
      if (!turn()) {
        return turn;
      }
    }
    throw new IllegalStateException(
        "stack " + stack() + " is not at rest after " + maxTurns + " turns");
  }

  /** Does one step of the swap that goes on. */
  private void advance() {
    StagedSwap swap = swaps.peek();
    if (swap != null) {
      if (swap.step()) {
        swaps.remove(swap);
      }
      settle();
    }
  }

  private boolean expire() {
    int expired = timers.expire(nowNanos, settings.timerBudget());
    if (expired > 0) {
      busy = true;
      counts.timersExpired.add(expired);
    }
    devices.expireTaps(nowNanos);
    if (slotDeadlineNanos() <= nowNanos) {
      for (SlotHolder slot : slots.ordered()) {
        slot.expire(nowNanos, settings);
      }
      sockets.expire(nowNanos, settings);
    }
    return expired == settings.timerBudget();
  }

  private long slotDeadlineNanos() {
    long deadline = Math.min(sockets.deadlineNanos(settings), devices.tapDeadlineNanos());
    for (SlotHolder slot : slots.ordered()) {
      deadline = Math.min(deadline, slot.deadlineNanos(settings));
    }
    return deadline;
  }

  /** Flushes every module from the top down. */
  void flush() {
    if (flushing || holding) {
      return;
    }
    flushing = true;
    for (SlotHolder slot : slots.ordered()) {
      Module module = slot.module();
      if (module != null) {
        enter(slot);
        try {
          module.flush();
        } catch (Throwable t) {
          crashed(slot, t);
        }
      }
    }
    flushing = false;
  }

  /** Plugs fresh instances where modules crashed, now that none of them is being called. */
  void settle() {
    takeBackPackets();
    while (replug) {
      replug = false;
      for (SlotHolder slot : slots.ordered()) {
        if (slot.wantsPlug()) {
          slot.plug();
        }
      }
      takeBackPackets();
    }
  }

  /** Returns to the pool what a call that threw had in its hand. */
  private void takeBackPackets() {
    if (!hasThrown) {
      return;
    }
    hasThrown = false;
    for (int left = packets.reclaim() - framesLost; left > 0; left--) {
      drops.count(DropReason.MODULE_CRASH);
    }
    framesLost = 0;
  }

  /** When the next thing is due without anybody's doing, or {@link Timer#NOT_ARMED}. */
  public long nextDeadlineNanos() {
    return frozen ? Timer.NOT_ARMED : Math.min(timers.nextDeadlineNanos(), slotDeadlineNanos());
  }

  /** Whether a turn would find something to do now: posted, woken or left over. */
  public boolean hasWork() {
    return signalled || !frozen && (again || replug || !swaps.isEmpty() || hasQueued());
  }

  private boolean hasQueued() {
    return !tasks.isEmpty() || sockets.hasWork();
  }

  /** Whether the last turn found anything to do. */
  public boolean wasBusy() {
    return busy;
  }

  // ---- operations: the lane's thread ----

  /** A factory is there. */
  public void arrive(ModuleSource source) {
    if (!stopped && !frozen) {
      refreshTime();
      leaveOver();
      holder(source.slot()).arrive(source);
      settle();
    }
  }

  /** A factory goes. */
  public void leave(ModuleSource source) {
    if (frozen) {
      return;
    }
    refreshTime();
    leaveOver();
    holder(source.slot()).leave(source);
    settle();
  }

  /** Swaps a slot's module for one of another factory; null on success, else why not. */
  public String swap(ModuleSource newcomer) {
    return swap(newcomer, false);
  }

  /** Like {@link #swap(ModuleSource)}; a watched newcomer that throws makes way for the old one. */
  public String swap(ModuleSource newcomer, boolean watched) {
    refreshTime();
    leaveOver();
    return holder(newcomer.slot()).swap(newcomer, watched);
  }

  /**
   * Moves some TCP connections to a newcomer, beside the module at work; null on success, else why
   * not.
   *
   * @param percent how many of those that pass the filter: 1 to 100
   */
  public String beginCanary(
      ModuleSource newcomer, Predicate<? super TcpConnectionInfo> filter, int percent) {
    refreshTime();
    leaveOver();
    SlotHolder slot = holder(newcomer.slot());
    String problem = new SlotSharing(this, slot).begin(newcomer, filter, percent);
    settle();
    return problem;
  }

  /** Has the module at work take back what a canary has; null on success, else why not. */
  public String endCanary(String slot) {
    refreshTime();
    leaveOver();
    SlotHolder holder = holder(slot);
    if (holder.canary() == null) {
      return CanaryRules.NONE;
    }
    String problem = StagedSwap.back(this, holder).runAll();
    settle();
    return problem;
  }

  /**
   * A swap in steps: to a newcomer, to a canary, which is promoted, or to the module at work, which
   * takes back what a canary has. Nothing is done yet: {@link #advance(StagedSwap)} has it done.
   *
   * @param watched whether a newcomer that throws makes way for the one at work
   * @param portion about how many connections a step moves
   */
  public StagedSwap staged(ModuleSource newcomer, boolean watched, int portion) {
    refreshTime();
    return new StagedSwap(this, holder(newcomer.slot()), newcomer, watched, portion);
  }

  /** Has a step of a swap done in each of the coming turns. */
  public void advance(StagedSwap swap) {
    if (stopped) {
      swap.abandon("the stack stops");
      return;
    }
    swaps.add(swap);
    leaveOver();
  }

  /** No step is done any more, for whatever reason. */
  void abandonSwaps(String why) {
    swaps.forEach(swap -> swap.abandon(why));
    swaps.clear();
  }

  /** The factory that was at work before the last swap of a slot, or null. */
  public ModuleSource previous(String slot) {
    SlotHolder holder = slots.find(slot);
    return holder == null ? null : holder.previous();
  }

  /** How the canary does that runs in a slot, and what it is made of; null if none runs. */
  public CanaryStatus canary(String slot) {
    SlotHolder holder = slots.find(slot);
    TcpCanary canary = holder == null ? null : holder.canary();
    return canary == null
        ? null
        : new CanaryStatus(holder.source(), canary.source(), canary.comparison());
  }

  /** The watch over a slot's module is over. */
  public void confirm(String slot) {
    holder(slot).confirm();
  }

  /** The factory of the module at work in a slot, or null. */
  public ModuleSource atWork(String slot) {
    SlotHolder holder = slots.find(slot);
    return holder == null || holder.module() == null ? null : holder.source();
  }

  /** The state of the module at work in a slot, which goes on; null if there is none. */
  public Handover export(String slot) {
    refreshTime();
    SlotHolder holder = slots.find(slot);
    if (holder == null) {
      return null;
    }
    flush();
    return holder.export();
  }

  /**
   * Opens state in a module of a factory without plugging it in, and returns what it exports: for a
   * lane made for a rehearsal.
   *
   * @throws Exception whatever the candidate throws
   */
  public Handover tryOut(ModuleSource candidate, Handover state) throws Exception {
    refreshTime();
    return holder(candidate.slot()).tryOut(candidate, state);
  }

  /** Swaps a slot back to the factory before the last swap; null on success, else why not. */
  public String rollback(String slot) {
    refreshTime();
    leaveOver();
    return holder(slot).rollback();
  }

  /** Disposes of the kept state of an empty slot. */
  public boolean drop(String slot) {
    refreshTime();
    SlotHolder holder = slots.find(slot);
    boolean dropped = holder != null && holder.drop("by the operator");
    settle();
    return dropped;
  }

  /** A slot is no longer used: its module ends and its state with it. */
  public void release(String slot) {
    refreshTime();
    SlotHolder holder = slots.find(slot);
    if (holder != null) {
      leaveOver();
      holder.release();
    }
  }

  /** The table of interfaces of the stack has changed. */
  public void interfacesChanged() {
    leaveOver();
    devices.refresh(setup.shared().get(InterfaceTable.class));
  }

  /** Puts a tap at the interfaces that it wants, now and later. */
  public void attach(FrameTap tap) {
    refreshTime();
    leaveOver();
    devices.attach(tap);
  }

  /** Takes a tap out. */
  public void detach(FrameTap tap) {
    refreshTime();
    leaveOver();
    devices.detach(tap);
  }

  /** Endpoints whose handlers are gone wait for a successor of their owner, or are closed. */
  public void detach(String owner, List<StackEndpoint> endpoints) {
    refreshTime();
    sockets.detach(owner, endpoints);
  }

  /** Somebody takes up the endpoints of an owner. */
  public void adopt(String owner) {
    sockets.adopt(owner);
  }

  /**
   * Packets are taken, but what is owed for them waits: soon there is {@link #freeze}, and the
   * acknowledgement that comes after the restart is news to the peer. One that says what it knows
   * already would leave it waiting for its retransmission timer, which has backed off.
   */
  public void hold() {
    holding = true;
  }

  /**
   * Sends what is owed unless that is {@linkplain #hold held}, then has everything stand still and
   * says the state of every slot, for the disk. Afterwards there is {@link #thaw} or {@link #stop}.
   *
   * @throws IllegalStateException if a module cannot say its state; then the lane goes on
   */
  public List<SavedSlot> freeze() {
    refreshTime();
    flush();
    settle();
    List<SavedSlot> saved = new ArrayList<>();
    for (SlotHolder slot : slots.ordered()) {
      try {
        Handover state = slot.freeze();
        if (!state.isEmpty()) {
          saved.add(new SavedSlot(slot.name(), state));
        }
      } catch (Throwable t) {
        thaw();
        throw new IllegalStateException(
            "slot "
                + slot.name()
                + " of stack "
                + stack()
                + " cannot say its state: "
                + Culprit.describe(t),
            t);
      }
    }
    frozen = true;
    return saved;
  }

  /** Nothing came of a {@link #freeze}: everything goes on. */
  public void thaw() {
    frozen = false;
    holding = false;
    for (SlotHolder slot : slots.ordered()) {
      try {
        slot.thaw();
      } catch (Throwable t) {
        crashed(slot, t);
      }
    }
    leaveOver();
  }

  /** Whether everything stands still because what it is goes to disk. Any thread. */
  public boolean isFrozen() {
    return frozen;
  }

  /** Before the first turn: state of the JVM before this one, for the module that comes. */
  public void restore(SavedSlot saved) {
    holder(saved.slot()).restore(saved.state());
  }

  /** Before the first turn: endpoints of an owner wait for it, as if its bundle had just left. */
  public void await(String owner, List<StackEndpoint> endpoints) {
    sockets.detach(owner, endpoints);
  }

  /** Somebody takes up one endpoint. */
  public void adopt(StackEndpoint endpoint) {
    sockets.adopt(endpoint);
  }

  /** Closes all modules from the top down, each while those below still run. */
  public void stop() {
    refreshTime();
    if (!stopped) {
      stopped = true;
      abandonSwaps("the stack stops");
      if (!frozen) {
        flush();
      }
      for (SlotHolder slot : slots.ordered()) {
        slot.stop();
      }
    }
  }

  /** Whether {@link #stop()} was called. */
  public boolean isStopped() {
    return stopped;
  }

  /** Done outside of a turn perhaps: the next one flushes what came of it. */
  void leaveOver() {
    busy = true;
    again = true;
  }

  private void refreshTime() {
    nowNanos = setup.clock().nanoTime();
    settings = setup.settings().get();
  }

  // ---- any thread ----

  /**
   * Has a question or other quick task done in a coming turn. Any thread.
   *
   * @throws RejectedExecutionException if {@code taskLimit} tasks wait
   */
  public void post(Object task) {
    if (!tasks.offer(task)) {
      throw new RejectedExecutionException(
          "stack " + stack() + ": as many tasks as taskLimit allows wait for the lane");
    }
    wake();
  }

  /**
   * Has an operation of the engine done in a coming turn, of the lane that has taken this one's
   * place if it was abandoned; never refused. Any thread.
   */
  public void operate(Consumer<Lane> operation) {
    tasks.operate(operation);
    Lane last = this;
    for (Lane next = successor; next != null; next = next.successor) {
      next.tasks.takeOperations(last.tasks);
      next.wake();
      last = next;
    }
    wake();
  }

  /** Has the lane take a turn soon. Cheap while it is awake. Any thread. */
  public void wake() {
    if (!signalled) {
      signalled = true;
      Runnable current = waker;
      if (current != null) {
        current.run();
      }
    }
  }

  /** Whether the caller may touch the lane: its thread, or anybody while no loop has bound it. */
  public boolean isOwner() {
    Thread current = owner;
    return current == null || current == Thread.currentThread();
  }

  /** The name of the thread that drives it; empty if none is bound. Any thread. */
  public String threadName() {
    Thread current = owner;
    return current == null ? "" : current.getName();
  }

  /** A loop takes over; {@code waker} is run when somebody wakes the lane. */
  void bind(Thread thread, Runnable newWaker) {
    owner = thread;
    waker = newWaker;
  }

  // ---- what the parts of a lane need of each other ----

  /** Work left over: another turn at once. */
  void again() {
    again = true;
  }

  void markBusy() {
    busy = true;
  }

  /**
   * The lane turns to something else. A thread that was abandoned comes no further.
   *
   * @param slot whose module is about to be called; null if none
   */
  void enter(SlotHolder slot) {
    steps.setOpaque(steps.getPlain() + 1);
    entered = slot;
    LaneFence.pass();
  }

  /** How often it has turned to something else; any thread. */
  long steps() {
    return steps.getOpaque();
  }

  /** The slot whose module was called last, or null; its thread hangs. */
  SlotHolder entered() {
    return entered;
  }

  SlotTable slotTable() {
    return slots;
  }

  /** Another lane goes on in the place of this one, which hangs. */
  public void succeededBy(Lane next) {
    successor = next;
    next.tasks.takeOperations(tasks);
  }

  /** A thread that was abandoned has ended after all. */
  void threadEnded(String name, int left) {
    counts.abandonedThreads.set(left);
    event("lane", stack(), "thread " + name + ", which was left behind, has ended");
  }

  /** What a slot waited for is there: the next turn looks. */
  void replug() {
    replug = true;
    leaveOver();
  }

  /** A module threw, most likely the one of {@code entered}. */
  void crashed(SlotHolder entered, Throwable thrown) {
    LaneFence.pass();
    SlotHolder culprit = Culprit.of(thrown, slots.ordered(), entered);
    if (!devices.isPolled(culprit, thrown)) {
      crashedIn(culprit, thrown);
    }
  }

  /** The module of this very slot threw. */
  void crashedIn(SlotHolder culprit, Throwable thrown) {
    LaneFence.pass();
    counts.moduleCrashes.increment();
    hasThrown = true;
    busy = true;
    culprit.crash(thrown);
    replug = true;
  }

  /** The frame that was served when a module threw counts as discarded. */
  void frameLost() {
    framesLost++;
    drops.count(DropReason.MODULE_CRASH);
  }

  /** A call into a module threw, and its caller is told. */
  public void threw() {
    hasThrown = true;
  }

  void failed(String what, Throwable thrown) {
    LaneFence.pass();
    hasThrown = true;
    counts.failures.increment();
    event("lane", stack(), what + " failed: " + Culprit.describe(thrown));
    LOG.error("Stack {}: {} failed: {}", stack(), what, Culprit.trace(thrown));
  }

  /** A module is at work in a slot. */
  void onPlugged(SlotHolder slot) {
    counts.modulesPlugged.increment();
    // if it takes the place of one that crashed in the flush, its own flush is still to come
    leaveOver();
    Module module = slot.module();
    if (slot == timerSlot && module instanceof TimerIndex index) {
      timers.attach(index, nowNanos);
    } else if (slot.name().equals(IpModule.SLOT)) {
      devices.onIpPlugged();
      devices.tellIp();
    }
  }

  void onStateLost(SlotHolder slot) {
    counts.statesDisposed.increment();
    if (slot.name().equals(TcpModule.SLOT)) {
      sockets.disposeConnections();
    }
  }

  SuspectFrame suspectFrame() {
    return suspectFrame;
  }

  /** Has a crash written down, if anybody does that. */
  void report(SlotHolder slot, ModuleSource crashed, Throwable thrown, String outcome) {
    report(slot.name(), String.valueOf(crashed), thrown, outcome, suspectFrame);
  }

  /** The same of whatever was at fault, with the frame that another lane served. */
  void report(String slot, String culprit, Throwable thrown, String outcome, SuspectFrame suspect) {
    CrashReports reports = setup.shared().find(CrashReports.class);
    if (reports == null) {
      return;
    }
    List<String> latest = new ArrayList<>();
    for (Event event : events.since(events.nextSequence() - REPORTED_EVENTS)) {
      latest.add(event.kind() + " " + event.subject() + ": " + event.text());
    }
    reports.crashed(
        new CrashReport(
            stack(),
            index(),
            slot,
            culprit,
            Culprit.trace(thrown),
            outcome,
            suspect.bytes(),
            suspect.interfaceName(),
            suspect.ethernet(),
            latest));
  }

  LaneCounters counts() {
    return counts;
  }

  void event(String kind, String subject, String text) {
    events.add(nowNanos, kind, subject, text);
  }

  /** The slot of a name, made empty if nobody named it before. Lane's thread. */
  SlotHolder holder(String name) {
    return slots.holder(name);
  }

  /** The slots top down; any thread. */
  public List<SlotStatus> slots() {
    return slots.statuses();
  }

  /** The armed timers by kind, sorted; lane's thread. */
  public List<TimerInfo> timerKinds() {
    Map<String, TimerInfo> kinds = new TreeMap<>();
    timers.forEach(
        timer ->
            kinds.merge(
                timer.kind(),
                new TimerInfo(index(), timer.kind(), 1, timer.deadlineNanos() - nowNanos),
                (one, other) ->
                    new TimerInfo(
                        index(),
                        one.kind(),
                        one.armed() + 1,
                        Math.min(one.nextNanos(), other.nextNanos()))));
    return new ArrayList<>(kinds.values());
  }

  /** How the lane is; any thread. */
  public LaneInfo info() {
    return counts.info(index(), threadName(), timers.lateness());
  }

  /** The slot of a name, or null. Any thread. */
  SlotHolder find(String slot) {
    return slots.find(slot);
  }

  SlotHolder timerSlot() {
    return timerSlot;
  }

  LaneSetup setup() {
    return setup;
  }

  EngineSettings settings() {
    return settings;
  }

  ArmedTimers timers() {
    return timers;
  }

  DeviceRing devices() {
    return devices;
  }

  SocketDesk sockets() {
    return sockets;
  }

  /** Where sockets bring what they want; what its stack's endpoints are made with. */
  public LaneMailbox mailbox() {
    return sockets;
  }

  /** Name of the stack. */
  public String stack() {
    return setup.stack();
  }

  /** Index within the stack. */
  public int index() {
    return setup.index();
  }

  /** The time of this turn. */
  public long nowNanos() {
    return nowNanos;
  }

  /** The packet buffers; lane's thread. */
  public PacketPool packets() {
    return packets;
  }

  /** The counters; any thread. */
  public Counters counters() {
    return counters;
  }

  /** The discards. */
  public Drops drops() {
    return drops;
  }

  /** The events. */
  public EventLog events() {
    return events;
  }

  int random(int bound) {
    return random.nextInt(bound);
  }

  /** The module at work in a slot if it is of that type, else null; lane's thread. */
  public <M> M module(String slot, Class<M> type) {
    SlotHolder holder = slots.find(slot);
    return holder == null ? null : holder.view(type).module();
  }
}
