package io.karavel.shell.internal.doctor;

import io.karavel.nic.DeviceInfo;
import java.util.ArrayList;
import java.util.List;

/** Queues of devices that were full. */
final class RingDrops implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    List<Finding> all = new ArrayList<>();
    for (DeviceInfo device : s.devices()) {
      long grown = s.deviceDrops().getOrDefault(device.name(), 0L);
      long total =
          device.statistics().getOrDefault("rxDropped", 0L)
              + device.statistics().getOrDefault("txDropped", 0L);
      if (grown > 0 || total > 0) {
        all.add(
            new Finding(
                "ring-drops",
                grown > 0,
                grown > 0
                    ? grown
                        + " frames in "
                        + s.period()
                        + " found the queue of "
                        + device.name()
                        + " full"
                    : total
                        + " frames since the start found the queue of "
                        + device.name()
                        + " full",
                "frames come in bursts larger than the queue, or faster than the device takes them",
                device.settings().get("queueFrames") instanceof Number frames
                    ? "nic:set " + device.name() + " queueFrames=" + 2 * frames.longValue()
                    : "nic:show " + device.name()));
      }
    }
    return all;
  }
}
