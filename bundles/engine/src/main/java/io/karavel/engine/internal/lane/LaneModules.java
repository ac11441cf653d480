package io.karavel.engine.internal.lane;

import io.karavel.engine.Handover;
import io.karavel.engine.Module;
import io.karavel.engine.TimerIndex;
import io.karavel.ip.spi.IpModule;
import io.karavel.tcp.spi.TcpModule;

/**
 * Modules of a lane come and go, and what the rest of the lane does about it. {@link LaneSwaps} is
 * for those that take over from one another. Lane's thread, between two turns or in one of its
 * operations.
 */
public final class LaneModules {
  private final Lane lane;

  LaneModules(Lane lane) {
    this.lane = lane;
  }

  /** A factory is there. */
  public void arrive(ModuleSource source) {
    if (!lane.isStopped() && !lane.standstill().isFrozen()) {
      lane.refreshTime();
      lane.leaveOver();
      lane.holder(source.slot()).turnover().arrive(source);
      lane.faults().settle();
    }
  }

  /** A factory goes, and the state of its module is taken over at once. */
  public void leave(ModuleSource source) {
    leave(source, false);
  }

  /**
   * A factory goes.
   *
   * @param mayStay whether its module may stay at work until its successor is there, {@code
   *     stayMillis} at most: all of its classes must be loaded
   */
  public void leave(ModuleSource source, boolean mayStay) {
    if (lane.standstill().isFrozen()) {
      return;
    }
    lane.refreshTime();
    lane.leaveOver();
    lane.holder(source.slot()).turnover().leave(source, mayStay);
    lane.faults().settle();
  }

  /** The factory of the module at work in a slot, or null. */
  public ModuleSource atWork(String slot) {
    SlotHolder holder = lane.find(slot);
    return holder == null || holder.module() == null ? null : holder.source();
  }

  /** The state of the module at work in a slot, which goes on; null if there is none. */
  public Handover export(String slot) {
    lane.refreshTime();
    SlotHolder holder = lane.find(slot);
    if (holder == null) {
      return null;
    }
    lane.flush();
    return holder.export();
  }

  /**
   * Opens state in a module of a factory without plugging it in, and returns what it exports: for a
   * lane made for a rehearsal.
   *
   * @throws Exception whatever the candidate throws
   */
  public Handover tryOut(ModuleSource candidate, Handover state) throws Exception {
    lane.refreshTime();
    return lane.holder(candidate.slot()).opener().tryOut(candidate, state);
  }

  /** Disposes of the kept state of an empty slot. */
  public boolean drop(String slot) {
    lane.refreshTime();
    SlotHolder holder = lane.find(slot);
    boolean dropped = holder != null && holder.drop("by the operator");
    lane.faults().settle();
    return dropped;
  }

  /** A slot is no longer used: its module ends and its state with it. */
  public void release(String slot) {
    lane.refreshTime();
    SlotHolder holder = lane.find(slot);
    if (holder != null) {
      lane.leaveOver();
      holder.release();
    }
  }

  /** A module is at work in a slot. */
  void onPlugged(SlotHolder slot) {
    lane.counts().modulesPlugged.increment();
    // if it takes the place of one that crashed in the flush, its own flush is still to come
    lane.leaveOver();
    Module module = slot.module();
    if (slot == lane.timerSlot() && module instanceof TimerIndex index) {
      lane.timers().attach(index, lane.nowNanos());
    } else if (slot.name().equals(IpModule.SLOT)) {
      lane.devices().onIpPlugged();
      lane.devices().tellIp();
    }
  }

  /** Nobody goes on with the state of a slot's module. */
  void onStateLost(SlotHolder slot) {
    lane.counts().statesDisposed.increment();
    if (slot.name().equals(TcpModule.SLOT)) {
      lane.sockets().disposeConnections();
    }
  }
}
