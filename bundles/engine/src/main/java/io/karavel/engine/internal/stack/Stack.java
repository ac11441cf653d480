package io.karavel.engine.internal.stack;

import io.karavel.control.ModuleAbsentException;
import io.karavel.control.TimerInfo;
import io.karavel.engine.DropReason;
import io.karavel.engine.EngineSettings;
import io.karavel.engine.HandoverException;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.internal.lane.CrashReports;
import io.karavel.engine.internal.lane.Lane;
import io.karavel.engine.internal.lane.LaneModules;
import io.karavel.engine.internal.lane.LaneSetup;
import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.engine.internal.lane.SavedSlot;
import io.karavel.engine.internal.lane.SharedObjects;
import io.karavel.engine.internal.lane.StagedSwap;
import io.karavel.ip.InterfaceSettings;
import io.karavel.ip.spi.InterfaceTable;
import io.karavel.ip.spi.LocalAddresses;
import io.karavel.nic.FrameTap;
import io.karavel.tcp.TcpService;
import io.karavel.tcp.spi.RingMemory;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.TcpEndpoints;
import io.karavel.tcp.spi.TransitionTap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stack: its lanes, its lasting tables and its {@link TcpService}. Any thread, unless no loop
 * drives its lanes: then the one thread that does.
 */
public final class Stack {
  private static final Logger LOG = LoggerFactory.getLogger(Stack.class);

  private final StackSetup setup;
  private final InterfaceTable interfaces = new InterfaceTable();
  private final LocalAddresses addresses = new LocalAddresses();
  private final TransitionTap transitions = new TransitionTap();
  private final SharedObjects shared = new SharedObjects();
  private final RingMemory memory;

  private final StackLanes lanes;
  private final LaneCalls calls;
  private final TcpEndpoints endpoints;
  private final StackTcpService tcp;
  private final StackQuestions questions;
  private final StackRestart restart;

  /** A stack of one lane without modules and interfaces. */
  public Stack(StackSetup setup) {
    this.setup = setup;
    memory = new RingMemory(setup.bufferBytes());
    shared.put(InterfaceTable.class, interfaces);
    shared.put(LocalAddresses.class, addresses);
    shared.put(RingMemory.class, memory);
    shared.put(TransitionTap.class, transitions);
    Lane lane =
        new Lane(
            new LaneSetup(
                setup.name(),
                0,
                setup.configured(),
                setup.clock(),
                setup.settings(),
                shared,
                setup.secrets(),
                setup.seed()));
    lanes = new StackLanes(setup, lane);
    calls = new LaneCalls(setup, lanes);
    endpoints = new TcpEndpoints(lanes.mailbox(), memory, addresses::contains, setup.random());
    shared.put(TcpEndpoints.class, endpoints);
    tcp = new StackTcpService(this);
    questions = new StackQuestions(setup, lanes, calls);
    restart = new StackRestart(setup, endpoints, lanes, calls);
  }

  /** Its name. */
  public String name() {
    return setup.name();
  }

  /** Its lanes. */
  public List<Lane> lanes() {
    return lanes.all();
  }

  /** Its first lane. */
  public Lane lane() {
    return lanes.first();
  }

  /** Its interfaces; change them through {@link #putInterface} and {@link #removeInterface}. */
  public InterfaceTable interfaces() {
    return interfaces;
  }

  /** The addresses that IP says are its own. */
  public LocalAddresses addresses() {
    return addresses;
  }

  /** Its sockets, listeners and ports. */
  public TcpEndpoints endpoints() {
    return endpoints;
  }

  /** TCP for applications. */
  public TcpService tcp() {
    return tcp;
  }

  /** Has crashes of its modules written down. */
  public void crashReports(CrashReports reports) {
    shared.put(CrashReports.class, reports);
  }

  EngineSettings settings() {
    return setup.settings().get();
  }

  /** Has every lane take a turn: settings have changed, and with them deadlines. */
  public void wake() {
    lanes.wake();
  }

  /** Adds or changes an interface; returns its index. */
  public int putInterface(InterfaceSettings settings) {
    int index = interfaces.put(settings);
    calls.operate(Lane::interfacesChanged);
    return index;
  }

  /** Removes an interface. */
  public void removeInterface(String name) {
    interfaces.remove(name);
    calls.operate(Lane::interfacesChanged);
  }

  /** A factory is there for a slot of this stack; returns before its modules are at work. */
  public void arrive(ModuleSource source) {
    calls.operate(lane -> lane.modules().arrive(source));
  }

  /** A factory outside OSGi. */
  public ModuleSource arrive(ModuleFactory factory) {
    ModuleSource source = ModuleSource.of(factory);
    arrive(source);
    return source;
  }

  /** Puts taps at the interfaces that they want, all at once; returns when they are in place. */
  public void attach(FrameTap... taps) {
    calls.operateAll(
        "attach a tap",
        lane -> {
          for (FrameTap tap : taps) {
            lane.attach(tap);
          }
        });
  }

  /** Takes a tap out; when this returns it is called no more. */
  public void detach(FrameTap tap) {
    calls.operateAll("detach a tap", lane -> lane.detach(tap));
  }

  /** Where the states of connections can be followed. */
  public TransitionTap transitions() {
    return transitions;
  }

  /**
   * A factory goes: waits until every lane has taken over the state of its module, at most {@code
   * leaveMillis}.
   */
  public void leave(ModuleSource source) {
    leave(source, false);
  }

