package io.karavel.engine.internal.lane;

import io.karavel.engine.CloseReason;
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
import io.karavel.packet.PacketQueue;
import java.util.ArrayList;
import java.util.List;

/** A device whose frames the test puts in and takes out. */
class FakeDevice implements NetworkDevice {
  final String slot;
  final PacketQueue incoming = new PacketQueue();
  final List<Integer> sent = new ArrayList<>();
  final List<String> said;
  DeviceCapabilities capabilities = DeviceCapabilities.plain(false, 1500);
  RuntimeException failPoll;
  RuntimeException failTransmit;
  int polls;
  int descriptor = -1;

  FakeDevice(String slot, List<String> said) {
    this.slot = slot;
    this.said = said;
  }

  static class Factory implements ModuleFactory {
    final String slot;
    final List<FakeDevice> made = new ArrayList<>();
    final List<String> said = new ArrayList<>();

    Factory(String device) {
      slot = NetworkDevice.slotOf(device);
    }

    FakeDevice last() {
      return made.get(made.size() - 1);
    }

    @Override
    public String slot() {
      return slot;
    }

    @Override
    public StateVersions stateVersions() {
      return new StateVersions(1, 1);
    }

    @Override
    public Module create(LaneContext context) {
      FakeDevice device = new FakeDevice(slot, said);
      made.add(device);
      return device;
    }
  }

  @Override
  public void open(Handover kept) {
    said.add(kept.isEmpty() ? "opens" : "goes on");
  }

  @Override
  public Handover export() {
    return new HandoverWriter(slot, 1).finish();
  }

  @Override
  public void close(CloseReason reason) {
    said.add("closes, " + reason);
  }

  @Override
  public DeviceCapabilities capabilities() {
    return capabilities;
  }

  @Override
  public int poll(FrameSink sink, int budget) {
    polls++;
    if (failPoll != null) {
      RuntimeException failure = failPoll;
      failPoll = null;
      throw new IllegalStateException(failure.getMessage());
    }
    int count = 0;
    while (count < budget && !incoming.isEmpty()) {
      sink.onFrame(incoming.poll());
      count++;
    }
    return count;
  }

  @Override
  public void transmit(PacketBuffer frame) {
    if (failTransmit != null) {
      RuntimeException failure = failTransmit;
      failTransmit = null;
      throw new IllegalStateException(failure.getMessage());
    }
    sent.add(frame.memory().getInt(frame.offset()));
    frame.release();
  }

  @Override
  public void flush() {
    said.add("flushes");
  }

  @Override
  public int readinessDescriptor() {
    return descriptor;
  }

  @Override
  public DeviceInfo info() {
    throw new UnsupportedOperationException();
  }
}
