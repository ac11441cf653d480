package io.karavel.engine.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stack that is closed while one of its lanes is being replaced. */
@Timeout(600)
class ClosingWhileHungTest extends HangingStack {
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch mayAnswer = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);

  private final ModuleFactory slow =
      new ModuleFactory() {
        @Override
        public String slot() {
          return SLOT;
        }

        @Override
        public StateVersions stateVersions() {
          return new StateVersions(1, 1);
        }

        @Override
        public Module create(LaneContext context) {
          return new Recorder(context, line, "slow") {
            @Override
            public Handover export() {
              asked.countDown();
              try {
                mayAnswer.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return super.export();
            }

            @Override
            public void close(CloseReason reason) {
              super.close(reason);
              if (reason == CloseReason.STOPPING) {
                stopped.countDown();
              }
            }
          };
        }
      };

  private static boolean isAlive(String name) {
    return Thread.getAllStackTraces().keySet().stream().anyMatch(t -> t.getName().equals(name));
  }

  @Test
  void theLaneThatComesTooLateStopsItsModulesAndItsThreadEnds() throws Exception {
    settings = with(100, "leaveMillis", 4500);
    stack.wake();
    stack.arrive(slow);
    hangInATimer(() -> {});
    assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
    settings = with(100, "leaveMillis", 100);
    stack.close();
    mayAnswer.countDown();
    assertThat(stopped.await(30, TimeUnit.SECONDS)).isTrue();
    until("no lane of it runs", () -> !isAlive("karavel-main-0"));
    until("nobody watches", () -> !isAlive("karavel-main-watch"));
  }
}
