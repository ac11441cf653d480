package io.karavel.engine.internal.lane;

import io.karavel.engine.CloseReason;
import io.karavel.engine.DropReason;
import io.karavel.engine.Drops;
import io.karavel.engine.Handover;
import io.karavel.engine.LaneFence;
import io.karavel.engine.Timer;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.nic.DeviceInfo;
import io.karavel.nic.FrameSink;
import io.karavel.nic.FrameTap;
import io.karavel.nic.NetworkDevice;
import io.karavel.nic.TapPoint;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketPool;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.ObjIntConsumer;

/**
 * The taps of one interface, standing in for its device: what neighbours see in the device's slot
 * while there is a tap. It outlasts the driver. Lane's thread.
 */
final class TapChain implements NetworkDevice, FrameSink {
  /** A tap in its place. */
  private final class Point implements TapPoint {
    final FrameTap tap;
    int place;
    boolean out;

    Point(FrameTap tap) {
      this.tap = tap;
    }

    @Override
    public String stack() {
      return lane.stack();
    }

    @Override
    public int lane() {
      return lane.index();
    }

    @Override
    public String interfaceName() {
      return interfaceName;
    }

    @Override
    public int interfaceIndex() {
      return interfaceIndex;
    }

    @Override
    public boolean bareIp() {
      NetworkDevice device = device();
      return device == null ? knownBareIp : device.capabilities().bareIp();
    }

    @Override
    public long nowNanos() {
      return lane.nowNanos();
    }

    @Override
    public PacketPool packets() {
      return lane.packets();
    }

    @Override
    public Drops drops() {
      return lane.drops();
    }

    @Override
    public void deliver(PacketBuffer frame) {
      lane.markBusy();
      up(frame, out ? 0 : place + 1);
    }

    @Override
    public void transmit(PacketBuffer frame) {
      lane.markBusy();
      down(frame, out ? points.length - 1 : place - 1);
    }
  }

  private final Lane lane;
  private final SlotHolder holder;
  private final String interfaceName;
  private final int interfaceIndex;
  private final ObjIntConsumer<PacketBuffer> above;
  private Point[] points = {};
  private boolean knownBareIp;
  private boolean seen;

  /** Discards of what was sent in answer to a frame: not of that frame. */
  private long foreignDrops;

  /**
   * Without taps.
   *
   * @param above takes a received frame with the index of its interface
   */
  TapChain(
      Lane lane,
      SlotHolder holder,
      String interfaceName,
      int interfaceIndex,
      ObjIntConsumer<PacketBuffer> above) {
    this.lane = lane;
    this.holder = holder;
    this.interfaceName = interfaceName;
    this.interfaceIndex = interfaceIndex;
    this.above = above;
  }

  boolean isEmpty() {
    return points.length == 0;
  }

  boolean has(FrameTap tap) {
    return Arrays.stream(points).anyMatch(point -> point.tap == tap);
  }

  void add(FrameTap tap) {
    Point[] longer = Arrays.copyOf(points, points.length + 1);
    longer[points.length] = new Point(tap);
    // stable: of two taps at one position the older one stays nearer to the device
    Arrays.sort(longer, Comparator.comparingInt(point -> point.tap.position()));
    settle(longer);
  }

  void remove(FrameTap tap) {
    for (Point point : points) {
      if (point.tap == tap) {
        take(point);
      }
    }
  }

  /** The interface is gone: the taps leave it. */
  void removeAll() {
    for (Point point : points) {
      take(point);
    }
  }

  private void take(Point point) {
    if (point.out) {
      return;
    }
    int place = point.place;
    Point[] shorter = new Point[points.length - 1];
    System.arraycopy(points, 0, shorter, 0, place);
    System.arraycopy(points, place + 1, shorter, place, shorter.length - place);
    try {
      point.tap.onDetached(point);
    } catch (Throwable t) {
      lane.faults().failed("a tap that was taken out of " + interfaceName, t);
    }
    point.out = true;
    settle(shorter);
  }

  private void settle(Point[] now) {
    points = now;
    for (int i = 0; i < now.length; i++) {
      now[i].place = i;
    }
  }

  private void failed(Point point, Throwable thrown) {
    lane.faults().failed("a tap at " + interfaceName + ", which is taken out now,", thrown);
    take(point);
    lane.devices().detach(point.tap);
  }

  // ---- up ----

  @Override
  public int poll(FrameSink sink, int budget) {
    NetworkDevice device = device();
    return device == null ? 0 : device.poll(this, budget);
  }

  @Override
  public void onFrame(PacketBuffer frame) {
    frame.direction(PacketBuffer.UP);
    frame.interfaceIndex(interfaceIndex);
    frame.timestampNanos(lane.nowNanos());
    up(frame, 0);
  }

