package io.karavel.testkit;

import io.karavel.engine.CloseReason;
import io.karavel.engine.DropReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.nic.DeviceInfo;
import io.karavel.nic.FrameSink;
import io.karavel.nic.NetworkDevice;
import io.karavel.packet.PacketBuffer;
import java.util.Map;

/** The device of a harness: takes frames from a {@link CapturedWire} and gives frames to it. */
final class CapturedDevice implements NetworkDevice {
  private final LaneContext context;
  private final CapturedWire wire;

  private CapturedDevice(LaneContext context, CapturedWire wire) {
    this.context = context;
    this.wire = wire;
  }

  static ModuleFactory factory(CapturedWire wire) {
    return new ModuleFactory() {
      @Override
      public String slot() {
        return NetworkDevice.slotOf(wire.device());
      }

      @Override
      public StateVersions stateVersions() {
        return new StateVersions(1, 1);
      }

      @Override
      public Module create(LaneContext context) {
        return new CapturedDevice(context, wire);
      }
    };
  }

  @Override
  public DeviceCapabilities capabilities() {
    return wire.capabilities();
  }

  @Override
  public int poll(FrameSink sink, int budget) {
    for (int taken = 0; taken < budget; taken++) {
      CapturedWire.Frame frame = wire.take();
      if (frame == null) {
        return taken;
      }
      PacketBuffer buffer = context.packets().allocate(frame.bytes.length);
      buffer.memory().put(buffer.append(frame.bytes.length), frame.bytes);
      buffer.checksumState(frame.checksumState);
      if (frame.segmentSize > 0) {
        buffer.segmentation(PacketBuffer.SEGMENTATION_TCP4, frame.segmentSize);
      }
      wire.count("rxPackets", 1);
      wire.count("rxBytes", frame.bytes.length);
      sink.onFrame(buffer);
    }
    return budget;
  }

  @Override
  public void transmit(PacketBuffer frame) {
    if (!wire.isUp()) {
      context.drops().drop(frame, DropReason.DEVICE_DOWN);
      return;
    }
    wire.sent(frame);
    frame.release();
  }

  @Override
  public void flush() {}

  @Override
  public int readinessDescriptor() {
    return -1;
  }

  @Override
  public DeviceInfo info() {
    return new DeviceInfo(
        wire.device(),
        "captured",
        wire.isUp(),
        wire.isUp() ? "up" : "down",
        wire.capabilities(),
        Map.copyOf(wire.statistics()),
        Map.of());
  }

  @Override
  public void open(Handover kept) {}

  @Override
  public Handover export() {
    return new HandoverWriter(NetworkDevice.slotOf(wire.device()), 1).finish();
  }

  @Override
  public void close(CloseReason reason) {}
}
