package io.karavel.nic.tap.internal;

import io.karavel.engine.Timer;

/** A timer that has one thing done. */
final class DeviceTimer extends Timer {
  private final String kind;
  private final Runnable action;

  DeviceTimer(String kind, Runnable action) {
    this.kind = kind;
    this.action = action;
  }

  @Override
  public String kind() {
    return kind;
  }

  @Override
  public void onExpiry(long nowNanos) {
    action.run();
  }
}
