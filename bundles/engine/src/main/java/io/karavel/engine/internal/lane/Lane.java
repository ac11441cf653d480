package io.karavel.engine.internal.lane;

import io.karavel.control.LaneInfo;
import io.karavel.control.TimerInfo;
import io.karavel.engine.Counters;
import io.karavel.engine.Drops;
import io.karavel.engine.EngineSettings;
import io.karavel.engine.EventLog;
import io.karavel.engine.KeepalivePolicy;
import io.karavel.engine.LaneFence;
import io.karavel.engine.Module;
import io.karavel.engine.Timer;
import io.karavel.engine.TimerIndex;
import io.karavel.ip.spi.InterfaceTable;
import io.karavel.nic.FrameTap;
import io.karavel.packet.PacketPool;
import io.karavel.tcp.spi.LaneMailbox;
import io.karavel.tcp.spi.StackEndpoint;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

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
  private final LaneModules modules = new LaneModules(this);
  private final LaneSwaps swaps = new LaneSwaps(this);
  private final LaneFaults faults = new LaneFaults(this);
  private final Standstill standstill = new Standstill(this);
  private final LaneCounters counts;

  /** Grows whenever the lane turns to something else: calls a module, or comes back from it. */
  private final AtomicLong steps = new AtomicLong();

  /** The slot whose module was called last; null if it was none's. */
  private SlotHolder entered;

  private EngineSettings settings;
  private long nowNanos;
  private boolean busy;
  private boolean again;
  private boolean flushing;
  private boolean stopped;
  private volatile Thread owner;
  private volatile boolean signalled;
  private volatile Runnable waker;

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
    if (standstill.isFrozen()) {
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
    boolean more = !standstill.isFrozen() && tasks.runTasks(settings.taskBudget());
    if (!standstill.isFrozen()) {
      swaps.step();
    }
    if (standstill.isFrozen()) {
      // what came now would be in byte rings and in no state that was said
      return false;
    }
    more |= devices.poll(settings.pollBudget());
    faults.settle();
    more |= expire();
    faults.settle();
    more |= sockets.runHandlers(settings.handlerBudget());
    sockets.serveAttention();
    faults.settle();
    if (busy) {
      flush();
      faults.settle();
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
    if (flushing || standstill.isHolding()) {
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
          faults.crashed(slot, t);
        }
      }
    }
    flushing = false;
  }

  /** When the next thing is due without anybody's doing, or {@link Timer#NOT_ARMED}. */
  public long nextDeadlineNanos() {
    return standstill.isFrozen()
        ? Timer.NOT_ARMED
        : Math.min(timers.nextDeadlineNanos(), slotDeadlineNanos());
  }

  /** Whether a turn would find something to do now: posted, woken or left over. */
  public boolean hasWork() {
    return signalled
        || !standstill.isFrozen()
            && (again || faults.wantsReplug() || swaps.isUnderWay() || hasQueued());
  }

  private boolean hasQueued() {
    return !tasks.isEmpty() || sockets.hasWork();
  }

  /** Whether the last turn found anything to do. */
  public boolean wasBusy() {
    return busy;
  }

  // ---- operations: the lane's thread ----

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

  /** Somebody takes up one endpoint. */
  public void adopt(StackEndpoint endpoint) {
    sockets.adopt(endpoint);
  }

  /** Closes all modules from the top down, each while those below still run. */
  public void stop() {
    refreshTime();
    if (!stopped) {
      stopped = true;
      swaps.abandon("the stack stops");
      if (!standstill.isFrozen()) {
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

  /** Whoever comes between two turns begins with the time and the settings of now. */
  void refreshTime() {
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

  /** How its modules come and go. */
  public LaneModules modules() {
    return modules;
  }

  /** How its modules take over from one another. */
  public LaneSwaps swaps() {
    return swaps;
  }

  /** How it stands still while it goes to disk, and begins with what is there. */
  public Standstill standstill() {
    return standstill;
  }

  /** What is done when something on it throws. */
  LaneFaults faults() {
    return faults;
  }

  SlotTable slotTable() {
    return slots;
  }

  /** Another lane goes on in the place of this one, which hangs. */
  public void succeededBy(Lane next) {
    tasks.succeededBy(next.tasks);
  }

  /** A thread that was abandoned has ended after all. */
  void threadEnded(String name, int left) {
    counts.abandonedThreads.set(left);
    event("lane", stack(), "thread " + name + ", which was left behind, has ended");
  }

  /** A call into a module threw, and its caller is told. */
  public void threw() {
    faults.threw();
  }

  SuspectFrame suspectFrame() {
    return suspectFrame;
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
    return timers.kinds(index(), nowNanos);
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
