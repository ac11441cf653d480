package io.karavel.engine.internal.lane;

import io.karavel.engine.LaneFence;
import io.karavel.engine.Module;
import io.karavel.engine.Slot;
import io.karavel.packet.PacketBuffer;

/** A slot as a neighbour sees it, with the type it expects; the cast is done once per module. */
final class TypedSlot<M> implements Slot<M> {
  private final SlotHolder holder;
  private final Class<M> type;
  private M module;

  TypedSlot(SlotHolder holder, Class<M> type) {
    this.holder = holder;
    this.type = type;
  }

  void set(Module newModule) {
    module = type.isInstance(newModule) ? type.cast(newModule) : null;
  }

  @Override
  public String name() {
    return holder.name();
  }

  @Override
  public M module() {
    LaneFence.pass();
    return module;
  }

  @Override
  public void park(PacketBuffer buffer) {
    LaneFence.pass();
    holder.park(buffer);
  }

  @Override
  public int generation() {
    return holder.generation();
  }
}
