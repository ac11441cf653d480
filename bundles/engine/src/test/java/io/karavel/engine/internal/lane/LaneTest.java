package io.karavel.engine.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.engine.LaneContext;
import io.karavel.engine.Timer;
import io.karavel.engine.internal.stack.Stack;
import io.karavel.engine.internal.stack.StackSetup;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** The cycle, and what a lane gives its modules to keep. */
class LaneTest extends LaneFixture {
  private final Recorder.Line line = new Recorder.Line("tcp");

  private LaneContext context() {
    stack.arrive(line.source("a", 0, 1));
    return line.last().context;
  }

  @Test
  void atRestThereIsNoWorkAndNoDeadline() {
    run();
    assertThat(lane.hasWork()).isFalse();
    assertThat(lane.turn()).isFalse();
    assertThat(lane.nextDeadlineNanos()).isEqualTo(Timer.NOT_ARMED);
  }

  @Test
  void secretsAndRandomNumbersOfASeededStackAreReproducible() {
    LaneContext context = context();
    Stack twin = new Stack(StackSetup.seeded("main", () -> now, () -> settings, 42));
    Recorder.Line twinLine = new Recorder.Line("tcp");
    twin.arrive(twinLine.source("a", 0, 1));
    LaneContext twinContext = twinLine.last().context;
    assertThat(context.secret("isn", 16)).isEqualTo(twinContext.secret("isn", 16)).hasSize(16);
    assertThat(context.secret("cookie", 16)).isNotEqualTo(context.secret("isn", 16));
    for (int i = 0; i < 100; i++) {
      assertThat(context.random(1000)).isEqualTo(twinContext.random(1000)).isBetween(0, 999);
    }
  }

