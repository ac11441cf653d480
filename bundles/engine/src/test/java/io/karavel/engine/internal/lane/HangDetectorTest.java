package io.karavel.engine.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What counts as a hang and what does not, look by look. */
class HangDetectorTest {
  private static final long INTERVAL = 1_000_000;
  private static final long LIMIT = 8 * INTERVAL;

  private static final class Observed implements HangDetector.Probe {
    long steps = 7;
    boolean resting;
    long cpu = 500 * INTERVAL;
    boolean blocked;

    @Override
    public long steps() {
      return steps;
    }

    @Override
    public boolean isResting() {
      return resting;
    }

    @Override
    public long cpuNanos() {
      return cpu;
    }

    @Override
    public boolean isBlocked() {
      return blocked;
    }
  }

  private final Observed thread = new Observed();
  private final HangDetector detector = new HangDetector(thread);

  /** After how many looks it looks hung; -1 if not within 1000. */
  private int looks(Runnable before) {
    for (int look = 0; look <= 1000; look++) {
      before.run();
      if (detector.looksHung(INTERVAL, LIMIT)) {
        return look;
      }
    }
    return -1;
  }

  @Test
  void aCallThatUsesTheProcessorForTheWholeLimitHangs() {
    assertThat(looks(() -> thread.cpu += INTERVAL)).isEqualTo(8);
    assertThat(detector.lostNanos()).isEqualTo(LIMIT);
    assertThat(detector.steps()).isEqualTo(7);
  }

  @Test
  void aCallThatIsBlockedForTheWholeLimitHangs() {
    thread.blocked = true;
    assertThat(looks(() -> {})).isEqualTo(8);
  }

  @Test
  void workAndWaitingAddUp() {
    int[] look = {0};
    assertThat(
            looks(
                () -> {
                  thread.blocked = ++look[0] % 2 == 0;
                  thread.cpu += thread.blocked ? 0 : INTERVAL;
                }))
        .isEqualTo(8);
  }

  @Test
  void whoGetsAFifthOfTheProcessorHasFiveTimesAsLong() {
    assertThat(looks(() -> thread.cpu += INTERVAL / 5)).isEqualTo(40);
  }

  @Test
  void whoGetsATwentiethOfTheProcessorHasTwentyTimesAsLong() {
    assertThat(looks(() -> thread.cpu += INTERVAL / 20)).isEqualTo(160);
  }

  @Test
  void whoGetsNoProcessorDoesNotHang() {
    assertThat(looks(() -> {})).isEqualTo(-1);
  }

  @Test
  void aThreadHeldByADebuggerOrAPausedMachineDoesNotHang() {
    // two looks' worth of work, then an hour in which everything stands still
    looks(() -> {});
    thread.cpu += 2 * INTERVAL;
    assertThat(detector.looksHung(INTERVAL, LIMIT)).isFalse();
    assertThat(looks(() -> {})).isEqualTo(-1);
    // the count goes on where it was when the thread works on in the same call
    assertThat(looks(() -> thread.cpu += INTERVAL)).isEqualTo(5);
  }

  @Test
  void aLookThatComesMuchTooLateCountsAsOne() {
    thread.blocked = true;
    assertThat(detector.looksHung(INTERVAL, LIMIT)).isFalse();
    assertThat(detector.looksHung(INTERVAL, LIMIT)).isFalse();
    assertThat(detector.lostNanos()).isEqualTo(INTERVAL);
  }

  @Test
  void aLaneThatWorksHardInManyCallsDoesNotHang() {
    assertThat(
            looks(
                () -> {
                  thread.cpu += INTERVAL;
                  thread.steps++;
                }))
        .isEqualTo(-1);
  }

  @Test
  void aLaneThatRestsDoesNotHang() {
    thread.resting = true;
    thread.blocked = true;
    assertThat(looks(() -> {})).isEqualTo(-1);
  }

  @Test
  void eachCallIsCountedByItself() {
    int[] look = {0};
    assertThat(
            looks(
                () -> {
                  thread.cpu += INTERVAL;
                  thread.steps += ++look[0] % 7 == 0 ? 1 : 0;
                }))
        .isEqualTo(-1);
  }

  @Test
  void whereNobodyKnowsTheTimeOnTheProcessorTimeAloneCounts() {
    thread.cpu = -1;
    assertThat(looks(() -> {})).isEqualTo(8);
  }

  @Test
  void afterAFalseAlarmTheCountBeginsAnew() {
    thread.blocked = true;
    looks(() -> {});
    detector.reset();
    assertThat(detector.lostNanos()).isZero();
    assertThat(looks(() -> {})).isEqualTo(8);
  }
}
