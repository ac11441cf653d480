package io.karavel.engine.internal.lane;

import io.karavel.engine.Slot;
import io.karavel.engine.Timer;
import io.karavel.ip.InterfaceSettings;
import io.karavel.ip.spi.InterfaceTable;
import io.karavel.ip.spi.IpModule;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.nic.FrameSink;
import io.karavel.nic.FrameTap;
import io.karavel.nic.NetworkDevice;
import io.karavel.packet.PacketBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The devices of a lane in the order of their interfaces. Polls them in turn, marks each frame with
 * its interface and the time, and gives it to IP or parks it there.
 */
final class DeviceRing implements FrameSink {
  private static final class Port {
    final SlotHolder holder;
    final Slot<NetworkDevice> slot;
    final String interfaceName;
    final int interfaceIndex;
    NetworkDevice device;
    DeviceCapabilities capabilities;

    /** Null while nobody taps the interface. */
    TapChain taps;

    Port(SlotHolder holder, String interfaceName, int interfaceIndex) {
      this.holder = holder;
      this.interfaceName = interfaceName;
      this.slot = holder.view(NetworkDevice.class);
      this.interfaceIndex = interfaceIndex;
    }
  }

  private final Lane lane;
  private final SlotHolder ipHolder;
  private final Slot<IpModule> ip;
  private Port[] ports = {};
  private int first;
  private boolean changed;

  /** The device whose poll is under way, or null. */
  private Port polled;

  private Throwable crashWhilePolled;

  /** Where the frame came from that is being served, or was last. */
  private int suspectInterface;

  private final List<FrameTap> taps = new ArrayList<>();
  private boolean tapped;

  /** The tap that is being called, the innermost of several; null if none is. */
  private FrameTap called;

  DeviceRing(Lane lane) {
    this.lane = lane;
    ipHolder = lane.holder(IpModule.SLOT);
    ip = ipHolder.view(IpModule.class);
  }

  /** The interfaces have changed: lays the ring anew and tells IP in this turn. */
  void refresh(InterfaceTable table) {
    Map<Integer, InterfaceSettings> interfaces = table.interfaces();
    Port[] fresh = new Port[interfaces.size()];
    int count = 0;
    for (Map.Entry<Integer, InterfaceSettings> entry : interfaces.entrySet()) {
      String slotName = NetworkDevice.slotOf(entry.getValue().device());
      fresh[count++] = new Port(lane.holder(slotName), entry.getValue().name(), entry.getKey());
    }
    layTaps(fresh);
    ports = fresh;
    first = 0;
    changed = true;
  }

  /** Polls every device once within the budget; true if one of them may have more. */
  boolean poll(int budget) {
    notice();
    boolean more = false;
    int count = ports.length;
    for (int i = 0; i < count; i++) {
      Port port = ports[(first + i) % count];
      NetworkDevice device = port.slot.module();
      if (device == null) {
        continue;
      }
      polled = port;
      lane.enter(port.holder);
      try {
        int taken = device.poll(this, budget);
        if (taken > 0) {
          lane.markBusy();
        }
        more |= taken >= budget;
      } catch (Throwable t) {
        crashWhilePolled = t;
      }
      polled = null;
      if (crashWhilePolled != null) {
        Throwable thrown = crashWhilePolled;
        crashWhilePolled = null;
        lane.faults().crashed(port.holder, thrown);
        more = true;
      }
    }
    if (count > 1) {
      first = (first + 1) % count;
    }
    notice();
    return more;
  }

  /** Notices devices that came, went or changed what they can, and tells IP. */
  private void notice() {
    for (Port port : ports) {
      NetworkDevice device = port.slot.module();
      DeviceCapabilities capabilities = null;
      if (device != null) {
        try {
          capabilities = device.capabilities();
        } catch (Throwable t) {
          lane.faults().crashed(port.holder, t);
        }
      }
      if (device != port.device || !Objects.equals(capabilities, port.capabilities)) {
        changed = true;
      }
      port.device = device;
      port.capabilities = capabilities;
    }
    tellIp();
  }

  /** Puts the crash of a device off that is in the middle of its poll; says whether it is. */
  boolean isPolled(SlotHolder slot, Throwable thrown) {
    if (polled == null || polled.holder != slot) {
      return false;
    }
    crashWhilePolled = thrown;
    return true;
  }

  @Override
  public void onFrame(PacketBuffer frame) {
    give(frame, polled.interfaceIndex);
  }

  private void give(PacketBuffer frame, int interfaceIndex) {
    frame.direction(PacketBuffer.UP);
    frame.interfaceIndex(interfaceIndex);
    frame.timestampNanos(lane.nowNanos());
    IpModule module = ip.module();
    if (module == null) {
      ipHolder.park(frame);
      return;
    }
    SuspectFrame suspect = lane.suspectFrame();
    suspect.serving(frame);
    suspectInterface = interfaceIndex;
    lane.enter(ipHolder);
    try {
      module.onFrame(frame);
      suspect.served();
    } catch (Throwable t) {
      lane.faults().frameLost();
      suspect.threw(nameOf(interfaceIndex), isEthernet(interfaceIndex));
      lane.faults().crashed(ipHolder, t);
      suspect.forget();
    }
    lane.enter(polled == null ? null : polled.holder);
  }

