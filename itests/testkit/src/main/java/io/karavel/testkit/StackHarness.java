package io.karavel.testkit;

import io.karavel.address.IpAddress;
import io.karavel.address.MacAddress;
import io.karavel.control.ModuleAbsentException;
import io.karavel.engine.DropReason;
import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.SettingsException;
import io.karavel.engine.internal.lane.CanaryStatus;
import io.karavel.engine.internal.lane.Lane;
import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.engine.internal.lane.StagedSwap;
import io.karavel.engine.internal.stack.KeptStacks;
import io.karavel.engine.internal.stack.Stack;
import io.karavel.engine.internal.stack.StackSetup;
import io.karavel.ip.InterfaceSettings;
import io.karavel.ip.spi.IpControl;
import io.karavel.ip.spi.IpModule;
import io.karavel.nic.NetworkDevice;
import io.karavel.packet.PacketBuffer;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpService;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpSummary;
import io.karavel.tcp.spi.TcpControl;
import io.karavel.tcp.spi.TcpModule;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A complete stack in plain Java with a clock that the test moves and without any thread: the lane
 * of the engine, timers, keepalive policy, IP, TCP, and devices whose wires the test holds.
 * Hundreds of them live in one JVM; each is made fresh in a few milliseconds and needs no closing.
 *
 * <pre>
 * StackHarness stack = StackHarness.create();
 * TcpListener listener = stack.tcp().listen(IpEndpoint.of("10.77.0.2", 80), 10);
 * stack.settle();
 * stack.deliver(syn);
 * assertThat(stack.output()).hasSize(1);   // the SYN-ACK is there
 * stack.advance(Duration.ofSeconds(1));    // timers fire in order
 * </pre>
 *
 * <p>Everything happens on the caller's thread: {@link #deliver}, {@link #settle} and the advancing
 * methods return when every immediate effect is there. What is asked of sockets takes effect at the
 * next of them. Same seed, same calls, same bytes.
 */
public final class StackHarness {
  /** The stack's address unless told otherwise. */
  public static final IpAddress LOCAL = IpAddress.parse("10.77.0.2");

  /** The address that tests like to be: a neighbour on the same link. */
  public static final IpAddress PEER = IpAddress.parse("10.77.0.1");

  private static final int MAXIMUM_TURNS = 100_000;

  /** Every so many moments all modules are swapped; 0 for never. For whole test suites. */
  private static final int SWAP_EVERY = Integer.getInteger("karavel.swapEvery", 0);

  /** So many connections of TCP go to another module at each moment; 0 for none. Likewise. */
  private static final int SWAP_PORTION = Integer.getInteger("karavel.swapPortion", 0);

  private final VirtualClock clock;
  private final HarnessModules modules;
  private final Stack stack;
  private final Lane lane;
  private final Map<String, ModuleSource> sources = new HashMap<>();
  private final Map<String, CapturedWire> wires = new LinkedHashMap<>();
  private final List<WirePacket> output = new ArrayList<>();
  private final CapturedWire first;

  /** Where the canary comes from that was begun last, or null. */
  private ModuleSource canary;

  private long settled;
  private boolean swapping;

  /** The swap that goes on for {@link #SWAP_PORTION}, or null. */
  private StagedSwap everlasting;

  StackHarness(HarnessBuilder builder) {
    clock = builder.clock;
    modules = new HarnessModules(builder);
    StackSetup setup =
        StackSetup.seeded(builder.name, clock, modules::engineSettings, builder.seed);
    stack = builder.kept == null ? new Stack(setup) : builder.kept.open(setup, Instant.EPOCH);
    lane = stack.lane();
    for (ModuleFactory factory : modules.initial()) {
      plug(factory);
    }
    for (HarnessBuilder.Wire wire : builder.wires) {
      addWire(wire);
    }
    first = wires.isEmpty() ? null : wires.values().iterator().next();
    settle();
  }

  /** A stack of the default: bare IP, address {@link #LOCAL} in a /24, MTU 1500. */
  public static StackHarness create() {
    return builder().build();
  }

  /** A builder, to have it otherwise. */
  public static HarnessBuilder builder() {
    return new HarnessBuilder();
  }

