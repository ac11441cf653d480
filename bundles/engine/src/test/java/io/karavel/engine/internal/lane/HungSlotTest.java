package io.karavel.engine.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import io.karavel.linux.Descriptor;
import io.karavel.linux.Linux;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * What becomes of a slot whose module does not come back from a call about its own coming or going.
 */
@Timeout(600)
class HungSlotTest extends HangingStack {
  private record Making(String slot, Function<LaneContext, Module> maker) implements ModuleFactory {
    @Override
    public StateVersions stateVersions() {
      return new StateVersions(1, 1);
    }

    @Override
    public Module create(LaneContext context) {
      return maker.apply(context);
    }
  }

  private static ModuleSource source(Function<LaneContext, Module> maker, String bundle, long id) {
    return new ModuleSource(new Making(SLOT, maker), bundle, "1", 0, id);
  }

  /** Hangs the first time it is closed. */
  private Module hangsInClose(LaneContext context) {
    return new Recorder(context, line, "a") {
      @Override
      public void close(CloseReason reason) {
        super.close(reason);
        if (hanging.getCount() > 0) {
          hang(() -> {});
        }
      }
    };
  }

  @Test
  void aNewcomerThatHangsWhileItIsOpenedIsNotCountedAgainstTheSoundVersion() throws Exception {
    stack.arrive(line.source("a", 0, 1));
    value(9);
    ModuleSource bad =
        source(
            context ->
                new Recorder(context, line, "bad") {
                  @Override
                  public void open(Handover kept) throws HandoverException {
                    hang(() -> {});
                  }
                },
            "bad",
            2);
    CompletableFuture<String> swap = CompletableFuture.supplyAsync(() -> stack.swap(bad));
    hungTimes(1);
    assertThat(swap.get(30, TimeUnit.SECONDS)).contains("does not answer");
    assertThat(status(SLOT).crashes()).isZero();
    for (int i = 2; i <= 3; i++) {
      hangInATimer(() -> {});
      hungTimes(i);
    }
    assertThat(value()).isEqualTo(9);
    assertThat(status(SLOT).state()).isEqualTo(SlotStatus.RUNNING);
    assertThat(status(SLOT).crashes()).isEqualTo(2);
  }

  @Test
  void whoLeavesAndHangsWhileItIsClosedDoesNotComeBack() throws Exception {
    ModuleSource leaving = source(this::hangsInClose, "leaving", 1);
    stack.arrive(leaving);
    value(5);
    stack.leave(leaving);
    hungTimes(1);
    until("it has left", () -> status(SLOT).state().equals(SlotStatus.PARKED));
    assertThat(status(SLOT).bundle()).isEmpty();
    int made = line.made.size();
    stack.arrive(line.source("b", 0, 2));
    assertThat(value()).isEqualTo(5);
    assertThat(line.made).hasSize(made + 1);
    assertThat(status(SLOT).bundle()).isEqualTo("bundle-b");
  }

  @Test
  void whoStaysAndHangsWhileItIsClosedDoesNotComeBack() throws Exception {
    settings = with(200, "stayMillis", 100);
    stack.wake();
    ModuleSource staying =
        source(
            context ->
                new StayingRecorder(context, line, "staying") {
                  @Override
                  public void close(CloseReason reason) {
                    super.close(reason);
                    hang(() -> {});
                  }
                },
            "staying",
            1);
    stack.arrive(staying);
    value(5);
    stack.leave(staying, true);
    hungTimes(1);
    until("its state is kept", () -> status(SLOT).state().equals(SlotStatus.PARKED));
    assertThat(status(SLOT).bundle()).isEmpty();
    stack.arrive(line.source("b", 0, 2));
    assertThat(value()).isEqualTo(5);
    assertThat(status(SLOT).bundle()).isEqualTo("bundle-b");
  }

  @Test
  void whoCrashesAndHangsWhileItIsClosedIsFollowedByAFreshInstance() throws Exception {
    stack.arrive(source(this::hangsInClose, "a", 1));
    value(5);
    stack.query(
        SLOT,
        Recorder.class,
        module -> {
          module.context.post(
              () -> {
                throw new IllegalStateException("crash");
              });
          return null;
        });
    hungTimes(1);
    assertThat(value()).isEqualTo(5);
    assertThat(status(SLOT).state()).isEqualTo(SlotStatus.RUNNING);
  }

  @Test
  void aSlotThatIsReleasedWhileItsModuleHangsStaysEmpty() throws Exception {
    stack.arrive(source(this::hangsInClose, "a", 1));
    value(5);
    stack.release(SLOT);
    hungTimes(1);
    until("it is empty", () -> status(SLOT).state().equals(SlotStatus.EMPTY));
    assertThat(status(SLOT).bundle()).isEmpty();
  }

  @Test
  void aSwapThatHangsWhileTheOldOneIsClosedHasTakenPlace() throws Exception {
    stack.arrive(source(this::hangsInClose, "a", 1));
    value(5);
    CompletableFuture.runAsync(() -> stack.swap(line.source("b", 0, 2)));
    hungTimes(1);
    assertThat(value()).isEqualTo(5);
    until("it runs", () -> status(SLOT).state().equals(SlotStatus.RUNNING));
  }

  @Test
  void whatIsToldOfTheOnlyHangAllowedWithoutAStateIsSo() throws Exception {
    settings = with(200, "crashLimit", 1, "leaveMillis", 100);
    stack.wake();
    LaneContext[] its = {null};
    stack.arrive(
        source(
            context -> {
              its[0] = context;
              return new Recorder(context, line, "a") {
                @Override
                public Handover export() {
                  return null;
                }
              };
            },
            "silent",
            1));
    hangInATimer(() -> {});
    hungTimes(1);
    until("it is parked", () -> status(SLOT).state().equals(SlotStatus.CRASHED));
    assertThat(status(SLOT).lastError())
        .startsWith("silent 1 hung once within 60 s and is not started again: update or restart");
    until("a report", () -> !reports.isEmpty());
    assertThat(reports.get(0).outcome()).contains("hung too often: the slot waits with no state");
    assertThat(its[0].isOver()).isTrue();
  }

  /** Holds a descriptor as a driver does, and hangs when it is asked. */
  private static final class Holding extends Recorder {
    final Descriptor descriptor;

    Holding(LaneContext context, Recorder.Line line, Descriptor descriptor) {
      super(context, line, "holding");
      this.descriptor = descriptor;
    }

    @Override
    public void open(Handover kept) {}

    @Override
    public Handover export() {
      return new HandoverWriter(SLOT, 1).putAttachment(2, descriptor).finish();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theOldNumberOfADescriptorIsClosedWhenTheThreadHasEnded() throws Exception {
    Descriptor descriptor = new Descriptor(Linux.eventDescriptor());
    stack.arrive(source(context -> new Holding(context, line, descriptor), "a", 1));
    hangInATimer(() -> {});
    hungTimes(1);
    assertThat(descriptor.isClosed()).isFalse();
    released = true;
    until("the thread has ended", () -> count("Lane.AbandonedThreads") == 0);
    until("the number is closed", descriptor::isClosed);
  }
}
