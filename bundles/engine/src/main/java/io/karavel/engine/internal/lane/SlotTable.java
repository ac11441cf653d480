package io.karavel.engine.internal.lane;

import io.karavel.engine.KeepalivePolicy;
import io.karavel.engine.TimerIndex;
import io.karavel.ip.spi.IpModule;
import io.karavel.nic.NetworkDevice;
import io.karavel.tcp.spi.TcpModule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** The slots of a lane by name and from the top down. Made by the lane's thread, read by any. */
final class SlotTable {
  private final Lane lane;
  private final ConcurrentHashMap<String, SlotHolder> byName = new ConcurrentHashMap<>();

  /** Top down: the order of flushing and closing. Replaced as a whole. */
  private volatile SlotHolder[] ordered = {};

  SlotTable(Lane lane) {
    this.lane = lane;
  }

  /** The slot of a name, made empty if nobody named it before. Lane's thread. */
  SlotHolder holder(String name) {
    SlotHolder slot = byName.get(name);
    if (slot == null) {
      slot = new SlotHolder(lane, name);
      byName.put(name, slot);
      SlotHolder[] longer = Arrays.copyOf(ordered, ordered.length + 1);
      longer[ordered.length] = slot;
      Arrays.sort(
          longer, Comparator.comparingInt(SlotTable::depth).thenComparing(SlotHolder::name));
      ordered = longer;
    }
    return slot;
  }

  /** The slot of a name, or null. */
  SlotHolder find(String name) {
    return byName.get(name);
  }

  SlotHolder[] ordered() {
    return ordered;
  }

  /** How they are, top down. */
  List<SlotStatus> statuses() {
    List<SlotStatus> all = new ArrayList<>();
    for (SlotHolder slot : ordered) {
      all.add(slot.status());
    }
    return all;
  }

  /** Where a slot stands: transports above, then IP, devices, the services of the ground. */
  private static int depth(SlotHolder slot) {
    String name = slot.name();
    return switch (name) {
      case TcpModule.SLOT -> 0;
      case IpModule.SLOT -> 2;
      case KeepalivePolicy.SLOT -> 4;
      case TimerIndex.SLOT -> 5;
      default -> name.startsWith(NetworkDevice.SLOT_PREFIX) ? 3 : 1;
    };
  }
}
