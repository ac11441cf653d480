package io.karavel.ip.internal;

import io.karavel.engine.Counters;
import io.karavel.engine.Drops;
import io.karavel.engine.EventLog;
import io.karavel.engine.LaneContext;
import io.karavel.engine.NanoClock;
import io.karavel.engine.Slot;
import io.karavel.engine.Timer;
import io.karavel.engine.Timers;
import io.karavel.ip.spi.InterfaceTable;
import io.karavel.ip.spi.LocalAddresses;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketPool;
import io.karavel.packet.PacketQueue;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Consumer;

/** A lane without threads: a clock moved by hand, timers in order, slots that tests fill. */
final class TestLane implements LaneContext {
  private static final class Entry implements Comparable<Entry> {
    final Timer timer;
    final long deadline;
    final long order;

    Entry(Timer timer, long deadline, long order) {
      this.timer = timer;
      this.deadline = deadline;
      this.order = order;
    }

    @Override
    public int compareTo(Entry other) {
      return deadline != other.deadline
          ? Long.compare(deadline, other.deadline)
          : Long.compare(order, other.order);
    }
  }

  static final class ManualTimers implements Timers {
    private final TreeSet<Entry> entries = new TreeSet<>();
    private final Map<Timer, Entry> byTimer = new HashMap<>();
    private long order;

    @Override
    public void arm(Timer timer, long deadlineNanos) {
      cancel(timer);
      timer.deadlineNanos(deadlineNanos);
      Entry entry = new Entry(timer, deadlineNanos, order++);
      byTimer.put(timer, entry);
      entries.add(entry);
    }

    @Override
    public void cancel(Timer timer) {
      Entry entry = byTimer.remove(timer);
      if (entry != null) {
        entries.remove(entry);
        timer.deadlineNanos(Timer.NOT_ARMED);
      }
    }

    @Override
    public int armed() {
      return entries.size();
    }

    @Override
    public void forEach(Consumer<? super Timer> consumer) {
      entries.forEach(entry -> consumer.accept(entry.timer));
    }
  }

  /** A slot that a test fills and empties. */
  static final class TestSlot<M> implements Slot<M> {
    final String name;
    final PacketQueue parked = new PacketQueue();
    M module;
    int generation;

    TestSlot(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public M module() {
      return module;
    }

    @Override
    public void park(PacketBuffer buffer) {
      parked.add(buffer);
    }

    @Override
    public int generation() {
      return generation;
    }
  }

  final ManualTimers timers = new ManualTimers();
  final PacketPool packets = new PacketPool();
  final Counters counters = new Counters();
  final Drops drops = new Drops(counters);
  final EventLog events = new EventLog(64);
  final InterfaceTable table = new InterfaceTable();
  final LocalAddresses localAddresses = new LocalAddresses();
  final Map<String, TestSlot<?>> slots = new HashMap<>();
  final Queue<Runnable> posted = new ArrayDeque<>();
  final Random random = new Random(7);
  boolean configured = true;
  boolean again;
  long now = 1_000_000_000L;

  /** Runs posted tasks. */
  void runPosted() {
    for (Runnable task = posted.poll(); task != null; task = posted.poll()) {
      task.run();
    }
  }

  /** The earliest deadline, or {@link Timer#NOT_ARMED}. */
  long nextDeadline() {
    return timers.entries.isEmpty() ? Timer.NOT_ARMED : timers.entries.first().deadline;
  }

  /** Fires every timer due until {@code target}, in order, and sets the clock to it. */
  void advanceTo(long target, Runnable afterEach) {
    while (!timers.entries.isEmpty() && timers.entries.first().deadline <= target) {
      Entry entry = timers.entries.pollFirst();
      timers.byTimer.remove(entry.timer);
      now = Math.max(now, entry.deadline);
      entry.timer.deadlineNanos(Timer.NOT_ARMED);
      entry.timer.onExpiry(now);
      afterEach.run();
    }
    now = target;
  }

  @SuppressWarnings("unchecked")
  <M> TestSlot<M> testSlot(String name) {
    return (TestSlot<M>) slots.computeIfAbsent(name, TestSlot::new);
  }

  @Override
  public String stack() {
    return "main";
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
    return now;
  }

  @Override
  public NanoClock clock() {
    return () -> now;
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
  public <M> Slot<M> slot(String name, Class<M> type) {
    return testSlot(name);
  }

  @Override
  public <T> T shared(Class<T> type) {
    return type.cast(type == LocalAddresses.class ? localAddresses : table);
  }

  @Override
  public byte[] secret(String name, int bytes) {
    return ByteBuffer.allocate(bytes).put(0, (byte) 1).put(bytes - 1, (byte) 2).array();
  }

  @Override
  public int random(int bound) {
    return random.nextInt(bound);
  }

  @Override
  public void post(Runnable task) {
    posted.add(task);
  }

  @Override
  public void wake() {}

  @Override
  public void again() {
    again = true;
  }
}
