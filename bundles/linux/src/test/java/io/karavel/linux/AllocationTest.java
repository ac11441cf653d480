package io.karavel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The calls of the hot path make no garbage. */
@EnabledOnOs(OS.LINUX)
class AllocationTest {
  private static long bytesPerTime(Runnable step) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().getId();
    for (int i = 0; i < 5000; i++) {
      step.run();
    }
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      long before = threads.getThreadAllocatedBytes(id);
      for (int i = 0; i < 1000; i++) {
        step.run();
      }
      least = Math.min(least, (threads.getThreadAllocatedBytes(id) - before) / 1000);
    }
    return least;
  }

  @Test
  void readingAndWritingByVectorsMakesNoGarbageNorDoesAnError() throws Exception {
    int event = Linux.eventDescriptor();
    ByteBuffer memory = ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder());
    long address = Linux.addressOf(memory);
    memory.putLong(0, 1);
    memory.putLong(16, address).putLong(24, 8);
    try {
      assertThat(
              bytesPerTime(
                  () -> {
                    Linux.writev(event, address + 16, 1);
                    Linux.readv(event, address + 16, 1);
                    Linux.readv(event, address + 16, 1); // EAGAIN
                  }))
          .isZero();
    } finally {
      Linux.close(event);
    }
  }

  @Test
  void findingAnAddressMakesNoGarbage() {
    ByteBuffer memory = ByteBuffer.allocateDirect(64);
    assertThat(bytesPerTime(() -> Linux.addressOf(memory))).isZero();
  }

  @Test
  void waitingAndWakingMakesNoGarbage() throws Exception {
    int event = Linux.eventDescriptor();
    try (DescriptorWaiter waiter = new DescriptorWaiter()) {
      assertThat(
              bytesPerTime(
                  () -> {
                    waiter.clear();
                    waiter.add(event);
                    waiter.wake();
                    waiter.await(DescriptorWaiter.FOREVER);
                    waiter.await(1);
                  }))
          .isZero();
    } finally {
      Linux.close(event);
    }
  }
}
