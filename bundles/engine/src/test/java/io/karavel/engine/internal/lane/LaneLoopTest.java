package io.karavel.engine.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.control.ModuleAbsentException;
import io.karavel.engine.EngineSettings;
import io.karavel.engine.SettingsException;
import io.karavel.engine.internal.stack.Stack;
import io.karavel.engine.internal.stack.StackSetup;
import io.karavel.ip.spi.IpModule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread around a lane: it sleeps exactly as long as it may, and no wake-up is lost. */
@Timeout(300)
class LaneLoopTest {
  /** Tells the test how long the lane would sleep, and sleeps until the test or a waker says so. */
  private static final class ObservedWaiter implements LaneWaiter {
    final BlockingQueue<Long> timeouts = new LinkedBlockingQueue<>();
    final SynchronousQueue<String> wakes = new SynchronousQueue<>();
    final BlockingQueue<String> pending = new LinkedBlockingQueue<>();
    final List<Integer> descriptors = new ArrayList<>();
    boolean canWait = true;
    volatile boolean closed;

    @Override
    public boolean waitsForDescriptors() {
      return canWait;
    }

    @Override
    public void clear() {
      descriptors.clear();
    }

    @Override
    public void add(int descriptor) {
      descriptors.add(descriptor);
    }

    @Override
    public void await(long timeoutNanos) {
      timeouts.add(timeoutNanos);
      try {
        pending.take();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void wake() {
      pending.add("woken");
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private final AtomicLong clock = new AtomicLong(1_000_000);
  private volatile EngineSettings settings = patient();
  private final Stack stack = new Stack(StackSetup.seeded("main", clock::get, () -> settings, 1));
  private final Lane lane = stack.lane();
  private final ObservedWaiter waiter = new ObservedWaiter();
  private final Recorder.Line line = new Recorder.Line("tcp");
  private LaneLoop loop;

  /** The limits of those who wait for the lane are not to pass while others have the processor. */
  private static EngineSettings patient() {
    try {
      return EngineSettings.parse(Map.of("queryMillis", 60_000, "leaveMillis", 4500));
    } catch (SettingsException e) {
      throw new AssertionError(e);
    }
  }

  private void start(LaneWaiter with) {
    loop = new LaneLoop(lane, with);
    loop.start();
  }

  @AfterEach
  void stop() {
    if (loop != null) {
      assertThat(loop.stop(60_000)).isTrue();
    }
  }

  @Test
  void withoutAnythingToDoItSleepsForEver() throws InterruptedException {
    start(waiter);
    assertThat(waiter.timeouts.take()).isEqualTo(LaneWaiter.FOREVER);
    assertThat(waiter.timeouts).isEmpty();
  }

  /** Else the frame may hold compiled code, and by it the classes, of modules long replaced. */
  @Test
  void noFrameThatTurnsTheLaneIsOnTheStackWhileItSleeps() throws InterruptedException {
    start(waiter);
    waiter.timeouts.take();
    assertThat(loop.thread().getStackTrace())
        .extracting(StackTraceElement::getMethodName)
        .containsSubsequence("await", "rest", "run")
        .doesNotContain("cycle", "turn");
  }

  @Test
  void itSleepsUntilTheNextDeadlineExactly() throws InterruptedException {
    stack.arrive(SortedTimerIndex.factory(new ArrayList<>()));
    stack.arrive(line.source("a", 0, 1));
    line.last().timer("due", clock.get() + 12_345);
    lane.runUntilQuiescent(10);
    start(waiter);
    assertThat(waiter.timeouts.take()).isEqualTo(12_345);
    clock.addAndGet(12_345);
    waiter.wake();
    assertThat(waiter.timeouts.take()).isEqualTo(LaneWaiter.FOREVER);
    assertThat(line.said).endsWith("due at " + clock.get());
  }

  @Test
  void aTaskWakesIt() throws InterruptedException {
    start(waiter);
    waiter.timeouts.take();
    CountDownLatch done = new CountDownLatch(1);
    lane.post((Runnable) done::countDown);
    assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void descriptorsOfDevicesAreWaitedFor() throws InterruptedException {
    FakeDevice.Factory eth0 = new FakeDevice.Factory("eth0");
    stack.arrive(eth0);
    eth0.last().descriptor = 17;
    stack.putInterface(DeviceRingTest.interfaceOn("lan", "eth0"));
    start(waiter);
    assertThat(waiter.timeouts.take()).isEqualTo(LaneWaiter.FOREVER);
    assertThat(waiter.descriptors).containsExactly(17);
  }

  @Test
  void whereDescriptorsCannotBeWaitedForDevicesArePolledByTheClock() throws Exception {
    FakeDevice.Factory eth0 = new FakeDevice.Factory("eth0");
    stack.arrive(eth0);
    eth0.last().descriptor = 17;
    stack.putInterface(DeviceRingTest.interfaceOn("lan", "eth0"));
    waiter.canWait = false;
    start(waiter);
    assertThat(waiter.timeouts.take()).isEqualTo(settings.devicePollMicros() * 1000L);
    settings = EngineSettings.parse(java.util.Map.of("devicePollMicros", 500));
    waiter.wake();
    assertThat(waiter.timeouts.take()).isEqualTo(500_000L);
  }

  @Test
  void itSpinsForAMomentBeforeItSleepsIfToldSoAndNotForEver() throws Exception {
    settings = EngineSettings.parse(java.util.Map.of("spinMicros", 100));
    Stack spinning =
        new Stack(StackSetup.seeded("main", () -> clock.addAndGet(10_000), () -> settings, 1));
    FakeDevice.Factory eth0 = new FakeDevice.Factory("eth0");
    spinning.arrive(eth0);
    spinning.putInterface(DeviceRingTest.interfaceOn("lan", "eth0"));
    spinning.lane().runUntilQuiescent(10);
    int before = eth0.last().polls;
    loop = new LaneLoop(spinning.lane(), waiter);
    loop.start();
    waiter.timeouts.take();
    assertThat(eth0.last().polls - before).isBetween(3, 20);
    for (int i = 0; i < 8; i++) {
      waiter.wake();
      waiter.timeouts.take();
    }
    int turns = eth0.last().polls;
    waiter.wake();
    waiter.timeouts.take();
    assertThat(eth0.last().polls - turns).as("after spins in vain").isEqualTo(1);
  }

  @Test
  void aTurnThatFailsDoesNotEndTheThread() throws Exception {
    AtomicLong failures = new AtomicLong(3);
    Stack failing =
        new Stack(
            StackSetup.seeded(
                "main",
                clock::get,
                () -> {
                  if (Thread.currentThread().getName().startsWith("karavel")
                      && failures.getAndDecrement() > 0) {
                    throw new IllegalStateException("settings broken");
                  }
                  return settings;
                },
                1));
    loop = new LaneLoop(failing.lane(), new ParkWaiter());
    loop.start();
    CountDownLatch done = new CountDownLatch(1);
    failing.lane().post((Runnable) done::countDown);
    assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void itEndsAndLetsItsWaiterGo() throws InterruptedException {
    start(waiter);
    waiter.timeouts.take();
    assertThat(loop.stop(60_000)).isTrue();
    assertThat(waiter.closed).isTrue();
    assertThat(lane.isOwner()).isTrue();
    loop = null;
  }

  @Test
  void tasksFromManyThreadsAreAllDoneAndInTheOrderOfEachThread() throws Exception {
    start(new ParkWaiter());
    int threads = 4;
    int each = 30_000;
    long[] last = new long[threads];
    long[] disorder = new long[1];
    CountDownLatch done = new CountDownLatch(threads * each);
    List<Thread> posters = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int number = t;
      Thread poster =
          new Thread(
              () -> {
                for (int i = 1; i <= each; i++) {
                  int sequence = i;
                  Runnable task =
                      () -> {
                        if (last[number]++ != sequence - 1) {
                          disorder[0]++;
                        }
                        done.countDown();
                      };
                  while (!tryPost(task)) {
                    Thread.yield();
                  }
                }
              });
      posters.add(poster);
      poster.start();
    }
    assertThat(done.await(200, TimeUnit.SECONDS)).isTrue();
    for (Thread poster : posters) {
      poster.join();
    }
    assertThat(disorder[0]).isZero();
  }

  private boolean tryPost(Runnable task) {
    try {
      lane.post(task);
      return true;
    } catch (java.util.concurrent.RejectedExecutionException e) {
      return false;
    }
  }

  @Test
  void noWakeUpIsLostBetweenTheLastLookAndTheSleep() throws Exception {
    start(new ParkWaiter());
    // a busy machine takes milliseconds for each round
    long enoughNanos = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    for (int i = 0; i < 1000 || (i < 20_000 && System.nanoTime() < enoughNanos); i++) {
      CountDownLatch done = new CountDownLatch(1);
      lane.post((Runnable) done::countDown);
      assertThat(done.await(60, TimeUnit.SECONDS)).as("round %d", i).isTrue();
    }
  }

  @Test
  void aQuestionIsAnsweredOnTheLaneWhileTheCallerWaits() throws Exception {
    FakeIp.Factory ip = new FakeIp.Factory();
    start(new ParkWaiter());
    stack.arrive(ip);
    String thread = stack.query("ip", IpModule.class, module -> Thread.currentThread().getName());
    assertThat(thread).isEqualTo("karavel-main-0");
    String nested =
        stack.query(
            "ip",
            IpModule.class,
            module -> {
              try {
                return stack.query("ip", IpModule.class, again -> "from the lane itself");
              } catch (ModuleAbsentException e) {
                return e.getMessage();
              }
            });
    assertThat(nested).isEqualTo("from the lane itself");
  }

  @Test
  void questionsThatCannotBeAnsweredSayWhy() {
    start(new ParkWaiter());
    assertThatThrownBy(() -> stack.query("ip", IpModule.class, IpModule::routes))
        .isInstanceOf(ModuleAbsentException.class)
        .hasMessageContaining("module ip of stack main: not running");
    stack.arrive(line.source("a", 0, 1));
    assertThatThrownBy(() -> stack.query("tcp", IpModule.class, IpModule::routes))
        .isInstanceOf(ModuleAbsentException.class)
        .hasMessageContaining("is no IpModule");
    stack.arrive(new FakeIp.Factory());
    assertThatThrownBy(
            () ->
                stack.query(
                    "ip",
                    IpModule.class,
                    ip -> {
                      ip.addAddress("eth9", null);
                      return null;
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no interface is called 'eth9'");
  }

  @Test
  void aQuestionToALaneThatHangsEndsAfterTheLimit() throws Exception {
    settings = EngineSettings.parse(java.util.Map.of("queryMillis", 100));
    start(new ParkWaiter());
    stack.arrive(new FakeIp.Factory());
    CountDownLatch hang = new CountDownLatch(1);
    lane.operate(
        own -> {
          try {
            hang.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    assertThatThrownBy(() -> stack.query("ip", IpModule.class, IpModule::routes))
        .isInstanceOf(ModuleAbsentException.class)
        .hasMessageContaining("did not answer within 100 ms");
    hang.countDown();
  }

  @Test
  void leavingWaitsUntilTheStateIsTakenOver() throws Exception {
    start(new ParkWaiter());
    ModuleSource a = line.source("a", 0, 1);
    stack.arrive(a);
    stack.leave(a);
    assertThat(line.said).containsExactly("a opens with 0", "a exports 0", "a closes, HANDED_OVER");
  }

  @Test
  void leavingALaneThatHangsEndsAfterTheLimit() throws Exception {
    settings = EngineSettings.parse(java.util.Map.of("leaveMillis", 100));
    start(new ParkWaiter());
    ModuleSource a = line.source("a", 0, 1);
    stack.arrive(a);
    CountDownLatch hang = new CountDownLatch(1);
    lane.operate(
        own -> {
          try {
            hang.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    stack.leave(a);
    hang.countDown();
    settings = patient();
    assertThat(stack.drop("tcp")).isTrue();
    assertThat(line.said).containsExactly("a opens with 0", "a exports 0", "a closes, HANDED_OVER");
  }

  @Test
  void closingEndsModulesAndThreads() {
    Recorder.Line other = new Recorder.Line("ip");
    stack.arrive(line.source("a", 0, 1));
    stack.arrive(other.source("b", 0, 2));
    Stack threaded = stack;
    threaded.start();
    threaded.close();
    assertThat(line.said).endsWith("a closes, STOPPING");
    assertThat(other.said).endsWith("b closes, STOPPING");
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("karavel-main-0") && thread.isAlive());
    threaded.leave(line.source("a", 0, 1));
    assertThatThrownBy(() -> threaded.query("ip", IpModule.class, IpModule::routes))
        .isInstanceOf(ModuleAbsentException.class)
        .hasMessageContaining("closed");
  }
}
