package io.karavel.engine.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import org.junit.jupiter.api.Test;

/** Rehearsals before a swap, and what becomes of a swapped module that throws. */
class WatchedSwapTest extends LaneFixture {
  private final Recorder.Line line = new Recorder.Line("tcp");
  private final ModuleSource a = line.source("a", 0, 1);
  private final ModuleSource b = line.source("b", 0, 2);

  private void crash() {
    line.failFlush = new IllegalStateException("boom");
    lane.markBusy();
    lane.wake();
    lane.post((Runnable) () -> {});
    run();
  }

  @Test
  void aWatchedModuleThatThrowsMakesWayForItsPredecessor() {
    stack.arrive(a);
    assertThat(lane.swaps().swap(b, true)).isNull();
    line.last().value = 7;
    crash();
    assertThat(status("tcp").bundle()).isEqualTo("bundle-a");
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.RUNNING);
    assertThat(line.last().value).isEqualTo(7);
    assertThat(lane.modules().atWork("tcp")).isSameAs(a);
    assertThat(status("tcp").lastError()).contains("boom");
  }

  @Test
  void theRefusedNewcomerDoesNotComeBackByItself() {
    stack.arrive(a);
    lane.swaps().swap(b, true);
    crash();
    stack.leave(a);
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.PARKED);
    stack.leave(b);
    stack.arrive(line.source("c", 0, 3));
    assertThat(status("tcp").bundle()).isEqualTo("bundle-c");
  }

  @Test
  void afterTheWatchACrashIsACrash() {
    stack.arrive(a);
    lane.swaps().swap(b, true);
    lane.swaps().confirm("tcp");
    crash();
    assertThat(status("tcp").bundle()).isEqualTo("bundle-b");
  }

  @Test
  void aSwapThatIsNotWatchedStaysAfterACrash() {
    stack.arrive(a);
    stack.swap(b);
    crash();
    assertThat(status("tcp").bundle()).isEqualTo("bundle-b");
  }

  @Test
  void aRehearsalTouchesNothingAndFindsNothingWrongWithAnEqual() {
    stack.arrive(a);
    Recorder old = line.last();
    old.value = 9;
    assertThat(stack.rehearse(lane, b)).isEmpty();
    assertThat(lane.module("tcp", Recorder.class)).isSameAs(old);
    assertThat(stack.rehearse(lane, a)).as("what is at work needs none").isEmpty();
    stack.leave(a);
    assertThat(stack.rehearse(lane, b)).as("nothing is at work").isEmpty();
  }

  /** A factory of another version whose modules export a number of their own. */
  private static ModuleSource version(StateVersions versions, int exports, boolean opens) {
    return ModuleSource.of(
        new ModuleFactory() {
          @Override
          public String slot() {
            return "tcp";
          }

          @Override
          public StateVersions stateVersions() {
            return versions;
          }

          @Override
          public Module create(LaneContext context) {
            Recorder.Line own = new Recorder.Line("tcp");
            return new Recorder(context, own, "other") {
              @Override
              public void open(Handover kept) throws HandoverException {
                if (!opens) {
                  throw new HandoverException("cannot make sense of it");
                }
              }

              @Override
              public Handover export() {
                return new HandoverWriter("tcp", versions.writes()).putInt(VALUE, exports).finish();
              }
            };
          }
        });
  }

  @Test
  void aRehearsalFindsOutWhoCannotReadTheState() {
    stack.arrive(a);
    line.last().value = 9;
    assertThat(stack.rehearse(lane, version(new StateVersions(3, 2), 9, true)))
        .containsExactly(
            "it reads versions 2 to 3 of the state, the module at work writes version 1");
    assertThat(stack.rehearse(lane, version(new StateVersions(1, 1), 9, false)))
        .singleElement()
        .asString()
        .contains("it cannot open the state", "cannot make sense of it");
  }

  @Test
  void aRehearsalFindsOutWhoLosesState() {
    stack.arrive(a);
    line.last().value = 9;
    assertThat(stack.rehearse(lane, version(new StateVersions(1, 1), 8, true)))
        .first()
        .asString()
        .startsWith("it does not export what it opened: field 1 differs");
  }

  @Test
  void aRehearsalFindsOutThatThereIsNoWayBack() {
    stack.arrive(a);
    line.last().value = 9;
    assertThat(stack.rehearse(lane, version(new StateVersions(2, 1), 9, true)))
        .containsExactly(
            "there would be no way back: it writes state of version 2, which bundle-a 1.0.1"
                + " cannot read");
  }
}