  private void addWire(HarnessBuilder.Wire made) {
    CapturedWire wire =
        new CapturedWire(made.settings().device(), clock, made.capabilities(), output::add);
    wires.put(wire.device(), wire);
    plug(CapturedDevice.factory(wire));
    stack.putInterface(made.settings());
    settle();
    for (Map.Entry<IpAddress, MacAddress> entry : made.neighbours().entrySet()) {
      ip().addNeighbour(made.settings().name(), entry.getKey(), entry.getValue());
    }
  }

  // ---- packets ----

  /** A packet arrives at the first device; returns when every immediate effect is there. */
  public StackHarness deliver(byte[] packet) {
    deliverTo(first.device(), packet);
    return this;
  }

  /** A packet arrives at the first device. */
  public StackHarness deliver(WirePacket packet) {
    return deliver(packet.bytes());
  }

  /** Packets arrive together, so that one burst takes them all. */
  public StackHarness deliverTogether(List<byte[]> packets) {
    for (byte[] packet : packets) {
      first.arrive(new CapturedWire.Frame(packet, PacketBuffer.CHECKSUM_UNKNOWN, 0));
    }
    return settle();
  }

  /** A packet arrives at a device. */
  public StackHarness deliverTo(String device, byte[] packet) {
    wire(device).arrive(new CapturedWire.Frame(packet, PacketBuffer.CHECKSUM_UNKNOWN, 0));
    return settle();
  }

  /** A packet arrives that the device has verified: a super-segment, or one from offload. */
  StackHarness deliverVerified(String device, byte[] packet, int segmentSize) {
    wire(device)
        .arrive(new CapturedWire.Frame(packet, PacketBuffer.CHECKSUM_VERIFIED, segmentSize));
    return settle();
  }

  /** What was sent since the last call, of all devices, in order. */
  public List<WirePacket> output() {
    List<WirePacket> sent = List.copyOf(output);
    output.clear();
    return sent;
  }

  /** Has a consumer told of each packet that a device sends, instead of {@link #output()}. */
  public void onSent(String device, Consumer<WirePacket> consumer) {
    wire(device).sink(consumer == null ? output::add : consumer);
  }

  /** Takes a device up or down: a device that is down drops what it is given. */
  public void deviceUp(String device, boolean up) {
    wire(device).up(up);
  }

  /** The names of the devices, first one first. */
  public List<String> devices() {
    return List.copyOf(wires.keySet());
  }

  /** Whether a device carries bare IP packets rather than Ethernet frames. */
  public boolean isBareIp(String device) {
    return wire(device).capabilities().bareIp();
  }

  private CapturedWire wire(String device) {
    CapturedWire wire = wires.get(device);
    if (wire == null) {
      throw new IllegalArgumentException("no device " + device + "; there are " + devices());
    }
    return wire;
  }

  // ---- time ----

  /** The clock. */
  public VirtualClock clock() {
    return clock;
  }

  /** Lets everything happen that happens at this moment. */
  public StackHarness settle() {
    lane.runUntilQuiescent(MAXIMUM_TURNS);
    if (SWAP_EVERY > 0 && !swapping && ++settled % SWAP_EVERY == 0) {
      swapping = true;
      for (String slot : slots()) {
        if (modules.isUsual(slot)) {
          String problem = swapForGood(slot);
          if (problem != null) {
            throw new AssertionError("the swap of " + slot + " failed: " + problem);
          }
        }
      }
      swapping = false;
    }
    if (SWAP_PORTION > 0 && !swapping && modules.isUsual(TcpModule.SLOT)) {
      swapping = true;
      stepOn();
      swapping = false;
    }
    return this;
  }

  // a problem is asked for below
  @SuppressWarnings("FutureReturnValueIgnored")
  private void stepOn() {
    if (everlasting == null && atWork(TcpModule.SLOT) != null && canary() == null) {
      ModuleSource former = sources.get(TcpModule.SLOT);
      everlasting = staged(factory(TcpModule.SLOT), SWAP_PORTION);
      everlasting
          .over()
          .thenAccept(
              over -> {
                if (over.problem() == null) {
                  forget(former);
                }
              });
    }
    if (everlasting != null && everlasting.step()) {
      String problem = everlasting.problem();
      // what a test has done with the module goes first
      if (problem != null && !problem.contains("before all connections had moved")) {
        throw new AssertionError("the swap in portions failed: " + problem);
      }
      everlasting = null;
    }
    lane.runUntilQuiescent(MAXIMUM_TURNS);
  }