  /**
   * The same, but its module may stay at work until its successor is there, if it can hand over in
   * portions; {@link LaneModules#leave(ModuleSource, boolean)}.
   */
  public void leave(ModuleSource source, boolean mayStay) {
    if (lanes.isClosed()) {
      return;
    }
    try {
      calls.onEveryLane(lane -> lane.modules().leave(source, mayStay));
    } catch (TimeoutException e) {
      LOG.error(
          "Stack {} slot {}: {} leaves and its lane did not take over its state within {} ms",
          name(),
          source.slot(),
          source,
          settings().leaveMillis());
    }
  }

  /** A slot is no longer used: its modules end, and their state with them. */
  public void release(String slot) {
    if (lanes.isClosed()) {
      return;
    }
    try {
      calls.onEveryLane(lane -> lane.modules().release(slot));
    } catch (TimeoutException e) {
      LOG.error("Stack {} slot {}: did not end in time", name(), slot);
    }
  }

  /** Swaps the module of a slot on every lane; null on success, else why not. */
  public String swap(ModuleSource newcomer) {
    return calls.firstProblem(lane -> lane.swaps().swap(newcomer));
  }

  /** Swaps a slot back to the factory before the last swap; null on success, else why not. */
  public String rollback(String slot) {
    return calls.firstProblem(lane -> lane.swaps().rollback(slot));
  }

  /** Disposes of the kept state of an empty slot. */
  public boolean drop(String slot) {
    boolean any = false;
    for (Lane lane : lanes.all()) {
      try {
        any |=
            calls.onLane(lane, present -> present.modules().drop(slot), settings().leaveMillis());
      } catch (TimeoutException e) {
        LOG.error("Stack {} slot {}: the lane does not answer", name(), slot);
      }
    }
    return any;
  }

  /** Gives every lane its thread. */
  public void start() {
    lanes.start();
  }

  /**
   * Closes the modules of every lane from the top down, each while those below still run, and ends
   * the lanes' threads. What is asked of the stack afterwards does nothing.
   */
  public void close() {
    lanes.close();
  }

  /** Endpoints have lost their handlers; returns when none of these runs any more. */
  boolean detach(String owner, List<StackEndpoint> detached) {
    try {
      calls.onEveryLane(lane -> lane.detach(owner, detached));
      return true;
    } catch (TimeoutException e) {
      LOG.error("Stack {}: handlers of {} did not come to their end in time", name(), owner);
      return false;
    }
  }

  /** An endpoint is taken up. */
  void adopt(StackEndpoint endpoint) {
    calls.operate(lane -> lane.adopt(endpoint));
  }

  // ---- a restart that keeps connections ----

  Map<String, byte[]> secrets() {
    return setup.secrets().all();
  }

  /** How many connections its sockets stand for. */
  public int keptConnections() {
    return restart.keptConnections();
  }

  /** See {@link StackRestart#hold}. */
  boolean hold() {
    return restart.hold();
  }

  /**
   * Has everything stand still between two turns of every lane and says the state of their slots.
   *
   * @throws IllegalStateException if a lane does not answer or a module cannot say its state
   */
  public List<List<SavedSlot>> freeze() {
    return restart.freeze();
  }

  /** Nothing came of a {@link #freeze}: everything goes on. */
  public void thaw() {
    restart.thaw();
  }

  /** Before it runs: takes in what was kept over a restart. */
  void restore(KeptStack kept) throws HandoverException {
    restart.restore(this, kept);
  }

  /** The endpoints of an owner are taken up. */
  void adopt(String owner) {
    calls.operate(lane -> lane.adopt(owner));
  }

  // ---- its lanes, one by one ----

  /** See {@link LaneCalls#on}. */
  <T> T on(Lane lane, Function<Lane, T> operation) {
    return calls.on(lane, operation);
  }

  /** See {@link LaneCalls#staged}. */
  StagedSwap staged(Lane lane, Function<Lane, StagedSwap> begin) {
    return calls.staged(lane, begin);
  }

  long clockNanos() {
    return setup.clock().nanoTime();
  }

  /**
   * Opens a copy of the state of the module at work in another factory's, where nothing comes of
   * it; any thread but another lane's. Connections are copied a portion in a turn, if the module
   * can say them so.
   *
   * @return what is wrong, a sentence each; empty if nothing is
   */
  public List<String> rehearse(Lane lane, ModuleSource candidate) {
    Rehearsal rehearsal = new Rehearsal(lane, setup, interfaces, candidate);
    boolean isMore;
    do {
      isMore = on(lane, rehearsal::sample);
    } while (rehearsal.isSound() && isMore);
    return rehearsal.problems();
  }

  /**
   * Puts a question to the module of a slot; see {@link io.karavel.control.Appliance#query}. Of
   * several lanes the first is asked.
   */
  public <M, T> T query(String slot, Class<M> type, Function<? super M, ? extends T> question)
      throws ModuleAbsentException {
    return questions.query(slot, type, question);
  }

  /** The armed timers of its lanes, grouped by kind. */
  public List<TimerInfo> timers() {
    return questions.timers();
  }

  /** The counters, summed over the lanes. */
  public Map<String, Long> counters() {
    return questions.counters();
  }

  /** The discards, summed over the lanes. */
  public Map<DropReason, Long> drops() {
    return questions.drops();
  }
}
