package io.karavel.nic.memory.internal;

import io.karavel.engine.ModuleFactory;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.nic.MemoryCableSettings;

/**
 * A cable: its settings, and the two directions its ends share. Any thread. What is public here is
 * for the component of the bundle and for those who assemble a stack without OSGi.
 */
public final class MemoryCable {
  /** The ends. */
  public enum End {
    /** The end of {@link MemoryCableSettings#leftDevice()}. */
    LEFT,
    /** The end of {@link MemoryCableSettings#rightDevice()}. */
    RIGHT
  }

  private static final int SUPER_SEGMENT_BYTES = 65535;

  private final CableDirection toRight = new CableDirection(0);
  private final CableDirection toLeft = new CableDirection(1);
  private volatile MemoryCableSettings settings;
  private volatile DeviceCapabilities capabilities;

  /** A cable with settings. */
  public MemoryCable(MemoryCableSettings settings) {
    this.settings = settings;
    capabilities = capabilitiesOf(settings);
  }

  private static DeviceCapabilities capabilitiesOf(MemoryCableSettings settings) {
    return new DeviceCapabilities(
        settings.bareIp(),
        settings.mtu(),
        settings.offloads(),
        settings.offloads() ? SUPER_SEGMENT_BYTES : 0,
        false);
  }

  DeviceCapabilities capabilities() {
    return capabilities;
  }

  /** What is in force. */
  public MemoryCableSettings settings() {
    return settings;
  }

  /** New settings; the devices notice with the next frame, or in the turn they are woken for. */
  public void settings(MemoryCableSettings value) {
    settings = value;
    capabilities = capabilitiesOf(value);
    toRight.wakeReceiver();
    toLeft.wakeReceiver();
  }

  String deviceName(End end) {
    return end == End.LEFT ? settings.leftDevice() : settings.rightDevice();
  }

  CableDirection from(End end) {
    return end == End.LEFT ? toRight : toLeft;
  }

  CableDirection to(End end) {
    return end == End.LEFT ? toLeft : toRight;
  }

  /** The factory of the device at an end, for the slot of the name it has now. */
  public ModuleFactory factory(End end) {
    return new MemoryDeviceFactory(this, end);
  }
}
