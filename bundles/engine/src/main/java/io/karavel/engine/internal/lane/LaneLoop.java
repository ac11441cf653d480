package io.karavel.engine.internal.lane;

import io.karavel.engine.EngineSettings;
import io.karavel.engine.FencedLaneError;
import io.karavel.engine.LaneThread;
import io.karavel.engine.NanoClock;
import io.karavel.engine.Timer;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a lane: turns while there is something to do, then sleeps until a device has
 * frames, somebody wakes it, or the next deadline. No other wake-ups: an idle lane costs nothing.
 */
public final class LaneLoop {
  private static final Logger LOG = LoggerFactory.getLogger(LaneLoop.class);
  private static final long AFTER_FAILURE_NANOS = 10_000_000L;

  /** After so many spins in vain only one wait in {@link #SPIN_RETRY} begins with one. */
  private static final int SPINS_IN_VAIN = 8;

  private static final int SPIN_RETRY = 32;

  private static final MethodHandle CYCLE = cycleHandle();

  /**
   * {@link #cycle}, not known to the compiler: else it is compiled into {@link #run}, which never
   * returns, and the classes of modules that were replaced since are held by its frame for ever.
   */
  private final MethodHandle cycle = CYCLE;

  private final Lane lane;
  private final LaneWaiter waiter;
  private final NanoClock clock;
  private final LaneThread thread;
  private final LaneNice nice;
  private int spinsInVain;
  private int waits;

  private volatile boolean waiting;
  private volatile boolean running = true;

  /** Whether the thread hangs and another loop goes on with what could be had of the lane. */
  private volatile boolean abandoned;

  /** A loop around a lane; nothing runs before {@link #start()}. */
  public LaneLoop(Lane lane) {
    this(lane, waiter());
  }

  LaneLoop(Lane lane, LaneWaiter waiter) {
    this.lane = lane;
    this.waiter = waiter;
    clock = lane.setup().clock();
    nice = new LaneNice(why -> LOG.info("Stack {}: lane {}: {}", lane.stack(), lane.index(), why));
    thread = new LaneThread(this::run, "karavel-" + lane.stack() + "-" + lane.index());
  }

  /** The best there is here: poll(2) with the linux bundle on Linux, else parking. */
  private static LaneWaiter waiter() {
    try {
      return new PollWaiter();
    } catch (LinkageError | UnsupportedOperationException e) {
      LOG.info("Lanes park instead of waiting for descriptors: {}", e.toString());
    } catch (Exception e) {
      LOG.warn("Lanes park instead of waiting for descriptors: {}", e.toString());
    }
    return new ParkWaiter();
  }

  private static MethodHandle cycleHandle() {
    try {
      return MethodHandles.lookup()
          .findVirtual(LaneLoop.class, "cycle", MethodType.methodType(boolean.class));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("LaneLoop.cycle", e);
    }
  }

  /** Starts the thread. From now on the lane is its. */
  public void start() {
    lane.bind(thread, this::wakeWaiter);
    thread.start();
  }

  /** The lane. */
  public Lane lane() {
    return lane;
  }

  LaneThread thread() {
    return thread;
  }

  /** Whether the thread sleeps because there is nothing to do. Any thread. */
  boolean isResting() {
    return waiting;
  }

  /** The thread hangs: if it ever comes back, it ends. */
  void abandon() {
    abandoned = true;
    running = false;
    thread.setName(thread.getName() + "-abandoned");
    nice.last();
  }

  private void wakeWaiter() {
    if (waiting) {
      waiter.wake();
    }
  }

  /**
   * Has the thread end after the turn it is in; waits for it, {@code millis} at most. Close the
   * modules before.
   *
   * @return whether it ended
   */
  public boolean stop(long millis) {
    running = false;
    lane.wake();
    waiter.wake();
    if (Thread.currentThread() == thread) {
      return false;
    }
    try {
      thread.join(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }

  private void run() {
    try {
      while (running) {
        try {
          if (!(boolean) cycle.invokeExact(this)) {
            rest();
          }
        } catch (Throwable t) {
          failed(t);
        }
      }
    } finally {
      if (!abandoned) {
        lane.bind(null, null);
      }
      waiter.close();
    }
  }

  /** Turns; says whether there is more to do at once. Called by its handle. */
  @SuppressWarnings("UnusedMethod")
  private boolean cycle() {
    boolean more = lane.turn();
    // after it: the turn has looked at the settings, and the lane may rest for long now
    nice.keep(lane.settings().laneNice());
    return more || spin();
  }

  private void failed(Throwable t) {
    if (t instanceof FencedLaneError) {
      LOG.warn("Stack {}: {} came back and ends", lane.stack(), thread.getName());
      return;
    }
    waiting = false;
    if (abandoned) {
      return;
    }
    LOG.error(
        "Stack {}: a turn of lane {} failed: {}", lane.stack(), lane.index(), Culprit.trace(t));
    waiter.clear();
    waiter.await(AFTER_FAILURE_NANOS);
  }

  /** Goes on polling for a moment where that has paid off; says whether something came. */
  private boolean spin() {
    long spinNanos = lane.settings().spinMicros() * 1000L;
    if (spinNanos == 0 || spinsInVain >= SPINS_IN_VAIN && waits++ % SPIN_RETRY != 0) {
      return false;
    }
    long untilNanos = clock.nanoTime() + spinNanos;
    while (running && clock.nanoTime() - untilNanos < 0) {
      Thread.onSpinWait();
      boolean more = lane.turn();
      if (more || lane.wasBusy()) {
        spinsInVain = 0;
        return true;
      }
    }
    spinsInVain++;
    return false;
  }

  private void rest() {
    DeviceRing devices = lane.devices();
    lane.enter(null);
    waiter.clear();
    for (int i = 0; i < devices.size() && !lane.standstill().isFrozen(); i++) {
      int descriptor = devices.descriptor(i);
      if (descriptor >= 0) {
        waiter.add(descriptor);
      }
    }
    long timeoutNanos = timeoutNanos(devices.needsPolling(waiter.waitsForDescriptors()));
    if (timeoutNanos == 0) {
      return;
    }
    // whoever posts sets its mark first and looks at 'waiting' then; here it is the other way round
    waiting = true;
    if (running && !lane.hasWork()) {
      waiter.await(timeoutNanos);
    }
    waiting = false;
  }

  private long timeoutNanos(boolean polling) {
    EngineSettings settings = lane.settings();
    long deadlineNanos = lane.nextDeadlineNanos();
    long timeoutNanos =
        deadlineNanos == Timer.NOT_ARMED
            ? LaneWaiter.FOREVER
            : Math.max(0, deadlineNanos - clock.nanoTime());
    if (!polling || lane.standstill().isFrozen()) {
      return timeoutNanos;
    }
    long pollNanos = settings.devicePollMicros() * 1000L;
    return timeoutNanos < 0 ? pollNanos : Math.min(timeoutNanos, pollNanos);
  }
}
