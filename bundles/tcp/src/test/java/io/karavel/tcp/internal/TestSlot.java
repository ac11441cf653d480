package io.karavel.tcp.internal;

import io.karavel.engine.Slot;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketQueue;

/** A slot that parks without limit. */
final class TestSlot<M> implements Slot<M> {
  private final String name;
  final PacketQueue parked = new PacketQueue();
  private M module;
  private int generation;

  TestSlot(String name) {
    this.name = name;
  }

  void set(M newModule) {
    module = newModule;
    generation += newModule == null ? 0 : 1;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public M module() {
    return module;
  }

  @Override
  public void park(PacketBuffer buffer) {
    parked.add(buffer);
  }

  @Override
  public int generation() {
    return generation;
  }
}
