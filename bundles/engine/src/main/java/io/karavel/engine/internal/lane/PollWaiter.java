package io.karavel.engine.internal.lane;

import io.karavel.linux.DescriptorWaiter;
import io.karavel.linux.LinuxException;

/** Sleeps in ppoll(2) over the descriptors and an eventfd. */
final class PollWaiter implements LaneWaiter {
  private final DescriptorWaiter waiter;

  PollWaiter() throws LinuxException {
    waiter = new DescriptorWaiter();
  }

  @Override
  public boolean waitsForDescriptors() {
    return true;
  }

  @Override
  public void clear() {
    waiter.clear();
  }

  @Override
  public void add(int descriptor) {
    waiter.add(descriptor);
  }

  @Override
  public void await(long timeoutNanos) {
    waiter.await(timeoutNanos < 0 ? DescriptorWaiter.FOREVER : timeoutNanos);
  }

  @Override
  public void wake() {
    waiter.wake();
  }

  @Override
  public void close() {
    waiter.close();
  }
}
