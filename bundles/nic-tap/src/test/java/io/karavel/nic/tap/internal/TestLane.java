package io.karavel.nic.tap.internal;

import io.karavel.engine.Counters;
import io.karavel.engine.Drops;
import io.karavel.engine.EventLog;
import io.karavel.engine.LaneContext;
import io.karavel.engine.NanoClock;
import io.karavel.engine.Slot;
import io.karavel.engine.Timer;
import io.karavel.engine.Timers;
import io.karavel.packet.PacketPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** A lane on virtual time, as far as a device needs one. */
final class TestLane implements LaneContext {
  final AtomicInteger wakes = new AtomicInteger();
  int again;
  private final AtomicLong clock;
  private final PacketPool pool = new PacketPool();
  private final Counters counters = new Counters();
  private final Drops drops = new Drops(counters);
  private final EventLog events = new EventLog(64);
  private final List<Timer> armed = new ArrayList<>();
  private final Timers timers =
      new Timers() {
        @Override
        public void arm(Timer timer, long deadlineNanos) {
          timer.deadlineNanos(deadlineNanos);
          if (!armed.contains(timer)) {
            armed.add(timer);
          }
        }

        @Override
        public void cancel(Timer timer) {
          timer.deadlineNanos(Timer.NOT_ARMED);
          armed.remove(timer);
        }

        @Override
        public int armed() {
          return armed.size();
        }

        @Override
        public void forEach(Consumer<? super Timer> consumer) {
          armed.forEach(consumer);
        }
      };

  TestLane(AtomicLong clock) {
    this.clock = clock;
  }

  /** When the first timer is due, or {@link Timer#NOT_ARMED}. */
  long nextDeadlineNanos() {
    return armed.stream().mapToLong(Timer::deadlineNanos).min().orElse(Timer.NOT_ARMED);
  }

  /** Fires what is due. */
  void expire() {
    for (Timer timer : new ArrayList<>(armed)) {
      if (timer.deadlineNanos() <= clock.get()) {
        timers.cancel(timer);
        timer.onExpiry(clock.get());
      }
    }
  }

  @Override
  public String stack() {
    return "test";
  }

  @Override
  public int lane() {
    return 0;
  }

  @Override
  public boolean configured() {
    return true;
  }

  @Override
  public long nowNanos() {
    return clock.get();
  }

  @Override
  public NanoClock clock() {
    return clock::get;
  }

  @Override
  public Timers timers() {
    return timers;
  }

  @Override
  public PacketPool packets() {
    return pool;
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
    throw new UnsupportedOperationException("a device looks at no slot");
  }

  @Override
  public <T> T shared(Class<T> type) {
    throw new IllegalStateException("a device shares nothing");
  }

  @Override
  public byte[] secret(String name, int bytes) {
    throw new UnsupportedOperationException("a device has no secrets");
  }

  @Override
  public int random(int bound) {
    return 0;
  }

  @Override
  public void post(Runnable task) {
    task.run();
  }

  @Override
  public void wake() {
    wakes.incrementAndGet();
  }

  @Override
  public void again() {
    again++;
  }
}
