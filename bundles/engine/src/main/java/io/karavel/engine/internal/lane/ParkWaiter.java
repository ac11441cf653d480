package io.karavel.engine.internal.lane;

import java.util.concurrent.locks.LockSupport;

/** Sleeps by parking the thread: where there is no poll(2). Descriptors must be polled instead. */
final class ParkWaiter implements LaneWaiter {
  private volatile Thread sleeper;

  @Override
  public boolean waitsForDescriptors() {
    return false;
  }

  @Override
  public void clear() {}

  @Override
  public void add(int descriptor) {}

  @Override
  public void await(long timeoutNanos) {
    sleeper = Thread.currentThread();
    if (timeoutNanos < 0) {
      LockSupport.park(this);
    } else {
      LockSupport.parkNanos(this, timeoutNanos);
    }
  }

  @Override
  public void wake() {
    LockSupport.unpark(sleeper);
  }

  @Override
  public void close() {}
}
