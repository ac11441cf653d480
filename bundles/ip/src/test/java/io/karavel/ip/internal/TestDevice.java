package io.karavel.ip.internal;

import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.nic.DeviceInfo;
import io.karavel.nic.FrameSink;
import io.karavel.nic.NetworkDevice;
import io.karavel.packet.PacketBuffer;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;

/** A device that remembers what it was given to send. */
final class TestDevice implements NetworkDevice {
  final Queue<PacketBuffer> sent = new ArrayDeque<>();
  DeviceCapabilities capabilities;
  boolean discard;

  TestDevice(DeviceCapabilities capabilities) {
    this.capabilities = capabilities;
  }

  @Override
  public DeviceCapabilities capabilities() {
    return capabilities;
  }

  @Override
  public int poll(FrameSink sink, int budget) {
    return 0;
  }

  @Override
  public void transmit(PacketBuffer frame) {
    if (discard) {
      frame.release();
    } else {
      sent.add(frame);
    }
  }

  @Override
  public void flush() {}

  @Override
  public int readinessDescriptor() {
    return -1;
  }

  @Override
  public DeviceInfo info() {
    return new DeviceInfo("d", "test", true, "up", capabilities, Map.of(), Map.of());
  }

  @Override
  public void open(Handover kept) {}

  @Override
  public Handover export() {
    return Handover.empty("nic:d");
  }

  @Override
  public void close(CloseReason reason) {}
}
