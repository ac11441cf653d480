package io.karavel.engine.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.EngineSettings;
import io.karavel.engine.Event;
import io.karavel.engine.Timer;
import io.karavel.engine.internal.stack.Stack;
import io.karavel.engine.internal.stack.StackSetup;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A stack on a thread of its own that notices after a moment that a call does not come back. */
abstract class HangingStack {
  static final String SLOT = "x";

  volatile EngineSettings settings = with(500);
  final Stack stack = new Stack(StackSetup.seeded("main", System::nanoTime, () -> settings, 1));
  final Recorder.Line line = new Recorder.Line(SLOT);
  final List<CrashReport> reports = new CopyOnWriteArrayList<>();
  final List<SortedTimerIndex> indices = new CopyOnWriteArrayList<>();

  /** Lets whatever hangs come back. */
  volatile boolean released;

  final CountDownLatch hanging = new CountDownLatch(1);
  final CompletableFuture<Object> cameBack = new CompletableFuture<>();
  volatile Thread stuck;

  static EngineSettings with(long hangMillis, Object... more) {
    Map<String, Object> raw =
        new HashMap<>(Map.of("hangMillis", hangMillis, "queryMillis", 60_000, "leaveMillis", 4500));
    for (int i = 0; i < more.length; i += 2) {
      raw.put((String) more[i], more[i + 1]);
    }
    try {
      return EngineSettings.parse(raw);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void run() {
    stack.crashReports(reports::add);
    stack.arrive(SortedTimerIndex.factory(indices));
    stack.start();
  }

  @AfterEach
  void end() throws InterruptedException {
    released = true;
    stack.close();
    if (stuck != null) {
      stuck.join(60_000);
      assertThat(stuck.isAlive()).isFalse();
    }
  }

  /** A loop without a door in it; then it does what it is told and notes what came of it. */
  void hang(Runnable afterwards) {
    stuck = Thread.currentThread();
    hanging.countDown();
    while (!released) {
      Thread.onSpinWait();
    }
    try {
      afterwards.run();
      cameBack.complete("did it");
    } catch (Throwable t) {
      cameBack.complete(t);
      throw t;
    }
  }

  static void until(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofMinutes(4).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      Thread.sleep(5);
    }
  }

  SlotStatus status(String slot) {
    return stack.lane().slots().stream()
        .filter(status -> status.slot().equals(slot))
        .findFirst()
        .orElseThrow();
  }

  long count(String counter) {
    return stack.lane().counters().counter(counter).value();
  }

  void hungTimes(int times) throws InterruptedException {
    until("hung " + times + " times", () -> count("Lane.Hangs") == times);
  }

  /** Waits for it: an event comes after the counters that it tells of. */
  void told(String text) throws InterruptedException {
    until("it is told: " + text, () -> isTold(text));
  }

  boolean isTold(String text) {
    return stack.lane().events().since(0).stream().map(Event::text).anyMatch(t -> t.contains(text));
  }

  Timer hangingTimer(Runnable afterwards) {
    return new Timer() {
      @Override
      public String kind() {
        return "test";
      }

      @Override
      public void onExpiry(long nowNanos) {
        hang(afterwards);
      }
    };
  }

  void hangInATimer(Runnable afterwards) throws Exception {
    stack.query(
        SLOT,
        Recorder.class,
        module -> {
          module.context.timers().arm(hangingTimer(afterwards), module.context.nowNanos());
          return null;
        });
  }

  int value() throws Exception {
    return stack.query(SLOT, Recorder.class, module -> module.value);
  }

  void value(int value) throws Exception {
    stack.query(SLOT, Recorder.class, module -> module.value = value);
  }
}