  /** Moves the clock to a time of {@link VirtualClock#nanoTime()}; timers fire in order. */
  public StackHarness advanceTo(long nanos) {
    settle();
    for (long due = nextDeadlineNanos(); due <= nanos; due = nextDeadlineNanos()) {
      clock.moveTo(Math.max(due, clock.nanoTime()));
      settle();
    }
    clock.moveTo(nanos);
    return settle();
  }

  /** Moves the clock by a duration; timers fire in order. */
  public StackHarness advance(Duration duration) {
    return advanceTo(clock.nanoTime() + duration.toNanos());
  }

  /** When the next timer fires, on the clock's time; {@link Long#MAX_VALUE} if none does. */
  public long nextDeadlineNanos() {
    return lane.nextDeadlineNanos();
  }

  /** Whether something waits to be done at this moment, such as what a socket was asked for. */
  public boolean hasWork() {
    return lane.hasWork();
  }

  // ---- sockets ----

  /** TCP for applications. */
  public TcpService tcp() {
    return stack.tcp();
  }

  /** A new socket. */
  public TcpSocket socket() {
    return tcp().socket();
  }

  /** A new listener. */
  public TcpListener listener() {
    return tcp().listener();
  }

  /** Socket calls with file descriptors and error numbers, as BSD sockets have them. */
  public SocketDriver driver() {
    return new SocketDriver(this);
  }

  /**
   * Opens a copy of the state of a slot's module in one of another factory, where nothing comes of
   * it, and says what is wrong; empty if nothing is.
   */
  public List<String> rehearse(ModuleFactory candidate) {
    return stack.rehearse(lane, ModuleSource.of(candidate));
  }

  // ---- questions ----

  /** All connections, listeners, embryos and TIME-WAIT records that a filter lets pass. */
  public List<TcpConnectionInfo> connections(Predicate<? super TcpConnectionInfo> filter) {
    List<TcpConnectionInfo> all = new ArrayList<>();
    long cursor = 0;
    do {
      long from = cursor;
      TcpControl.Page page =
          ask(TcpModule.SLOT, TcpControl.class, tcp -> tcp.list(from, 1024, filter));
      all.addAll(page.entries());
      cursor = page.next();
    } while (cursor != 0);
    return all;
  }

  /** TCP in numbers. */
  public TcpSummary tcpSummary() {
    return ask(TcpModule.SLOT, TcpControl.class, TcpControl::summary);
  }

  /** What the shell may ask TCP. */
  public TcpControl tcpControl() {
    return ask(TcpModule.SLOT, TcpControl.class, tcp -> tcp);
  }

  /** What the shell may ask IP. */
  public IpControl ip() {
    return ask(IpModule.SLOT, IpControl.class, ip -> ip);
  }