  /** Its lane hangs: reads the frame that is being served, if one is. */
  void suspectHangs() {
    SuspectFrame suspect = lane.suspectFrame();
    if (suspect.isInService()) {
      suspect.threw(nameOf(suspectInterface), isEthernet(suspectInterface));
    }
  }

  /** The taps that are put in, for the lane after this one. */
  List<FrameTap> taps() {
    return taps;
  }

  private Port port(int interfaceIndex) {
    for (Port port : ports) {
      if (port.interfaceIndex == interfaceIndex) {
        return port;
      }
    }
    return null;
  }

  private String nameOf(int interfaceIndex) {
    Port port = port(interfaceIndex);
    return port == null ? "" : port.interfaceName;
  }

  private boolean isEthernet(int interfaceIndex) {
    Port port = port(interfaceIndex);
    return port == null || port.capabilities == null || !port.capabilities.bareIp();
  }

  /** Tells IP once if a device came, went or changed what it can, or an interface changed. */
  void tellIp() {
    if (!changed) {
      return;
    }
    IpModule module = ip.module();
    if (module == null) {
      return;
    }
    changed = false;
    lane.markBusy();
    try {
      module.onInterfacesChanged();
    } catch (Throwable t) {
      lane.faults().crashed(ipHolder, t);
    }
  }

  /** IP is new: it is told of interfaces and devices before anything else. */
  void onIpPlugged() {
    changed = true;
  }

  // ---- taps ----

  /** Puts a tap at the interfaces that it wants. */
  void attach(FrameTap tap) {
    taps.add(tap);
    layTaps(ports);
  }

  /** The tap that is being called from now on; answers which was until now. */
  FrameTap calls(FrameTap tap) {
    FrameTap before = called;
    called = tap;
    return before;
  }

  /** The tap that was called last and has not returned, or null; its thread hangs. */
  FrameTap called() {
    return called;
  }

  /** Takes a tap out. */
  void detach(FrameTap tap) {
    taps.remove(tap);
    for (Port port : ports) {
      if (port.taps != null) {
        port.taps.remove(tap);
      }
    }
    layTaps(ports);
  }

  /** Brings the chains of the ports into line with the taps; a chain stays with its interface. */
  private void layTaps(Port[] fresh) {
    for (Port port : ports) {
      if (port.taps != null) {
        Port heir = heir(fresh, port);
        if (heir == null) {
          port.taps.removeAll();
          port.holder.standIn(null);
        } else {
          heir.taps = port.taps;
        }
      }
    }
    tapped = false;
    for (Port port : fresh) {
      for (FrameTap tap : List.copyOf(taps)) {
        layTap(port, tap);
      }
      if (port.taps != null && port.taps.isEmpty()) {
        port.taps = null;
      }
      port.holder.standIn(port.taps);
      tapped |= port.taps != null;
    }
  }

  private void layTap(Port port, FrameTap tap) {
    FrameTap outer = calls(tap);
    try {
      if (tap.isFor(port.interfaceName) && (port.taps == null || !port.taps.has(tap))) {
        if (port.taps == null) {
          port.taps =
              new TapChain(lane, port.holder, port.interfaceName, port.interfaceIndex, this::give);
        }
        port.taps.add(tap);
      }
    } catch (Throwable t) {
      lane.faults().failed("a tap that is not put in at " + port.interfaceName, t);
      taps.remove(tap);
    } finally {
      calls(outer);
    }
  }

  private static Port heir(Port[] fresh, Port port) {
    for (Port other : fresh) {
      if (other.holder == port.holder && other.interfaceIndex == port.interfaceIndex) {
        return other;
      }
    }
    return null;
  }

  /** When a tap wants to do something. */
  long tapDeadlineNanos() {
    long deadline = Timer.NOT_ARMED;
    if (tapped) {
      for (Port port : ports) {
        if (port.taps != null) {
          deadline = Math.min(deadline, port.taps.deadlineNanos());
        }
      }
    }
    return deadline;
  }

  /** Lets taps do what is due. */
  void expireTaps(long nowNanos) {
    if (tapped) {
      for (Port port : ports) {
        if (port.taps != null) {
          port.taps.expire(nowNanos);
        }
      }
    }
  }

  /** The turn ends. */
  void endTurn() {
    if (tapped) {
      for (Port port : ports) {
        if (port.taps != null) {
          port.taps.turnEnds();
        }
      }
    }
  }

  /** The readiness descriptor of a device now; -1 if it has none. */
  int descriptor(int i) {
    return descriptor(ports[i]);
  }

  private int descriptor(Port port) {
    NetworkDevice device = port.slot.module();
    try {
      return device == null ? -1 : device.readinessDescriptor();
    } catch (Throwable t) {
      lane.faults().crashed(port.holder, t);
      return -1;
    }
  }

  /** How many devices there are. */
  int size() {
    return ports.length;
  }

  /** Whether a device must be polled by the clock; {@code waitsForDescriptors} if the loop can. */
  boolean needsPolling(boolean waitsForDescriptors) {
    for (Port port : ports) {
      NetworkDevice device = port.slot.module();
      if (device != null
          && (port.capabilities != null && port.capabilities.needsPolling()
              || !waitsForDescriptors && descriptor(port) >= 0)) {
        return true;
      }
    }
    return false;
  }
}
