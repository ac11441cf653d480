package io.karavel.engine.internal.lane;

import io.karavel.engine.Handover;
import io.karavel.tcp.spi.StackEndpoint;
import java.util.ArrayList;
import java.util.List;

/**
 * A lane stands still between two turns while what it is goes to disk, and begins with what a JVM
 * before this one left there. Lane's thread, unless a method says more.
 */
public final class Standstill {
  private final Lane lane;
  private volatile boolean frozen;

  /** Whether nothing is sent though packets are still taken. */
  private boolean holding;

  Standstill(Lane lane) {
    this.lane = lane;
  }

  /**
   * Packets are taken, but what is owed for them waits: soon there is {@link #freeze}, and the
   * acknowledgement that comes after the restart is news to the peer. One that says what it knows
   * already would leave it waiting for its retransmission timer, which has backed off.
   */
  public void hold() {
    holding = true;
  }

  /** Whether what is owed waits. */
  boolean isHolding() {
    return holding;
  }

  /**
   * Sends what is owed unless that is {@linkplain #hold held}, then has everything stand still and
   * says the state of every slot, for the disk. Afterwards there is {@link #thaw} or {@link
   * Lane#stop}.
   *
   * @throws IllegalStateException if a module cannot say its state; then the lane goes on
   */
  public List<SavedSlot> freeze() {
    lane.refreshTime();
    lane.flush();
    lane.faults().settle();
    List<SavedSlot> saved = new ArrayList<>();
    for (SlotHolder slot : lane.slotTable().ordered()) {
      try {
        Handover state = slot.frozen().freeze();
        if (!state.isEmpty()) {
          saved.add(new SavedSlot(slot.name(), state));
        }
      } catch (Throwable t) {
        thaw();
        throw new IllegalStateException(
            "slot "
                + slot.name()
                + " of stack "
                + lane.stack()
                + " cannot say its state: "
                + Culprit.describe(t),
            t);
      }
    }
    frozen = true;
    return saved;
  }

  /** Nothing came of a {@link #freeze}: everything goes on. */
  public void thaw() {
    frozen = false;
    holding = false;
    for (SlotHolder slot : lane.slotTable().ordered()) {
      try {
        slot.frozen().thaw();
      } catch (Throwable t) {
        lane.faults().crashed(slot, t);
      }
    }
    lane.leaveOver();
  }

  /** Whether everything stands still because what it is goes to disk. Any thread. */
  public boolean isFrozen() {
    return frozen;
  }

  /** Before the first turn: state of the JVM before this one, for the module that comes. */
  public void restore(SavedSlot saved) {
    lane.holder(saved.slot()).frozen().restore(saved.state());
  }

  /** Before the first turn: endpoints of an owner wait for it, as if its bundle had just left. */
  public void await(String owner, List<StackEndpoint> endpoints) {
    lane.sockets().detach(owner, endpoints);
  }
}