  private void up(PacketBuffer frame, int from) {
    seen = true;
    if (from >= points.length) {
      above.accept(frame, interfaceIndex);
      return;
    }
    Point point = points[from];
    boolean goesOn;
    FrameTap outer = lane.devices().calls(point.tap);
    try {
      goesOn = point.tap.onReceived(point, frame);
    } catch (Throwable t) {
      failed(point, t);
      up(frame, from);
      return;
    } finally {
      lane.devices().calls(outer);
    }
    long before = ownDrops();
    if (goesOn) {
      up(frame, from + 1);
    }
    given(point, before);
  }

  // ---- down ----

  @Override
  public void transmit(PacketBuffer frame) {
    long dropsBefore = lane.drops().total();
    long foreignBefore = foreignDrops;
    try {
      down(frame, points.length - 1);
    } finally {
      foreignDrops = foreignBefore + lane.drops().total() - dropsBefore;
    }
  }

  private long ownDrops() {
    return lane.drops().total() - foreignDrops;
  }

  private void down(PacketBuffer frame, int from) {
    seen = true;
    if (from < 0) {
      NetworkDevice device = device();
      if (device == null) {
        holder.park(frame);
      } else {
        device.transmit(frame);
      }
      return;
    }
    Point point = points[from];
    boolean goesOn;
    FrameTap outer = lane.devices().calls(point.tap);
    try {
      goesOn = point.tap.onTransmit(point, frame);
    } catch (Throwable t) {
      failed(point, t);
      down(frame, from - 1);
      return;
    } finally {
      lane.devices().calls(outer);
    }
    long before = ownDrops();
    try {
      if (goesOn) {
        down(frame, from - 1);
      }
    } finally {
      given(point, before);
    }
  }

  private void given(Point point, long dropsBefore) {
    if (point.out) {
      return;
    }
    LaneFence.pass();
    DropReason dropped = ownDrops() == dropsBefore ? null : lane.drops().last();
    FrameTap outer = lane.devices().calls(point.tap);
    try {
      point.tap.onGiven(point, dropped);
    } catch (Throwable t) {
      failed(point, t);
    } finally {
      lane.devices().calls(outer);
    }
  }

  // ---- the cycle ----

  long deadlineNanos() {
    long deadline = Timer.NOT_ARMED;
    for (Point point : points) {
      deadline = Math.min(deadline, deadlineNanos(point));
    }
    return deadline;
  }

  private long deadlineNanos(Point point) {
    FrameTap outer = lane.devices().calls(point.tap);
    try {
      return point.tap.deadlineNanos(point);
    } catch (Throwable t) {
      failed(point, t);
      return Timer.NOT_ARMED;
    } finally {
      lane.devices().calls(outer);
    }
  }

  void expire(long nowNanos) {
    for (Point point : points) {
      if (!point.out && deadlineNanos(point) <= nowNanos) {
        FrameTap outer = lane.devices().calls(point.tap);
        try {
          point.tap.expire(point, nowNanos);
        } catch (Throwable t) {
          failed(point, t);
        } finally {
          lane.devices().calls(outer);
        }
      }
    }
  }

  void turnEnds() {
    if (!seen) {
      return;
    }
    seen = false;
    for (Point point : points) {
      if (!point.out) {
        FrameTap outer = lane.devices().calls(point.tap);
        try {
          point.tap.onTurnEnd(point);
        } catch (Throwable t) {
          failed(point, t);
        } finally {
          lane.devices().calls(outer);
        }
      }
    }
  }

  // ---- as a device ----

  private NetworkDevice device() {
    return holder.module() instanceof NetworkDevice device ? device : null;
  }

  private NetworkDevice present() {
    NetworkDevice device = device();
    if (device == null) {
      throw new IllegalStateException("slot " + holder.name() + " is empty");
    }
    return device;
  }

  @Override
  public DeviceCapabilities capabilities() {
    DeviceCapabilities capabilities = present().capabilities();
    knownBareIp = capabilities.bareIp();
    for (Point point : points) {
      FrameTap outer = lane.devices().calls(point.tap);
      try {
        capabilities = point.tap.limit(capabilities);
      } catch (Throwable t) {
        failed(point, t);
      } finally {
        lane.devices().calls(outer);
      }
    }
    return capabilities;
  }

  @Override
  public void flush() {
    present().flush();
  }

  @Override
  public int readinessDescriptor() {
    return present().readinessDescriptor();
  }

  @Override
  public DeviceInfo info() {
    return present().info();
  }

  @Override
  public void open(Handover kept) {
    throw new IllegalStateException("a tap is no module");
  }

  @Override
  public Handover export() {
    throw new IllegalStateException("a tap is no module");
  }

  @Override
  public void close(CloseReason reason) {
    throw new IllegalStateException("a tap is no module");
  }
}
