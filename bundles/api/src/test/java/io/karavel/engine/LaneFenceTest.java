package io.karavel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A fenced thread waits at the door, and gets through or does not. */
@Timeout(120)
class LaneFenceTest {
  private final CountDownLatch go = new CountDownLatch(1);
  private final CompletableFuture<String> outcome = new CompletableFuture<>();
  private LaneThread thread;
  private volatile boolean atTheDoor;

  @BeforeEach
  void startAThread() {
    thread =
        new LaneThread(
            () -> {
              try {
                go.await();
                atTheDoor = true;
                LaneFence.pass();
                outcome.complete("through");
                LaneFence.pass();
              } catch (InterruptedException e) {
                outcome.complete("interrupted");
              } catch (FencedLaneError e) {
                outcome.complete("kept out");
              }
            },
            "lane");
    thread.start();
  }

  @AfterEach
  void endIt() throws InterruptedException {
    go.countDown();
    thread.join(60_000);
    assertThat(thread.isAlive()).isFalse();
  }

  private void comesToTheDoor() {
    go.countDown();
    // only then is waiting no longer that for the latch
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!atTheDoor || thread.getState() != Thread.State.WAITING) {
      assertThat(System.nanoTime()).as("waits at the door").isLessThan(deadline);
      Thread.yield();
    }
  }

  private String outcome() throws Exception {
    return outcome.get(60, TimeUnit.SECONDS);
  }

  @Test
  void withoutAFenceEverybodyPasses() throws Exception {
    go.countDown();
    assertThat(outcome()).isEqualTo("through");
  }

  @Test
  void anotherThreadsFenceKeepsNobodyElseOut() throws Exception {
    LaneFence fence = LaneFence.raise(thread);
    LaneFence.pass();
    fence.shut();
    LaneFence.pass();
    go.countDown();
    assertThat(outcome()).isEqualTo("kept out");
  }

  @Test
  void whoWaitsAtTheDoorGoesOnAfterAFalseAlarm() throws Exception {
    LaneFence fence = LaneFence.raise(thread);
    comesToTheDoor();
    assertThat(outcome).isNotDone();
    fence.lower();
    assertThat(outcome()).isEqualTo("through");
  }

  @Test
  void whoWaitsAtTheDoorIsKeptOutWhenItIsShut() throws Exception {
    LaneFence fence = LaneFence.raise(thread);
    comesToTheDoor();
    assertThat(outcome).isNotDone();
    fence.shut();
    assertThat(outcome()).isEqualTo("kept out");
  }

  @Test
  void anInterruptOpensNoDoorAndIsNotForgotten() throws Exception {
    LaneFence fence = LaneFence.raise(thread);
    comesToTheDoor();
    thread.interrupt();
    assertThat(outcome).isNotDone();
    fence.lower();
    assertThat(outcome()).isEqualTo("through");
  }
}
