package io.karavel.nic.memory.internal;

import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import io.karavel.nic.NetworkDevice;

/** Makes the device at one end of a cable. */
final class MemoryDeviceFactory implements ModuleFactory {
  private final MemoryCable cable;
  private final MemoryCable.End end;
  private final String slot;

  MemoryDeviceFactory(MemoryCable cable, MemoryCable.End end) {
    this.cable = cable;
    this.end = end;
    slot = NetworkDevice.slotOf(cable.deviceName(end));
  }

  @Override
  public String slot() {
    return slot;
  }

  @Override
  public StateVersions stateVersions() {
    return new StateVersions(MemoryDevice.STATE_VERSION, 1);
  }

  @Override
  public Module create(LaneContext context) {
    return new MemoryDevice(context, cable, end);
  }
}
