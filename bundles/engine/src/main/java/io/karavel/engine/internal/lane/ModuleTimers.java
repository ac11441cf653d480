package io.karavel.engine.internal.lane;

import io.karavel.engine.LaneFence;
import io.karavel.engine.Timer;
import io.karavel.engine.Timers;
import java.util.function.Consumer;

/** The timers of a lane as one module sees them; knows which of them this module armed. */
final class ModuleTimers implements Timers {
  private static final class Anchor extends Timer {
    @Override
    public String kind() {
      return "anchor";
    }

    @Override
    public void onExpiry(long nowNanos) {
      throw new IllegalStateException("an anchor is never armed");
    }
  }

  private final ArmedTimers lane;
  private final SlotHolder slot;
  private final Timer anchor = new Anchor();
  private boolean retired;

  ModuleTimers(ArmedTimers lane, SlotHolder slot) {
    this.lane = lane;
    this.slot = slot;
    anchor.armedNext = anchor;
    anchor.armedPrevious = anchor;
  }

  SlotHolder slot() {
    return slot;
  }

  Timer anchor() {
    return anchor;
  }

  @Override
  public void arm(Timer timer, long deadlineNanos) {
    LaneFence.pass();
    if (!retired) {
      lane.arm(this, timer, deadlineNanos);
    }
  }

  @Override
  public void cancel(Timer timer) {
    LaneFence.pass();
    lane.cancel(timer);
  }

  @Override
  public int armed() {
    return lane.armed();
  }

  @Override
  public void forEach(Consumer<? super Timer> consumer) {
    lane.forEach(consumer);
  }

  /** The module has left: its timers are disarmed and it can arm no more. */
  void retire() {
    retired = true;
    while (anchor.armedNext != anchor) {
      lane.cancel(anchor.armedNext);
    }
    lane.forget(this);
  }
}
