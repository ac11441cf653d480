package io.karavel.engine.internal.stack;

import io.karavel.control.ModuleAbsentException;
import io.karavel.control.TimerInfo;
import io.karavel.engine.Counters;
import io.karavel.engine.DropReason;
import io.karavel.engine.EngineSettings;
import io.karavel.engine.HandoverException;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.internal.lane.CrashReports;
import io.karavel.engine.internal.lane.Culprit;
import io.karavel.engine.internal.lane.Lane;
import io.karavel.engine.internal.lane.LaneLoop;
import io.karavel.engine.internal.lane.LaneSetup;
import io.karavel.engine.internal.lane.LaneWatch;
import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.engine.internal.lane.SavedSlot;
import io.karavel.engine.internal.lane.SharedObjects;
import io.karavel.engine.internal.lane.StagedSwap;
import io.karavel.ip.InterfaceSettings;
import io.karavel.ip.spi.InterfaceTable;
import io.karavel.ip.spi.LocalAddresses;
import io.karavel.nic.FrameTap;
import io.karavel.tcp.TcpService;
import io.karavel.tcp.spi.LaneMailbox;
import io.karavel.tcp.spi.RingMemory;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.tcp.spi.TcpEndpoints;
import io.karavel.tcp.spi.TransitionTap;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
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

  /** Replaced as a whole when a lane takes the place of one that hangs. */
  private volatile List<Lane> lanes;

  private final TcpEndpoints endpoints;
  private final StackTcpService tcp;
  private final List<LaneLoop> loops = new CopyOnWriteArrayList<>();
  private final LaneWatch watch;
  private volatile boolean closed;

  /** Held while lanes are exchanged, and while the stack becomes a closed one. */
  private final Object exchange = new Object();

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
    lanes = List.of(lane);
    endpoints = new TcpEndpoints(new PresentMailbox(), memory, addresses::contains, setup.random());
    shared.put(TcpEndpoints.class, endpoints);
    tcp = new StackTcpService(this);
    watch = new LaneWatch(name(), setup.settings(), this::replace);
  }

  /** The mailbox of the lane that is there at the moment. */
  private final class PresentMailbox implements LaneMailbox {
    @Override
    public void attention(StackEndpoint endpoint) {
      lane().mailbox().attention(endpoint);
    }

    @Override
    public void ready(StackEndpoint endpoint) {
      lane().mailbox().ready(endpoint);
    }

    @Override
    public boolean onLane() {
      return lane().mailbox().onLane();
    }
  }

  /** Its name. */
  public String name() {
    return setup.name();
  }

  /** Its lanes. */
  public List<Lane> lanes() {
    return lanes;
  }

  /** Its first lane. */
  public Lane lane() {
    return lanes.get(0);
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
    lanes.forEach(Lane::wake);
    watch.settingsChanged();
  }

  /** Adds or changes an interface; returns its index. */
  public int putInterface(InterfaceSettings settings) {
    int index = interfaces.put(settings);
    operate(Lane::interfacesChanged);
    return index;
  }

  /** Removes an interface. */
  public void removeInterface(String name) {
    interfaces.remove(name);
    operate(Lane::interfacesChanged);
  }

  /** A factory is there for a slot of this stack; returns before its modules are at work. */
  public void arrive(ModuleSource source) {
    operate(lane -> lane.arrive(source));
  }

  /** A factory outside OSGi. */
  public ModuleSource arrive(ModuleFactory factory) {
    ModuleSource source = ModuleSource.of(factory);
    arrive(source);
    return source;
  }

  /** Puts taps at the interfaces that they want, all at once; returns when they are in place. */
  public void attach(FrameTap... taps) {
    operateAll(
        "attach a tap",
        lane -> {
          for (FrameTap tap : taps) {
            lane.attach(tap);
          }
        });
  }

  /** Takes a tap out; when this returns it is called no more. */
  public void detach(FrameTap tap) {
    operateAll("detach a tap", lane -> lane.detach(tap));
  }

  private void operateAll(String what, Operation operation) {
    if (closed) {
      return;
    }
    try {
      onEveryLane(operation, settings().leaveMillis());
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "stack " + name() + ": a lane did not " + what + " in time", e);
    }
  }

  /** Where the states of connections can be followed. */
  public TransitionTap transitions() {
    return transitions;
  }

  private interface Operation {
    void on(Lane lane);
  }

  private void operate(Operation operation) {
    if (closed) {
      return;
    }
    for (Lane lane : lanes) {
      if (lane.isOwner()) {
        operation.on(lane);
      } else {
        lane.operate(operation::on);
      }
    }
  }

  /**
   * A factory goes: waits until every lane has taken over the state of its module, at most {@code
   * leaveMillis}.
   */
  public void leave(ModuleSource source) {
    if (closed) {
      return;
    }
    try {
      onEveryLane(lane -> lane.leave(source), settings().leaveMillis());
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
    if (closed) {
      return;
    }
    try {
      onEveryLane(lane -> lane.release(slot), settings().leaveMillis());
    } catch (TimeoutException e) {
      LOG.error("Stack {} slot {}: did not end in time", name(), slot);
    }
  }

  /** Swaps the module of a slot on every lane; null on success, else why not. */
  public String swap(ModuleSource newcomer) {
    return firstProblem(lane -> lane.swap(newcomer));
  }

  /** Swaps a slot back to the factory before the last swap; null on success, else why not. */
  public String rollback(String slot) {
    return firstProblem(lane -> lane.rollback(slot));
  }

  private String firstProblem(Function<Lane, String> operation) {
    String problem = null;
    for (Lane lane : lanes) {
      try {
        String said = onLane(lane, operation, settings().leaveMillis());
        problem = problem == null ? said : problem;
      } catch (TimeoutException e) {
        problem = "lane " + lane.index() + " of stack " + name() + " does not answer";
      }
    }
    return problem;
  }

  /** Disposes of the kept state of an empty slot. */
  public boolean drop(String slot) {
    boolean any = false;
    for (Lane lane : lanes) {
      try {
        any |= onLane(lane, present -> present.drop(slot), settings().leaveMillis());
      } catch (TimeoutException e) {
        LOG.error("Stack {} slot {}: the lane does not answer", name(), slot);
      }
    }
    return any;
  }

  /** Gives every lane its thread. */
  public void start() {
    for (Lane lane : lanes) {
      LaneLoop loop = new LaneLoop(lane);
      loops.add(loop);
      loop.start();
    }
    watch.start(loops);
    LOG.info("Stack {} runs", name());
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
   * the lanes' threads. What is asked of the stack afterwards does nothing.
   */
  public void close() {
    if (closed) {
      return;
    }
    watch.stop(settings().leaveMillis());
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
    LOG.info("Stack {} is closed", name());
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
              complete(
                  done,
                  present,
                  own -> {
                    own.stop();
                    return true;
                  }));
      try {
        done.get(settings().leaveMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException e) {
        LOG.error("Stack {}: its modules did not end in time: {}", name(), e.toString());
      }
    }
  }

  private void end(LaneLoop loop) {
    if (!loop.stop(settings().leaveMillis())) {
      LOG.error("Stack {}: a lane's thread did not end and is left behind", name());
    }
  }

  private void onEveryLane(Operation operation, int timeoutMillis) throws TimeoutException {
    for (Lane lane : lanes) {
      onLane(
          lane,
          present -> {
            operation.on(present);
            return true;
          },
          timeoutMillis);
    }
  }

  /** Endpoints have lost their handlers; returns when none of these runs any more. */
  void detach(String owner, List<StackEndpoint> detached) {
    try {
      onEveryLane(lane -> lane.detach(owner, detached), settings().leaveMillis());
    } catch (TimeoutException e) {
      LOG.error("Stack {}: handlers of {} did not come to their end in time", name(), owner);
    }
  }

  /** An endpoint is taken up. */
  void adopt(StackEndpoint endpoint) {
    operate(lane -> lane.adopt(endpoint));
  }

  // ---- a restart that keeps connections ----

  Map<String, byte[]> secrets() {
    return setup.secrets().all();
  }

  /** How many connections its sockets stand for. */
  public int keptConnections() {
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
    if (loops.isEmpty()) {
      return false;
    }
    for (Lane lane : lanes) {
      on(
          lane,
          own -> {
            own.hold();
            return true;
          });
    }
    return true;
  }

  /**
   * Has everything stand still between two turns of every lane and says the state of their slots.
   *
   * @throws IllegalStateException if a lane does not answer or a module cannot say its state
   */
  public List<List<SavedSlot>> freeze() {
    List<List<SavedSlot>> saved = new ArrayList<>();
    for (Lane lane : lanes) {
      saved.add(
          on(
              lane,
              own -> {
                endpoints.freeze(true);
                return own.freeze();
              }));
    }
    return saved;
  }

  /** Nothing came of a {@link #freeze}: everything goes on. */
  public void thaw() {
    operate(
        lane -> {
          endpoints.freeze(false);
          lane.thaw();
        });
  }

  /** Before it runs: takes in what was kept over a restart. */
  void restore(KeptStack kept) throws HandoverException {
    Map<String, byte[]> secrets = new HashMap<>();
    kept.secretsInto(secrets);
    kept.openIn(this);
    setup.secrets().restore(secrets);
    Map<String, List<StackEndpoint>> byOwner = new TreeMap<>();
    List<StackEndpoint> all = new ArrayList<>(endpoints.sockets());
    all.addAll(endpoints.listeners());
    all.removeIf(StackEndpoint::isClosed);
    all.forEach(
        endpoint ->
            byOwner.computeIfAbsent(endpoint.owner(), owner -> new ArrayList<>()).add(endpoint));
    byOwner.forEach((owner, theirs) -> lane().await(owner, theirs));
  }

  /** The endpoints of an owner are taken up. */
  void adopt(String owner) {
    operate(lane -> lane.adopt(owner));
  }

  /** On the lane, or the one that has taken its place. */
  private <T> T onLane(Lane lane, Function<Lane, T> operation, int timeoutMillis)
      throws TimeoutException {
    if (lane.isOwner()) {
      return operation.apply(lane);
    }
    if (closed) {
      throw new TimeoutException("the stack is closed");
    }
    CompletableFuture<T> done = new CompletableFuture<>();
    lane.operate(present -> complete(done, present, operation));
    try {
      return done.get(timeoutMillis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new TimeoutException("nothing within " + timeoutMillis + " ms");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TimeoutException("interrupted");
    } catch (ExecutionException e) {
      throw new IllegalStateException(Culprit.describe(e.getCause()), e.getCause());
    }
  }

  /**
   * Has something done on a lane between two of its turns and waits for it.
   *
   * @throws IllegalStateException if the lane does not answer within {@code leaveMillis}
   */
  <T> T on(Lane lane, Function<Lane, T> operation) {
    try {
      return onLane(lane, operation, settings().leaveMillis());
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "lane " + lane.index() + " of stack " + name() + " does not answer: " + e.getMessage(),
          e);
    }
  }

  /**
   * Has a swap done step by step in the turns of a lane and waits for its end.
   *
   * @param begin makes it, on the lane; null for none
   * @return the swap, which is over; null for none
   * @throws IllegalStateException if the lane does no step within {@code leaveMillis}
   */
  StagedSwap staged(Lane lane, Function<Lane, StagedSwap> begin) {
    StagedSwap swap =
        on(
            lane,
            own -> {
              StagedSwap made = begin.apply(own);
              if (made != null) {
                own.advance(made);
              }
              return made;
            });
    if (swap != null && lane.isOwner()) {
      swap.runAll();
    }
    int steps = -1;
    while (swap != null && !swap.over().isDone()) {
      if (swap.steps() == steps) {
        throw new IllegalStateException(
            "lane " + lane.index() + " of stack " + name() + " does not go on with the swap");
      }
      steps = swap.steps();
      try {
        swap.over().get(settings().leaveMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // looked at above: many connections may take more than that
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while the lane goes on with the swap", e);
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    return swap;
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

  private static <T> void complete(
      CompletableFuture<T> done, Lane lane, Function<Lane, T> operation) {
    try {
      done.complete(operation.apply(lane));
    } catch (Throwable t) {
      done.completeExceptionally(t);
    }
  }

  /**
   * Puts a question to the module of a slot; see {@link io.karavel.control.Appliance#query}. Of
   * several lanes the first is asked.
   */
  public <M, T> T query(String slot, Class<M> type, Function<? super M, ? extends T> question)
      throws ModuleAbsentException {
    Lane lane = lane();
    if (closed) {
      throw new ModuleAbsentException("stack " + name() + " is closed");
    }
    if (lane.isOwner()) {
      return put(lane, slot, type, question);
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    Runnable task =
        () -> {
          try {
            answer.complete(put(lane, slot, type, question));
          } catch (Throwable t) {
            answer.completeExceptionally(t);
          }
        };
    int millis = settings().queryMillis();
    try {
      lane.post(task);
      return answer.get(millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      throw new ModuleAbsentException(e.getMessage() + "; try again");
    } catch (TimeoutException e) {
      throw new ModuleAbsentException(
          "module " + slot + " of stack " + name() + " did not answer within " + millis + " ms");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ModuleAbsentException("interrupted while waiting for module " + slot);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ModuleAbsentException absent) {
        throw absent;
      }
      if (e.getCause() instanceof IllegalArgumentException refused) {
        throw refused;
      }
      throw new IllegalStateException(
          "module " + slot + " failed: " + Culprit.describe(e.getCause()), e.getCause());
    }
  }

  private <M, T> T put(
      Lane lane, String slot, Class<M> type, Function<? super M, ? extends T> question)
      throws ModuleAbsentException {
    M module = present(lane, slot, type);
    try {
      return question.apply(module);
    } catch (Throwable t) {
      lane.threw();
      throw t;
    }
  }

  private <M> M present(Lane lane, String slot, Class<M> type) throws ModuleAbsentException {
    M module = lane.module(slot, type);
    if (module == null) {
      String where = "module " + slot + " of stack " + name() + ": ";
      Object any = lane.module(slot, Object.class);
      throw new ModuleAbsentException(
          any == null
              ? where + "not running; start its bundle (net:status shows what there is)"
              : where + "is no " + type.getSimpleName());
    }
    return module;
  }

  /** The armed timers of its lanes, grouped by kind. */
  public List<TimerInfo> timers() {
    List<TimerInfo> all = new ArrayList<>();
    for (Lane lane : lanes) {
      try {
        all.addAll(onLane(lane, Lane::timerKinds, settings().queryMillis()));
      } catch (TimeoutException e) {
        LOG.error("Stack {}: lane {} does not answer", name(), lane.index());
      }
    }
    return all;
  }

  /** The counters, summed over the lanes. */
  public Map<String, Long> counters() {
    Map<String, Long> sum = new TreeMap<>();
    for (Lane lane : lanes) {
      Counters counters = lane.counters();
      counters.snapshot().forEach((name, value) -> sum.merge(name, value, Long::sum));
    }
    return sum;
  }

  /** The discards, summed over the lanes. */
  public Map<DropReason, Long> drops() {
    Map<DropReason, Long> sum = new EnumMap<>(DropReason.class);
    for (Lane lane : lanes) {
      lane.drops().snapshot().forEach((reason, count) -> sum.merge(reason, count, Long::sum));
    }
    return sum;
  }
}
