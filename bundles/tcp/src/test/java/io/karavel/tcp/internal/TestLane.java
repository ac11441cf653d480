package io.karavel.tcp.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.engine.CloseReason;
import io.karavel.engine.Counters;
import io.karavel.engine.DropReason;
import io.karavel.engine.Drops;
import io.karavel.engine.EventLog;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.KeepalivePolicy;
import io.karavel.engine.LaneContext;
import io.karavel.engine.NanoClock;
import io.karavel.engine.SettingsException;
import io.karavel.engine.Slot;
import io.karavel.engine.Timers;
import io.karavel.ip.spi.IpModule;
import io.karavel.packet.PacketPool;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.spi.LaneMailbox;
import io.karavel.tcp.spi.RingMemory;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.StackListener;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.tcp.spi.TcpEndpoints;
import io.karavel.tcp.spi.TcpModule;
import io.karavel.tcp.spi.TransitionTap;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A lane with nothing on it but TCP, driven by a {@link TestNet} on virtual time. */
final class TestLane implements LaneContext, LaneMailbox {
  private final TestNet net;
  private final String name;
  final int ipv4;
  private final Random random;
  final TestTimers timers = new TestTimers();
  final PacketPool packets = new PacketPool();
  final Counters counters = new Counters();
  final Drops drops = new Drops(counters);
  final EventLog events = new EventLog(1024);
  final TcpEndpoints endpoints;
  final TestSlot<IpModule> ipSlot = new TestSlot<>(IpModule.SLOT);
  final TestSlot<KeepalivePolicy> keepaliveSlot = new TestSlot<>(KeepalivePolicy.SLOT);
  final TestIp ip;
  final TcpModuleFactory factory;
  private final Map<String, byte[]> secrets = new HashMap<>();
  private Queue<StackEndpoint> attention = new ArrayDeque<>();
  private Queue<StackEndpoint> ready = new ArrayDeque<>();
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  TcpModule module;
  boolean again;
  boolean configured = true;
  boolean over;

  /** Run once while a module is being made. */
  Runnable whileMaking = () -> {};

  final io.karavel.packet.PacketQueue parked = new io.karavel.packet.PacketQueue();

  TestLane(TestNet net, String name, String address, TcpSettings settings) {
    this.net = net;
    this.name = name;
    ipv4 = IpAddress.parse(address).ipv4Bits();
    random = new Random(ipv4);
    endpoints =
        new TcpEndpoints(
            this, new RingMemory(256L << 20), ip -> ip.ipv4Bits() == ipv4, random::nextInt);
    ip = new TestIp(net, this);
    ipSlot.set(ip);
    factory = new TcpModuleFactory(settings);
    module = (TcpModule) factory.create(this);
    try {
      module.open(Handover.empty(TcpModule.SLOT));
    } catch (HandoverException e) {
      throw new AssertionError(e);
    }
  }

  // ---- what tests do ----

  /** Changes settings as the component does. */
  void settings(Object... keysAndValues) {
    try {
      factory.settings(TestNet.settings(keysAndValues));
    } catch (SettingsException e) {
      throw new AssertionError(e);
    }
    net.run();
  }

  StackListener listen(int port, int backlog) throws TcpException {
    StackListener listener = endpoints.newListener();
    listener.option(TcpOption.REUSE_ADDRESS, true);
    listener.bind(new IpEndpoint(IpAddress.ANY, port));
    listener.listen(backlog);
    return listener;
  }

  StackSocket connect(TestLane peer, int port) throws TcpException {
    StackSocket socket = endpoints.newSocket();
    socket.connect(new IpEndpoint(IpAddress.ipv4(peer.ipv4), port));
    return socket;
  }

  long count(String counter) {
    return counters.counter(counter).value();
  }

  long dropped(DropReason reason) {
    return drops.dropped(reason);
  }

  /** What the engine does in a swap: export, open in a fresh instance, close the old one. */
  void swap() throws HandoverException {
    module.flush();
    leave();
    arrive();
  }

