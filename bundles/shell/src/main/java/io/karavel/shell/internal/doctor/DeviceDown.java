package io.karavel.shell.internal.doctor;

import java.util.List;

/** Devices that carry nothing. */
final class DeviceDown implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    return s.devices().stream()
        .filter(device -> !device.up())
        .map(
            device ->
                new Finding(
                    "device-down",
                    true,
                    "device " + device.name() + " is down: " + device.status(),
                    "the driver has no interface of the system to work with",
                    "nic:show " + device.name()))
        .toList();
  }
}
