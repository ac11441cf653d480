package io.karavel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A wait in the kernel reacts to no interrupt, so each test has a thread of its own. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DescriptorWaiterTest {
  private final ByteBuffer one =
      ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder()).putLong(0, 1);
  private DescriptorWaiter waiter;

  @BeforeEach
  void open() throws Exception {
    waiter = new DescriptorWaiter();
  }

  @AfterEach
  void close() {
    waiter.close();
  }

  private void makeReadable(int event) {
    assertThat(Linux.write(event, Linux.addressOf(one), 8)).isEqualTo(8);
  }

  @Test
  void returnsAtOnceForADescriptorThatIsReadableAndNamesIt() throws Exception {
    int[] events = new int[40];
    for (int i = 0; i < events.length; i++) {
      events[i] = Linux.eventDescriptor();
    }
    try {
      waiter.clear();
      for (int i = 0; i < events.length; i++) {
        assertThat(waiter.add(events[i])).isEqualTo(i);
      }
      makeReadable(events[3]);
      makeReadable(events[39]);
      assertThat(waiter.await(DescriptorWaiter.FOREVER)).isEqualTo(2);
      for (int i = 0; i < events.length; i++) {
        assertThat(waiter.isReady(i)).isEqualTo(i == 3 || i == 39);
      }
    } finally {
      for (int event : events) {
        Linux.close(event);
      }
    }
  }

  @Test
  void aWakeBeforeTheWaitEndsItAtOnceAndOnlyThatOne() {
    waiter.wake();
    waiter.wake();
    assertThat(waiter.await(DescriptorWaiter.FOREVER)).isZero();
    long start = System.nanoTime();
    waiter.await(2_000_000);
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(2_000_000);
  }

  @Test
  void descriptorsAreLookedAtEvenAfterAWake() throws Exception {
    int event = Linux.eventDescriptor();
    try {
      makeReadable(event);
      waiter.add(event);
      waiter.wake();
      assertThat(waiter.await(DescriptorWaiter.FOREVER)).isEqualTo(1);
      assertThat(waiter.isReady(0)).isTrue();
    } finally {
      Linux.close(event);
    }
  }

  @Test
  void zeroOnlyLooksAndATimeoutIsHonouredInNanoseconds() throws Exception {
    int event = Linux.eventDescriptor();
    try {
      waiter.add(event);
      assertThat(waiter.await(0)).isZero();
      long start = System.nanoTime();
      assertThat(waiter.await(1_500_000)).isZero();
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(1_500_000);
      assertThat(waiter.isReady(0)).isFalse();
    } finally {
      Linux.close(event);
    }
  }

  @Test
  void aClosedDescriptorIsReadyRatherThanSilent() throws Exception {
    int event = Linux.eventDescriptor();
    waiter.add(event);
    Linux.close(event);
    assertThat(waiter.await(DescriptorWaiter.FOREVER)).isEqualTo(1);
    assertThat(waiter.isReady(0)).isTrue();
  }

  @Test
  void noWakeIsLostBetweenThreads() throws Exception {
    // ping-pong without time limits: one lost wake would hang it, and the timeout would report it
    AtomicLong ping = new AtomicLong();
    AtomicBoolean ended = new AtomicBoolean();
    try (DescriptorWaiter other = new DescriptorWaiter()) {
      Thread echo =
          new Thread(
              () -> {
                for (long seen = 0; !ended.get(); ) {
                  if (ping.get() == 2 * seen + 1) {
                    ping.incrementAndGet();
                    seen++;
                    waiter.wake();
                  } else {
                    other.await(DescriptorWaiter.FOREVER);
                  }
                }
              });
      echo.start();
      // a busy machine takes milliseconds for each round
      long enoughNanos = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      long rounds = 0;
      while (rounds < 1000 || (rounds < 20_000 && System.nanoTime() < enoughNanos)) {
        ping.incrementAndGet();
        other.wake();
        rounds++;
        while (ping.get() != 2 * rounds) {
          waiter.await(DescriptorWaiter.FOREVER);
        }
      }
      ended.set(true);
      other.wake();
      echo.join();
      assertThat(ping.get()).isEqualTo(2 * rounds);
    }
  }

  @Test
  void wakingAfterTheEndDoesNothing() {
    waiter.close();
    waiter.wake();
    waiter.close();
  }
}