  /** All state is gone, sockets and ports too, and a fresh module starts. */
  void reboot() {
    module = null;
    timers.clear();
    endpoints.disposeConnections(net.nowNanos);
    endpoints.sockets().forEach(StackSocket::close);
    attention.clear();
    secrets.clear();
    boots++;
    kept = Handover.empty(TcpModule.SLOT);
    try {
      arrive();
    } catch (HandoverException e) {
      throw new AssertionError(e);
    }
  }

  private int boots;
  private Handover kept;

  /** The module leaves; its state is kept. */
  void leave() {
    kept = module.export();
    TcpModule old = module;
    module = null;
    old.close(CloseReason.HANDED_OVER);
    timers.clear();
    endpoints.sockets().forEach(socket -> socket.moduleState(null));
    endpoints.listeners().forEach(listener -> listener.moduleState(null));
  }

  /** Has the successor open another state. */
  void keep(Handover other) {
    kept = other;
  }

  /** A fresh instance takes the state over. */
  void arrive() throws HandoverException {
    TcpModule fresh = (TcpModule) factory.create(this);
    fresh.open(kept);
    module = fresh;
    again = true;
    while (!parked.isEmpty()) {
      module.onParked(parked.poll());
    }
  }

  // ---- what the net does ----

  /** Everything there is to do now; false if there was nothing. */
  boolean turn() {
    boolean busy = again;
    again = false;
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
      busy = true;
    }
    while (timers.next() <= net.nowNanos && module != null) {
      timers.expireOne(net.nowNanos);
      busy = true;
    }
    for (StackEndpoint next = ready.poll(); next != null; next = ready.poll()) {
      next.handlerTaken();
      try {
        next.runHandler();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
      busy = true;
    }
    while (module != null && !attention.isEmpty()) {
      module.onAttention(attention.poll());
      busy = true;
    }
    if (module != null) {
      module.flush();
    }
    return busy;
  }

  /** From now on applications may run in threads of their own. */
  void openToThreads() {
    attention = new ConcurrentLinkedQueue<>(attention);
    ready = new ConcurrentLinkedQueue<>(ready);
  }

  boolean hasTasks() {
    return !tasks.isEmpty();
  }

  // ---- LaneMailbox ----

  @Override
  public void attention(StackEndpoint endpoint) {
    attention.add(endpoint);
  }

  @Override
  public void ready(StackEndpoint endpoint) {
    ready.add(endpoint);
  }

  @Override
  public boolean onLane() {
    return true;
  }

  // ---- LaneContext ----

  @Override
  public String stack() {
    return name;
  }

  @Override
  public int lane() {
    return 0;
  }

  @Override
  public boolean configured() {
    return configured;
  }

  @Override
  public long nowNanos() {
    return net.nowNanos;
  }

  @Override
  public NanoClock clock() {
    return () -> net.nowNanos;
  }

  @Override
  public Timers timers() {
    return timers;
  }

  @Override
  public PacketPool packets() {
    return packets;
  }

  @Override
  public Counters counters() {
    Runnable now = whileMaking;
    whileMaking = () -> {};
    now.run();
    return counters;
  }

  @Override
  public Drops drops() {
    return drops;
  }

  @Override
  public EventLog events() {
    return events;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <M> Slot<M> slot(String slot, Class<M> type) {
    return (Slot<M>) (slot.equals(IpModule.SLOT) ? ipSlot : keepaliveSlot);
  }

  /** Where states can be followed. */
  final TransitionTap transitions = new TransitionTap();

  @Override
  public <T> T shared(Class<T> type) {
    return type.cast(type == TransitionTap.class ? transitions : endpoints);
  }

  @Override
  public byte[] secret(String secret, int bytes) {
    return secrets.computeIfAbsent(
        secret,
        key -> {
          byte[] made = new byte[bytes];
          new Random(key.hashCode() * 31L + ipv4 + boots).nextBytes(made);
          return made;
        });
  }

  @Override
  public int random(int bound) {
    return random.nextInt(bound);
  }

  @Override
  public void post(Runnable task) {
    tasks.add(task);
  }

  @Override
  public boolean isOver() {
    return over;
  }

  @Override
  public void wake() {}

  @Override
  public void again() {
    again = true;
  }
}
