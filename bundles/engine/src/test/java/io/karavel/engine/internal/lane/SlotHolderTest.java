package io.karavel.engine.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.DropReason;
import io.karavel.engine.StateVersions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The protocol of arriving, leaving, swapping and crashing (architecture, section 6.2). */
class SlotHolderTest extends LaneFixture {
  private final Recorder.Line line = new Recorder.Line("tcp");
  private final ModuleSource a = line.source("a", 0, 1);
  private final ModuleSource b = line.source("b", 0, 2);

  private void park(int from, int to) {
    for (int i = from; i <= to; i++) {
      lane.holder("tcp").park(packet(i));
    }
  }

  @Test
  void theFirstModuleOpensWithNothing() {
    stack.arrive(a);
    assertThat(line.said).containsExactly("a opens with 0");
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.RUNNING);
    assertThat(status("tcp").bundle()).isEqualTo("bundle-a");
    assertThat(status("tcp").generation()).isEqualTo(1);
  }

  @Test
  void theStateOfAModuleThatLeavesGoesToTheNext() {
    stack.arrive(a);
    line.last().value = 7;
    stack.leave(a);
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.PARKED);
    stack.arrive(b);
    assertThat(line.said)
        .containsExactly(
            "a opens with 0", "a exports 7", "a closes, HANDED_OVER", "b opens with 7");
    assertThat(status("tcp").generation()).isEqualTo(2);
  }

  @Test
  void aNewcomerStandsByAndTakesOverInTheSameTurnAsTheOtherLeaves() {
    stack.arrive(a);
    stack.arrive(b);
    assertThat(line.made).hasSize(1);
    line.last().value = 3;
    stack.leave(a);
    assertThat(line.last().label).isEqualTo("b");
    assertThat(line.last().value).isEqualTo(3);
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.RUNNING);
  }

  @Test
  void amongStandBysTheHighestRankingGoesFirstThenTheOlder() {
    stack.arrive(a);
    stack.arrive(line.source("younger", 5, 9));
    stack.arrive(line.source("older", 5, 3));
    stack.arrive(b);
    stack.leave(a);
    assertThat(line.last().label).isEqualTo("older");
  }

  @Test
  void aStandByThatLeavesIsForgotten() {
    stack.arrive(a);
    stack.arrive(b);
    stack.leave(b);
    stack.leave(a);
    assertThat(line.made).hasSize(1);
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.PARKED);
  }

  @Test
  void aModuleThatDoesNotOpenLeavesTheStateIntactForTheNext() {
    stack.arrive(a);
    line.last().value = 5;
    stack.leave(a);
    line.failOpen = new IllegalStateException("broken");
    stack.arrive(b);
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.PARKED);
    assertThat(status("tcp").lastError()).contains("bundle-b 1.0.2").contains("broken");
    line.failOpen = null;
    stack.arrive(a);
    assertThat(line.last().value).isEqualTo(5);
  }

  @Test
  void aModuleThatDoesNotOpenIsFollowedByTheNextStandBy() {
    ModuleSource broken =
        new ModuleSource(line.factory("x", () -> new IllegalStateException("no")), "x", "1", 10, 5);
    stack.arrive(a);
    line.last().value = 5;
    stack.arrive(broken);
    stack.arrive(b);
    stack.leave(a);
    assertThat(line.last().label).isEqualTo("b");
    assertThat(line.last().value).isEqualTo(5);
  }

  @Test
  void stateOfAVersionTheNewcomerDoesNotReadIsRefusedBeforeItIsMade() {
    stack.arrive(a);
    stack.leave(a);
    line.versions = new StateVersions(3, 2);
    stack.arrive(b);
    assertThat(line.made).hasSize(1);
    assertThat(status("tcp").lastError()).contains("version 1").contains("reads versions 2 to 3");
  }

  @Test
  void packetsWaitInOrderAndComeBeforeAnythingElse() {
    park(1, 3);
    assertThat(status("tcp").parked()).isEqualTo(3);
    stack.arrive(a);
    assertThat(line.said).containsExactly("a opens with 0", "a gets 1", "a gets 2", "a gets 3");
    assertThat(status("tcp").parked()).isZero();
    assertThat(count("Lane.ParkedFrames")).isEqualTo(3);
    assertThat(count("Lane.DrainedFrames")).isEqualTo(3);
    assertThat(lane.packets().outstanding()).isZero();
  }

  @Test
  void parkingIsBoundedInNumber() {
    settings("parkingFrames", 2);
    run();
    park(1, 5);
    assertThat(lane.drops().dropped(DropReason.PARKING_OVERFLOW)).isEqualTo(3);
    stack.arrive(a);
    assertThat(line.said).containsExactly("a opens with 0", "a gets 1", "a gets 2");
    assertThat(lane.packets().outstanding()).isZero();
  }

  @Test
  void parkingIsBoundedInBytes() {
    settings("parkingBytes", 250);
    run();
    for (int i = 1; i <= 3; i++) {
      lane.holder("tcp").park(packet(i, 100));
    }
    assertThat(status("tcp").parked()).isEqualTo(2);
    assertThat(lane.drops().dropped(DropReason.PARKING_OVERFLOW)).isEqualTo(1);
  }

  @Test
  void parkingIsBoundedInTimeAndTheDeadlineIsExact() {
    settings("parkingMillis", 100);
    run();
    park(1, 1);
    long first = now;
    now += 40 * MILLIS;
    run();
    park(2, 2);
    assertThat(lane.nextDeadlineNanos()).isEqualTo(first + 100 * MILLIS);
    advanceTo(first + 100 * MILLIS - 1);
    assertThat(status("tcp").parked()).isEqualTo(2);
    advanceTo(first + 100 * MILLIS);
    assertThat(status("tcp").parked()).isEqualTo(1);
    assertThat(lane.drops().dropped(DropReason.PARKING_EXPIRED)).isEqualTo(1);
    stack.arrive(a);
    assertThat(line.said).containsExactly("a opens with 0", "a gets 2");
  }

  @Test
  void aLowerBoundOfTimeTakesEffectOnWhatWaitsAlready() {
    park(1, 1);
    now += 200 * MILLIS;
    run();
    assertThat(status("tcp").parked()).isEqualTo(1);
    settings("parkingMillis", 100);
    run();
    assertThat(status("tcp").parked()).isZero();
  }

  @Test
  void stateThatNobodyComesForIsDisposedOfAfterHandoverSeconds() {
    stack.arrive(a);
    line.last().value = 4;
    stack.leave(a);
    long left = now;
    park(1, 1);
    assertThat(lane.nextDeadlineNanos()).isLessThanOrEqualTo(left + 60 * SECONDS);
    advanceTo(left + 60 * SECONDS - 1);
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.PARKED);
    advanceTo(left + 60 * SECONDS);
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.EMPTY);
    assertThat(lane.packets().outstanding()).isZero();
    stack.arrive(b);
    assertThat(line.last().value).isZero();
  }

  @Test
  void handoverSecondsTakesEffectOnStateThatWaitsAlready() {
    stack.arrive(a);
    stack.leave(a);
    advanceTo(now + 30 * SECONDS);
    settings("handoverSeconds", 20);
    run();
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.EMPTY);
  }

  @Test
  void theOperatorDropsKeptStateAndAModuleThatRefusedItIsTriedAgain() {
    stack.arrive(a);
    line.last().value = 4;
    stack.leave(a);
    line.versions = new StateVersions(3, 2);
    stack.arrive(b);
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.PARKED);
    assertThat(stack.drop("tcp")).isTrue();
    assertThat(line.last().label).isEqualTo("b");
    assertThat(stack.drop("tcp")).isFalse();
  }

  @Test
  void disposingClosesWhatTheStateHeldOpen() {
    List<String> closed = new ArrayList<>();
    AutoCloseable descriptor = () -> closed.add("closed");
    KeptState.dispose(
        new io.karavel.engine.HandoverWriter("nic:tap0", 1).putAttachment(1, descriptor).finish());
    assertThat(closed).containsExactly("closed");
  }

  @Test
  void aSwapHandsTheStateOverInOneTurn() {
    stack.arrive(a);
    line.last().value = 9;
    assertThat(stack.swap(b)).isNull();
    assertThat(line.said)
        .containsExactly(
            "a opens with 0", "a exports 9", "b opens with 9", "a closes, HANDED_OVER");
    assertThat(status("tcp").bundle()).isEqualTo("bundle-b");
  }

  @Test
  void aSwapThatFailsLeavesTheOldOneAtWorkWithItsTimers() {
    plugTimers();
    stack.arrive(a);
    Recorder old = line.last();
    old.timer("late", now + 10);
    line.failOpen = new IllegalStateException("not this one");
    assertThat(stack.swap(b)).contains("not this one");
    assertThat(lane.module("tcp", Recorder.class)).isSameAs(old);
    line.failOpen = null;
    advanceTo(now + 10);
    assertThat(line.said).contains("late at " + now).doesNotContain("a closes, HANDED_OVER");
  }

  @Test
  void aSwapWhoseOldModuleCannotExportIsRefused() {
    stack.arrive(a);
    line.failExport = new IllegalStateException("torn");
    assertThat(stack.swap(b)).contains("could not export").contains("torn");
    assertThat(status("tcp").bundle()).isEqualTo("bundle-a");
    assertThat(line.made).hasSize(1);
  }

  @Test
  void aRollbackGivesTheStateOfTheNewOneToTheOldFactory() {
    stack.arrive(a);
    stack.swap(b);
    line.last().value = 11;
    assertThat(stack.rollback("tcp")).isNull();
    assertThat(line.last().label).isEqualTo("a");
    assertThat(line.last().value).isEqualTo(11);
    assertThat(stack.rollback("tcp")).isNull();
    assertThat(line.last().label).isEqualTo("b");
  }

  @Test
  void withoutAPreviousModuleARollbackIsRefused() {
    stack.arrive(a);
    assertThat(stack.rollback("tcp")).contains("no previous module");
    stack.swap(b);
    stack.leave(a);
    assertThat(stack.rollback("tcp")).contains("no previous module");
  }

  @Test
  void aSwapIntoAnEmptySlotIsAnArrival() {
    assertThat(stack.swap(a)).isNull();
    assertThat(line.said).containsExactly("a opens with 0");
  }

  @Test
  void afterACrashAFreshInstanceOfTheSameFactoryGoesOnWithTheState() {
    stack.arrive(a);
    line.last().value = 6;
    line.failFlush = new IllegalStateException("boom");
    lane.markBusy();
    lane.wake();
    lane.post((Runnable) () -> {});
    run();
    assertThat(line.said)
        .containsExactly(
            "a opens with 0", "a exports 6", "a closes, HANDED_OVER", "a opens with 6");
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.RUNNING);
    assertThat(status("tcp").crashes()).isEqualTo(1);
    assertThat(status("tcp").lastError()).contains("boom");
  }

  @Test
  void aModuleThatTakesThePlaceOfOneThatCrashedInTheFlushIsFlushedToo() {
    stack.arrive(a);
    crash(new IllegalStateException("boom"));
    assertThat(line.made).hasSize(2);
    assertThat(line.last().flushes).isPositive();
  }

  @Test
  void afterACrashTheSameFactoryGoesBeforeAStandByOfHigherRanking() {
    stack.arrive(a);
    stack.arrive(line.source("high", 100, 7));
    crash(new IllegalStateException("boom"));
    assertThat(line.last().label).isEqualTo("a");
  }

  private void crash(Throwable thrown) {
    line.failFlush = thrown;
    lane.post((Runnable) () -> {});
    run();
  }

  @Test
  void theLaneSurvivesErrorsOfTheVirtualMachine() {
    stack.arrive(a);
    crash(new StackOverflowError());
    crash(new NoClassDefFoundError("gone/with/the/bundle"));
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.RUNNING);
    assertThat(status("tcp").crashes()).isEqualTo(2);
  }

  @Test
  void theThirdCrashWithinAMinuteParksAndSaysSo() {
    stack.arrive(a);
    line.last().value = 2;
    for (int i = 0; i < 3; i++) {
      crash(new IllegalStateException("crash " + i));
      now += SECONDS;
    }
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.CRASHED);
    assertThat(status("tcp").lastError())
        .contains("3 times within 60 s")
        .contains("update or restart its bundle");
    park(1, 1);
    stack.leave(a);
    stack.arrive(b);
    assertThat(line.said).endsWith("b opens with 2", "b gets 1");
  }

  @Test
  void crashesFarApartDoNotAddUp() {
    stack.arrive(a);
    for (int i = 0; i < 5; i++) {
      crash(new IllegalStateException("crash " + i));
      now += 31 * SECONDS;
    }
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.RUNNING);
    assertThat(status("tcp").crashes()).isEqualTo(5);
  }

  @Test
  void crashLimitAndCrashWindowSecondsTakeEffectLive() {
    stack.arrive(a);
    settings("crashLimit", 5);
    for (int i = 0; i < 4; i++) {
      crash(new IllegalStateException("crash " + i));
    }
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.RUNNING);
    now += 2 * SECONDS;
    settings("crashWindowSeconds", 2);
    for (int i = 0; i < 2; i++) {
      crash(new IllegalStateException("the earlier ones no longer count"));
    }
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.RUNNING);
    settings("crashLimit", 1);
    crash(new IllegalStateException("one is too many"));
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.CRASHED);
  }

  @Test
  void aModuleThatCrashesOnAParkedPacketGoesOnWithTheNextPacket() {
    park(1, 3);
    line.failParked = new IllegalStateException("poison");
    stack.arrive(a);
    assertThat(line.said)
        .containsExactly(
            "a opens with 0",
            "a exports 0",
            "a closes, HANDED_OVER",
            "a opens with 0",
            "a gets 2",
            "a gets 3");
  }

  @Test
  void stateThatCannotBeExportedAfterACrashIsLostAndSaidSo() {
    stack.arrive(a);
    line.last().value = 8;
    line.failExport = new IllegalStateException("torn");
    crash(new IllegalStateException("boom"));
    assertThat(status("tcp").lastError()).contains("could not export its state").contains("torn");
    assertThat(line.last().value).isZero();
  }

  @Test
  void tasksOfAModuleThatLeftAreDroppedAndCounted() {
    stack.arrive(a);
    Recorder old = line.last();
    old.context.post(() -> line.said.add("task of a"));
    stack.leave(a);
    stack.arrive(a);
    run();
    assertThat(line.said).doesNotContain("task of a");
    assertThat(count("Lane.StaleTasks")).isEqualTo(1);
    line.last().context.post(() -> line.said.add("task of the new one"));
    run();
    assertThat(line.said).endsWith("task of the new one");
  }

  @Test
  void aTaskThatThrowsIsACrashOfItsModule() {
    stack.arrive(a);
    Recorder old = line.last();
    old.context.post(
        () -> {
          throw new IllegalStateException("in a task");
        });
    run();
    assertThat(lane.module("tcp", Recorder.class)).isNotNull().isNotSameAs(old);
    assertThat(status("tcp").crashes()).isEqualTo(1);
  }

  @Test
  void aReleasedSlotEndsItsModuleWithItsState() {
    stack.arrive(a);
    stack.release("tcp");
    assertThat(line.said).containsExactly("a opens with 0", "a closes, DISPOSED");
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.EMPTY);
  }

  @Test
  void neighboursSeeTheModuleThroughTheirSlotAndItsGenerationGrows() {
    Recorder.Line other = new Recorder.Line("ip");
    stack.arrive(other.factory("n"));
    io.karavel.engine.Slot<Recorder> slot = other.last().context.slot("tcp", Recorder.class);
    io.karavel.engine.Slot<Integer> wrongType = other.last().context.slot("tcp", Integer.class);
    assertThat(slot.module()).isNull();
    stack.arrive(a);
    assertThat(slot.module()).isSameAs(line.last());
    assertThat(wrongType.module()).isNull();
    assertThat(slot.generation()).isEqualTo(1);
    stack.leave(a);
    assertThat(slot.module()).isNull();
    stack.arrive(b);
    assertThat(slot.generation()).isEqualTo(2);
  }

  @Test
  void onStopModulesCloseFromTheTopDown() {
    List<String> order = new ArrayList<>();
    for (String slot : List.of("timer", "nic:eth0", "ip", "keepalive", "tcp", "other")) {
      Recorder.Line each = new Recorder.Line(slot);
      each.closings = order;
      stack.arrive(each.factory(slot));
    }
    lane.stop();
    assertThat(order).containsExactly("tcp", "other", "ip", "nic:eth0", "keepalive", "timer");
    stack.arrive(a);
    assertThat(line.said).isEmpty();
  }
}
