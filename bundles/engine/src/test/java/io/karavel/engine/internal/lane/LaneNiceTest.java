package io.karavel.engine.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.karavel.engine.EngineSettings;
import io.karavel.engine.internal.stack.Stack;
import io.karavel.engine.internal.stack.StackSetup;
import io.karavel.linux.Errno;
import io.karavel.linux.Linux;
import io.karavel.linux.LinuxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nice values of lanes' threads; only such as every user may set, unless a test says otherwise. */
@Timeout(60)
class LaneNiceTest {
  private volatile EngineSettings settings;

  @BeforeEach
  void thereIsLinux() {
    assumeThat(Linux.unavailability()).isEmpty();
  }

  @Test
  void aLaneTakesTheNiceValueThatIsConfiguredNow() throws Exception {
    settings = EngineSettings.parse(Map.of("laneNice", 3));
    Stack stack = new Stack(StackSetup.seeded("main", System::nanoTime, () -> settings, 1));
    LaneLoop loop = new LaneLoop(stack.lane(), new ParkWaiter());
    loop.start();
    int thread = ofLane(stack, Linux::threadId);
    // the first turn looks at the settings
    niceOf(stack);
    assertThat(niceOf(stack)).isEqualTo(3);
    settings = EngineSettings.parse(Map.of("laneNice", 7));
    // the turn that sees it first was begun with the former one; the lane rests after it
    assertThat(niceOf(stack)).isEqualTo(3);
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (Linux.nice(thread) != 7) {
      assertThat(System.nanoTime()).as("what a lane that rests has").isLessThan(endNanos);
      Thread.onSpinWait();
    }
    assertThat(Linux.nice(Linux.threadId())).as("of other threads").isLessThan(3);
    assertThat(loop.stop(60_000)).isTrue();
  }

  private static int niceOf(Stack stack) throws Exception {
    return ofLane(stack, () -> Linux.nice(Linux.threadId()));
  }

  /** What a turn of the lane sees. */
  private static int ofLane(Stack stack, Callable<Integer> question) throws Exception {
    FutureTask<Integer> task = new FutureTask<>(question);
    stack.lane().post((Runnable) task);
    return task.get(60, TimeUnit.SECONDS);
  }

  @Test
  void whatTheSystemRefusesIsToldOnceWithWhatToDo() {
    List<String> told = new ArrayList<>();
    LaneNice nice =
        new LaneNice(
            (thread, value) -> {
              throw new LinuxException("set the nice value to " + value, Errno.EACCES);
            },
            told::add);
    nice.keep(-10);
    nice.keep(-10);
    assertThat(told)
        .singleElement()
        .asString()
        .contains("nice value to -10", "CAP_SYS_NICE", "LimitNICE", "set laneNice to 0");
  }

  @Test
  void aThreadThatHangsIsServedLast() throws Exception {
    LaneNice nice = new LaneNice(why -> {});
    CompletableFuture<Integer> number = new CompletableFuture<>();
    CompletableFuture<Void> end = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                nice.keep(2);
                number.complete(Linux.threadId());
                end.join();
              } catch (Exception e) {
                number.completeExceptionally(e);
              }
            });
    thread.start();
    int id = number.get(60, TimeUnit.SECONDS);
    assertThat(Linux.nice(id)).isEqualTo(2);
    nice.last();
    assertThat(Linux.nice(id)).isEqualTo(LaneNice.LAST);
    end.complete(null);
    thread.join();
  }
}
