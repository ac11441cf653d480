package io.karavel.nic.tap.internal;

import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import io.karavel.nic.NetworkDevice;
import io.karavel.nic.TapSettings;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes the module of one TAP or TUN and brings new settings to it. Any thread. What is public here
 * is for the component of the bundle and for those who assemble a stack without OSGi.
 */
public final class TapDeviceFactory implements ModuleFactory {
  private final Set<TapDevice> devices = ConcurrentHashMap.newKeySet();
  private final TapPort.Opener opener;
  private final String slot;
  private volatile TapSettings settings;

  /** A factory for devices of the Linux kernel. */
  public TapDeviceFactory(TapSettings settings) {
    this(settings, new KernelTapPort.KernelOpener());
  }

  TapDeviceFactory(TapSettings settings, TapPort.Opener opener) {
    this.settings = settings;
    this.opener = opener;
    slot = NetworkDevice.slotOf(settings.name());
  }

  @Override
  public String slot() {
    return slot;
  }

  @Override
  public StateVersions stateVersions() {
    return new StateVersions(TapDevice.STATE_VERSION, 1);
  }

  @Override
  public Module create(LaneContext context) {
    TapDevice device = new TapDevice(context, settings, opener, devices::remove);
    // one whose lane hung may never be closed
    devices.removeIf(former -> former.lane().isOver());
    devices.add(device);
    device.settings(settings); // they may have changed before the device was in the set
    return device;
  }

  /** Puts new settings of the same device into force. */
  public void settings(TapSettings value) {
    settings = value;
    for (TapDevice device : devices) {
      device.lane().post(() -> device.settings(value));
    }
  }
}
