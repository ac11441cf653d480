package io.karavel.engine.internal.drill;

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
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Map;

/**
 * A cable for bare IP packets between two stacks, with a delay, and losses that the drill chooses.
 * The drill's thread.
 */
final class DrillCable {
  /** The device at either end. */
  static final String DEVICE = "drill";

  private static final long DELAY_NANOS = 2_000_000;
  private static final DeviceCapabilities CAPABILITIES = DeviceCapabilities.plain(true, 1500);

  private final DrillClock clock;
  private int lossEvery;

  /** The way from the newcomer. */
  final Way out = new Way();

  /** The way to the newcomer. */
  final Way in = new Way();

  DrillCable(DrillClock clock) {
    this.clock = clock;
  }

  /** Has one frame of so many get lost, each way; 0 for none. */
  void lossEvery(int frames) {
    lossEvery = frames;
  }

  /** Loses everything, each way, or nothing. */
  void cut(boolean wanted) {
    out.cut = wanted;
    in.cut = wanted;
  }

  /** When the next frame is there. */
  long nextNanos() {
    return Math.min(out.nextNanos(), in.nextNanos());
  }

  private record Frame(ByteBuffer bytes, long dueNanos) {}

  /** One direction. */
  final class Way {
    private final ArrayDeque<Frame> frames = new ArrayDeque<>();
    private long sent;

    /** Whether nothing gets through. */
    boolean cut;

    /** Frames that were sent into it. */
    long sent() {
      return sent;
    }

    private void put(PacketBuffer frame) {
      ByteBuffer bytes = ByteBuffer.allocate(frame.length());
      frame.copyTo(0, bytes, 0, frame.length());
      frame.release();
      sent++;
      if (!cut && (lossEvery == 0 || sent % lossEvery != 0)) {
        frames.add(new Frame(bytes, clock.nanoTime() + DELAY_NANOS));
      }
    }

    private ByteBuffer take() {
      return nextNanos() <= clock.nanoTime() ? frames.poll().bytes() : null;
    }

    private long nextNanos() {
      return frames.isEmpty() ? Long.MAX_VALUE : frames.peek().dueNanos();
    }
  }

  /** The end of the newcomer's stack, or of the other one. */
  ModuleFactory end(boolean near) {
    return new ModuleFactory() {
      @Override
      public String slot() {
        return NetworkDevice.slotOf(DEVICE);
      }

      @Override
      public StateVersions stateVersions() {
        return new StateVersions(1, 1);
      }

      @Override
      public Module create(LaneContext context) {
        return near ? new End(context, in, out) : new End(context, out, in);
      }
    };
  }

  private record End(LaneContext context, Way from, Way to) implements NetworkDevice {
    @Override
    public DeviceCapabilities capabilities() {
      return CAPABILITIES;
    }

    @Override
    public int poll(FrameSink sink, int budget) {
      for (int taken = 0; taken < budget; taken++) {
        ByteBuffer bytes = from.take();
        if (bytes == null) {
          return taken;
        }
        int length = bytes.capacity();
        PacketBuffer buffer = context.packets().allocate(length);
        buffer.memory().put(buffer.append(length), bytes, 0, length);
        sink.onFrame(buffer);
      }
      return budget;
    }

    @Override
    public void transmit(PacketBuffer frame) {
      to.put(frame);
    }

    @Override
    public void flush() {}

    @Override
    public int readinessDescriptor() {
      return -1;
    }

    @Override
    public DeviceInfo info() {
      return new DeviceInfo(DEVICE, DEVICE, true, "up", CAPABILITIES, Map.of(), Map.of());
    }

    @Override
    public void open(Handover kept) {}

    @Override
    public Handover export() {
      return new HandoverWriter(NetworkDevice.slotOf(DEVICE), 1).finish();
    }

    @Override
    public void close(CloseReason reason) {}
  }
}
