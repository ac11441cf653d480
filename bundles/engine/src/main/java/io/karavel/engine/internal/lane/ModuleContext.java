package io.karavel.engine.internal.lane;

import io.karavel.engine.Counters;
import io.karavel.engine.Drops;
import io.karavel.engine.EventLog;
import io.karavel.engine.LaneContext;
import io.karavel.engine.LaneFence;
import io.karavel.engine.NanoClock;
import io.karavel.engine.Slot;
import io.karavel.packet.PacketPool;

/** What one module sees of its lane. When the module has left, what it posted is dropped. */
final class ModuleContext implements LaneContext {
  private final Lane lane;
  private final SlotHolder slot;
  private final ModuleTimers timers;
  private final Counters counters;
  private volatile boolean retired;

  ModuleContext(Lane lane, SlotHolder slot) {
    this(lane, slot, lane.counters());
  }

  /** For a module that counts apart from others of its lane. */
  ModuleContext(Lane lane, SlotHolder slot, Counters counters) {
    this.lane = lane;
    this.slot = slot;
    this.counters = counters;
    this.timers = lane.timers().newOwner(slot);
  }

  SlotHolder holder() {
    return slot;
  }

  /** Its lane was abandoned: it is left alone, and what is posted to it is dropped. */
  void forsake() {
    retired = true;
  }

  /** The module has left: no task and no timer of it runs any more. */
  void retire() {
    retired = true;
    timers.retire();
  }

  @Override
  public String stack() {
    return lane.stack();
  }

  @Override
  public int lane() {
    return lane.index();
  }

  @Override
  public boolean configured() {
    return lane.setup().configured();
  }

  @Override
  public long nowNanos() {
    LaneFence.pass();
    return lane.nowNanos();
  }

  @Override
  public NanoClock clock() {
    return lane.setup().clock();
  }

  @Override
  public ModuleTimers timers() {
    return timers;
  }

  @Override
  public PacketPool packets() {
    return lane.packets();
  }

  @Override
  public Counters counters() {
    return counters;
  }

  @Override
  public Drops drops() {
    return lane.drops();
  }

  @Override
  public EventLog events() {
    return lane.events();
  }

  @Override
  public <M> Slot<M> slot(String name, Class<M> type) {
    LaneFence.pass();
    return lane.holder(name).view(type);
  }

  @Override
  public <T> T shared(Class<T> type) {
    LaneFence.pass();
    return lane.setup().shared().get(type);
  }

  @Override
  public byte[] secret(String name, int bytes) {
    return lane.setup().secrets().secret(name, bytes);
  }

  @Override
  public int random(int bound) {
    return lane.random(bound);
  }

  @Override
  public void post(Runnable task) {
    if (!retired) {
      lane.post(new ModuleTask(this, task));
    }
  }

  @Override
  public boolean isOver() {
    return retired;
  }

  @Override
  public void wake() {
    if (!retired) {
      lane.wake();
    }
  }

  @Override
  public void again() {
    LaneFence.pass();
    lane.again();
  }
}