  /** A question to the module of a slot. */
  public <M, T> T ask(String slot, Class<M> type, Function<? super M, ? extends T> question) {
    try {
      return stack.query(slot, type, question);
    } catch (ModuleAbsentException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** A counter's value; 0 if nothing was counted. */
  public long counter(String name) {
    return stack.counters().getOrDefault(name, 0L);
  }

  /** All counters by name, those included that have counted nothing. */
  public Map<String, Long> counters() {
    return stack.counters();
  }

  /** How many were discarded for a reason. */
  public long drops(DropReason reason) {
    return stack.drops().getOrDefault(reason, 0L);
  }

  /** All discards. */
  public Map<DropReason, Long> drops() {
    return stack.drops();
  }

  /** Packet buffers that somebody holds: none when a stack is at rest, or something leaks. */
  public long packetBuffersOut() {
    return lane.packets().outstanding();
  }

  /** Errors of modules since the start, which the lane survived; tests want none. */
  public long crashes() {
    return counter("Lane.ModuleCrashes") + counter("Lane.Failures");
  }

  /** The engine's own view, for tests of the engine. */
  public Stack stack() {
    return stack;
  }

  // ---- a restart that keeps connections ----

  /**
   * Freezes the stack and writes it to a file; another harness goes on with it, see {@link
   * HarnessBuilder#kept}. This one does nothing any more.
   */
  public void save(Path file) throws IOException {
    KeptStacks.save(List.of(stack), file, clock, Clock.systemUTC());
  }

  // ---- settings ----

  /**
   * Sets one key of a PID live, as Config Admin would.
   *
   * @throws IllegalArgumentException if the value is refused; what was in force stays
   */
  public StackHarness set(String pid, String key, Object value) {
    return set(pid, Map.of(key, value));
  }

  /** Sets several keys of a PID live, as one update; see {@link #set(String, String, Object)}. */
  public StackHarness set(String pid, Map<String, Object> keys) {
    try {
      modules.set(pid, keys);
    } catch (SettingsException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    return settle();
  }

  /** The settings of TCP in force. */
  public TcpSettings tcpSettings() {
    return modules.settings(TcpSettings.PID, TcpSettings.class);
  }

  /** The settings of keepalive in force. */
  public KeepaliveSettings keepaliveSettings() {
    return modules.settings(KeepaliveSettings.PID, KeepaliveSettings.class);
  }

  /** Changes an interface, or adds one on a device that exists. */
  public StackHarness putInterface(InterfaceSettings settings) {
    stack.putInterface(settings);
    return settle();
  }

  /** Removes an interface. */
  public StackHarness removeInterface(String name) {
    stack.removeInterface(name);
    return settle();
  }

  // ---- modules ----

  /** The slots that a harness fills: timer, keepalive, ip, tcp, and its devices. */
  public List<String> slots() {
    return new ArrayList<>(sources.keySet());
  }

  /** A factory arrives: its module goes to work if the slot is empty, else it stands by. */
  public StackHarness plug(ModuleFactory factory) {
    ModuleSource source = ModuleSource.of(factory);
    sources.put(factory.slot(), source);
    stack.arrive(source);
    return this;
  }

  /** A fresh factory of the usual kind arrives. */
  public StackHarness plug(String slot) {
    return plug(factory(slot)).settle();
  }

  /** The module of a slot leaves; the slot stays empty, its state kept, its packets parked. */
  public StackHarness unplug(String slot) {
    return unplug(slot, false);
  }

  /**
   * The bundle of a module stops.
   *
   * @param mayStay whether the module may stay at work until a successor is there, if it can
   */
  public StackHarness unplug(String slot, boolean mayStay) {
    ModuleSource source = sources.remove(slot);
    if (source == null) {
      throw new IllegalArgumentException("slot " + slot + " has no module; see slots()");
    }
    stack.leave(source, mayStay);
    modules.forget(source.factory());
    forgetCanary(slot);
    return settle();
  }

  /** A bundle offers a congestion control. */
  public StackHarness arrive(CongestionControlFactory offered) {
    modules.arrive(offered);
    settle();
    return this;
  }

  /** The bundle that offers it leaves. */
  public StackHarness leave(CongestionControlFactory offered) {
    modules.leave(offered);
    settle();
    return this;
  }

  /** A module leaves and another of the same kind arrives: what bundle:update does. */
  public StackHarness replace(String slot) {
    return unplug(slot).plug(slot);
  }

  /**
   * Swaps a module for one of the same kind from a fresh factory, in one turn.
   *
   * @return null on success, else why the old one goes on
   */
  public String swap(String slot) {
    return swap(factory(slot));
  }

  /** Swaps a module for one of the given factory; see {@link #swap(String)}. */
  public String swap(ModuleFactory factory) {
    ModuleSource newcomer = ModuleSource.of(factory);
    String problem = stack.swap(newcomer);
    if (problem == null) {
      sources.put(factory.slot(), newcomer);
      forgetCanary(factory.slot());
    }
    settle();
    return problem;
  }

  /**
   * Swaps a module and lets the former one leave, as a swap that is committed does.
   *
   * @return null on success, else why the old one goes on
   */
  public String swapForGood(String slot) {
    ModuleSource former = sources.get(slot);
    String problem = swap(slot);
    if (problem == null && former != null) {
      stack.leave(former);
      modules.forget(former.factory());
      settle();
    }
    return problem;
  }

  /**
   * Swaps a module as {@code net:module-swap} does: a rehearsal first, then on probation.
   *
   * @return null on success, else why the old one goes on
   */
  public String swapWatched(ModuleFactory factory) {
    List<String> problems = rehearse(factory);
    if (!problems.isEmpty()) {
      return String.join("; ", problems);
    }
    String problem = lane.swaps().swap(ModuleSource.of(factory), true);
    settle();
    return problem;
  }

  /**
   * A swap of which the caller does one step after the other, with whatever it likes in between.
   *
   * @param portion about how many connections a step moves
   */
  // whoever does the steps asks for the problem
  @SuppressWarnings("FutureReturnValueIgnored")
  public StagedSwap staged(ModuleFactory factory, int portion) {
    ModuleSource newcomer = ModuleSource.of(factory);
    StagedSwap swap = lane.swaps().staged(newcomer, true, portion);
    swap.over()
        .thenAccept(
            over -> {
              if (over.problem() == null) {
                sources.put(factory.slot(), newcomer);
              }
            });
    return swap;
  }

  /**
   * Moves some TCP connections to a module of another factory, as {@code net:module-swap --where}
   * does.
   *
   * @param percent how many of those that pass the filter
   * @return null on success, else why all stay where they are
   */
  public String beginCanary(
      ModuleFactory factory, Predicate<? super TcpConnectionInfo> where, int percent) {
    ModuleSource newcomer = ModuleSource.of(factory);
    stack.arrive(newcomer);
    String problem = lane.swaps().beginCanary(newcomer, where, percent);
    if (problem == null) {
      canary = newcomer;
    } else {
      forget(newcomer);
    }
    settle();
    return problem;
  }

  /** Has the canary take all connections; null on success, else why both go on. */
  public String promoteCanary() {
    ModuleSource former = sources.get(TcpModule.SLOT);
    String problem = lane.swaps().staged(canary, false, StagedSwap.PORTION).runAll();
    if (problem == null) {
      sources.put(TcpModule.SLOT, canary);
      forget(former);
      canary = null;
    }
    settle();
    return problem;
  }

  /** Has the module at work take back what the canary has; null on success. */
  public String endCanary() {
    String problem = lane.swaps().endCanary(TcpModule.SLOT);
    if (problem == null) {
      forget(canary);
      canary = null;
    }
    settle();
    return problem;
  }

  /** The canary's bundle stops while it runs. */
  public StackHarness unplugCanary() {
    forgetCanary(TcpModule.SLOT);
    return settle();
  }

  /** It stands by, and would be the next. */
  private void forgetCanary(String slot) {
    if (canary != null && slot.equals(TcpModule.SLOT)) {
      forget(canary);
      canary = null;
    }
  }

  private void forget(ModuleSource source) {
    stack.leave(source);
    modules.forget(source.factory());
  }

  /** How the canary does, or null if none runs. */
  public CanaryStatus canary() {
    return lane.swaps().canary(TcpModule.SLOT);
  }

  /** The factory of the module at work in a slot, or null. */
  public ModuleFactory atWork(String slot) {
    ModuleSource source = lane.modules().atWork(slot);
    return source == null ? null : source.factory();
  }

  /** Swaps back to the factory before the last swap; see {@link #swap(String)}. */
  public String rollback(String slot) {
    String problem = stack.rollback(slot);
    settle();
    return problem;
  }

  /** A fresh factory of the usual kind for a slot, with the settings in force. */
  public ModuleFactory factory(String slot) {
    if (slot.startsWith(NetworkDevice.SLOT_PREFIX)) {
      return CapturedDevice.factory(wire(slot.substring(NetworkDevice.SLOT_PREFIX.length())));
    }
    return modules.factory(slot);
  }

  @Override
  public String toString() {
    return "StackHarness["
        + stack.name()
        + " at "
        + Durations.format(clock.elapsedNanos())
        + ", slots "
        + Arrays.toString(sources.keySet().toArray())
        + "]";
  }
}