  @Test
  void secretsOutlastModulesAndCannotBeChangedByThem() {
    byte[] secret = context().secret("isn", 16);
    byte[] copy = secret.clone();
    secret[0]++;
    stack.leave(lane.find("tcp").source());
    assertThat(context().secret("isn", 16)).isEqualTo(copy);
    assertThatThrownBy(() -> context().secret("isn", 32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("isn has 16 bytes");
  }

  @Test
  void countersGoOnWhereThePredecessorLeftThem() {
    context().counters().counter("Tcp.ActiveOpens").add(5);
    stack.leave(lane.find("tcp").source());
    context().counters().counter("Tcp.ActiveOpens").increment();
    assertThat(stack.counters()).containsEntry("Tcp.ActiveOpens", 6L);
  }

  @Test
  void whatTheEngineDoesNotShareIsRefused() {
    assertThatThrownBy(() -> context().shared(String.class))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("java.lang.String");
  }

  @Test
  void tasksAreDoneInTheOrderInWhichTheyCameAndWithinTheBudget() {
    settings("taskBudget", 2);
    LaneContext context = context();
    run();
    List<Integer> done = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      int number = i;
      context.post(() -> done.add(number));
    }
    assertThat(lane.turn()).isTrue();
    assertThat(done).containsExactly(1, 2);
    run();
    assertThat(done).containsExactly(1, 2, 3, 4, 5);
  }

  @Test
  void whatATaskPostsIsDoneInTheNextTurn() {
    LaneContext context = context();
    run();
    List<String> done = new ArrayList<>();
    context.post(
        () -> {
          done.add("first page");
          context.post(() -> done.add("second page"));
        });
    assertThat(lane.turn()).isTrue();
    assertThat(done).containsExactly("first page");
    lane.turn();
    assertThat(done).containsExactly("first page", "second page");
  }

  @Test
  void moreTasksThanTheLimitAreRefused() {
    settings("taskLimit", 64);
    Stack small = new Stack(StackSetup.seeded("main", () -> now, () -> settings, 42));
    for (int i = 0; i < 64; i++) {
      small.lane().post((Runnable) () -> {});
    }
    assertThatThrownBy(() -> small.lane().post((Runnable) () -> {}))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("taskLimit");
    small.lane().runUntilQuiescent(100);
    small.lane().post((Runnable) () -> {});
  }

  @Test
  void anOperationThatFailsIsCountedAndTheLaneGoesOn() {
    List<String> done = new ArrayList<>();
    lane.operate(
        own -> {
          throw new IllegalStateException("engine bug");
        });
    lane.operate(own -> done.add("next"));
    run();
    assertThat(done).containsExactly("next");
    assertThat(count("Lane.Failures")).isEqualTo(1);
  }

  @Test
  void aModuleThatAsksForAnotherTurnGetsItWithoutWaiting() {
    LaneContext context = context();
    run();
    List<String> turns = new ArrayList<>();
    context.post(
        () -> {
          turns.add("first");
          context.again();
        });
    assertThat(lane.turn()).isTrue();
    assertThat(lane.turn()).isFalse();
    assertThat(turns).hasSize(1);
  }

  @Test
  void somethingThatGoesInCirclesIsFound() {
    LaneContext context = context();
    Runnable[] task = new Runnable[1];
    task[0] = () -> context.post(task[0]);
    context.post(task[0]);
    assertThatThrownBy(() -> lane.runUntilQuiescent(50))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not at rest after 50 turns");
  }

  @Test
  void eventRingSaysHowManyEventsAStackMadeLaterRemembers() {
    settings("eventRing", 16);
    Stack small = new Stack(StackSetup.seeded("main", () -> now, () -> settings, 42));
    for (int i = 0; i < 100; i++) {
      small.lane().events().add(now, "test", "main", "event " + i);
      lane.events().add(now, "test", "main", "event " + i);
    }
    assertThat(small.lane().events().since(0)).hasSize(16);
    assertThat(lane.events().since(0)).hasSizeGreaterThanOrEqualTo(100);
  }

  @Test
  void whatHappensToModulesIsAnEvent() {
    context();
    assertThat(lane.events().since(0))
        .anyMatch(e -> e.kind().equals("module") && e.text().contains("bundle-a 1.0.1 at work"));
  }

  @Test
  void aFreshStackIsCheap() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 200; i++) {
      long begin = threads.getCurrentThreadCpuTime();
      Stack fresh = new Stack(StackSetup.seeded("s" + i, () -> now, () -> settings, i));
      fresh.arrive(SortedTimerIndex.factory(new ArrayList<>()));
      fresh.lane().runUntilQuiescent(10);
      best = Math.min(best, threads.getCurrentThreadCpuTime() - begin);
    }
    assertThat(best).isLessThan(5_000_000);
  }

  /** What a device brings after its state was said would be in byte rings and in no state. */
  @Test
  void inTheTurnThatFreezesItNothingElseIsDone() {
    FakeDevice.Factory eth0 = new FakeDevice.Factory("eth0");
    stack.arrive(eth0);
    stack.putInterface(DeviceRingTest.interfaceOn("lan", "eth0"));
    run();
    int polls = eth0.last().polls;
    List<String> done = new ArrayList<>();
    eth0.last().incoming.add(packet(1));
    lane.operate(own -> own.standstill().freeze());
    lane.post((Runnable) () -> done.add("task"));
    lane.turn();
    assertThat(lane.standstill().isFrozen()).isTrue();
    assertThat(eth0.last().polls).isEqualTo(polls);
    assertThat(done).isEmpty();
    lane.operate(own -> own.standstill().thaw());
    lane.turn();
    run();
    assertThat(eth0.last().polls).isGreaterThan(polls);
    assertThat(done).containsExactly("task");
  }

  @Test
  void aFreezeBetweenTwoTasksLeavesTheSecondWaiting() {
    List<String> done = new ArrayList<>();
    lane.post(
        (Runnable)
            () -> {
              done.add("first");
              lane.operate(own -> own.standstill().freeze());
            });
    lane.post((Runnable) () -> done.add("second"));
    lane.turn();
    assertThat(done).containsExactly("first");
  }

  @Test
  void whileItHoldsPacketsAreTakenAndNothingIsFlushed() {
    FakeDevice.Factory eth0 = new FakeDevice.Factory("eth0");
    stack.arrive(eth0);
    stack.putInterface(DeviceRingTest.interfaceOn("lan", "eth0"));
    run();
    lane.standstill().hold();
    long flushes = eth0.said.stream().filter("flushes"::equals).count();
    eth0.last().incoming.add(packet(1));
    run();
    assertThat(eth0.last().incoming.isEmpty()).isTrue();
    assertThat(eth0.said.stream().filter("flushes"::equals).count()).isEqualTo(flushes);
    lane.standstill().thaw();
    run();
    assertThat(eth0.said.stream().filter("flushes"::equals).count()).isGreaterThan(flushes);
  }
}
