package io.karavel.engine.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.Timer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Timers outlast the module that indexes them, and end with the module that armed them. */
class ArmedTimersTest extends LaneFixture {
  private final Recorder.Line line = new Recorder.Line("tcp");
  private Recorder module;
  private long start;

  @BeforeEach
  void plug() {
    stack.arrive(line.source("a", 0, 1));
    module = line.last();
    line.said.clear();
    start = now;
  }

  @Test
  void timersExpireInOrderAtTheirDeadlines() {
    plugTimers();
    module.timer("second", start + 20);
    module.timer("first", start + 10);
    assertThat(lane.nextDeadlineNanos()).isEqualTo(start + 10);
    advanceTo(start + 30);
    assertThat(line.said).containsExactly("first at " + (start + 10), "second at " + (start + 20));
    assertThat(lane.nextDeadlineNanos()).isEqualTo(Timer.NOT_ARMED);
  }

  @Test
  void nothingExpiresWhileTheTimerSlotIsEmptyThenOnceInOrder() {
    ModuleSource timers = plugTimers();
    module.timer("third", start + 30);
    stack.leave(timers);
    module.timer("second", start + 20);
    module.timer("first", start + 10);
    Timer cancelled = module.timer("cancelled", start + 15);
    now = start + 100;
    run();
    assertThat(line.said).isEmpty();
    module.context.timers().cancel(cancelled);
    plugTimers();
    run();
    assertThat(line.said).containsExactly("first at " + now, "second at " + now, "third at " + now);
    run();
    assertThat(line.said).hasSize(3);
  }

  @Test
  void timersAreArmedAgainFromTheirOwnExpiry() {
    plugTimers();
    Timer tick =
        new Timer() {
          @Override
          public String kind() {
            return "tick";
          }

          @Override
          public void onExpiry(long nowNanos) {
            line.said.add("tick " + (nowNanos - start));
            module.context.timers().arm(this, nowNanos + 10);
          }
        };
    module.context.timers().arm(tick, start + 10);
    advanceTo(start + 35);
    assertThat(line.said).containsExactly("tick 10", "tick 20", "tick 30");
    assertThat(tick.deadlineNanos()).isEqualTo(start + 40);
  }

  @Test
  void aTimerArmedForThePastIsDueAtOnce() {
    plugTimers();
    module.timer("past", start - 5);
    run();
    assertThat(line.said).containsExactly("past at " + start);
  }

  @Test
  void armingAgainMovesTheTimer() {
    plugTimers();
    Timer timer = module.timer("moved", start + 10);
    module.context.timers().arm(timer, start + 50);
    assertThat(module.context.timers().armed()).isEqualTo(1);
    assertThat(lane.nextDeadlineNanos()).isEqualTo(start + 50);
    module.context.timers().cancel(timer);
    module.context.timers().cancel(timer);
    assertThat(module.context.timers().armed()).isZero();
    assertThat(timer.isArmed()).isFalse();
  }

  @Test
  void massExpiryIsSpreadOverTurns() {
    plugTimers();
    settings("timerBudget", 10);
    for (int i = 0; i < 25; i++) {
      module.timer("t" + i, start + 1);
    }
    now = start + 1;
    assertThat(lane.turn()).isTrue();
    assertThat(line.said).hasSize(10);
    assertThat(lane.turn()).isTrue();
    assertThat(lane.turn()).isFalse();
    assertThat(line.said).hasSize(25);
  }

  @Test
  void theTimersOfAModuleThatLeftNeverExpire() {
    plugTimers();
    module.timer("orphan", start + 10);
    stack.leave(lane.find("tcp").source());
    assertThat(lane.timers().armed()).isZero();
    Timer late = module.timer("too late", start + 5);
    assertThat(late.isArmed()).isFalse();
    advanceTo(start + 20);
    assertThat(line.said).noneMatch(s -> s.contains("orphan") || s.contains("too late"));
  }

  @Test
  void aTimerThatThrowsCrashesItsOwnModuleAndTheOthersGoOn() {
    plugTimers();
    Recorder.Line other = new Recorder.Line("ip");
    stack.arrive(other.source("ip", 0, 2));
    other.said.clear();
    Timer bad =
        new Timer() {
          @Override
          public String kind() {
            return "bad";
          }

          @Override
          public void onExpiry(long nowNanos) {
            throw new IllegalStateException("bad timer");
          }
        };
    module.context.timers().arm(bad, start + 10);
    other.last().timer("good", start + 10);
    advanceTo(start + 10);
    assertThat(status("tcp").crashes()).isEqualTo(1);
    assertThat(status("ip").crashes()).isZero();
    assertThat(other.said).containsExactly("good at " + (start + 10));
  }

  @Test
  void armedTimersSurviveACrashOfTheIndex() {
    plugTimers();
    module.timer("one", start + 10);
    timerModules.get(0).failNext = new IllegalStateException("wheel broken");
    module.timer("two", start + 20);
    run();
    assertThat(timerModules).hasSize(2);
    assertThat(status("timer").crashes()).isEqualTo(1);
    assertThat(status("tcp").crashes()).isZero();
    advanceTo(start + 20);
    assertThat(line.said).containsExactly("one at " + (start + 10), "two at " + (start + 20));
  }

  @Test
  void anIndexThatHandsOutWhatIsNotDueIsReplaced() {
    plugTimers();
    module.timer("one", start + 10);
    SortedTimerIndex wrong =
        new SortedTimerIndex() {
          @Override
          public Timer pollDue(long nowNanos) {
            return timers.isEmpty() ? null : timers.get(0);
          }
        };
    lane.timers().detach();
    lane.timers().attach(wrong, now);
    run();
    assertThat(line.said).isEmpty();
    assertThat(status("timer").crashes()).isEqualTo(1);
    advanceTo(start + 10);
    assertThat(line.said).containsExactly("one at " + (start + 10));
  }

  @Test
  void noLinkOfTheOldIndexStaysInTheTimers() {
    ModuleSource timers = plugTimers();
    Timer timer = module.timer("one", start + 10);
    timer.indexNext = timer;
    stack.leave(timers);
    assertThat(timer.indexNext).isNull();
    assertThat(timer.indexBucket).isEqualTo(-1);
    assertThat(timer.isArmed()).isTrue();
  }

  @Test
  void latenessIsMeasured() {
    plugTimers();
    module.timer("late", start + 10);
    now = start + 1010;
    run();
    assertThat(lane.info().timerLateP99Nanos()).isBetween(1000L, 1125L);
  }
}
