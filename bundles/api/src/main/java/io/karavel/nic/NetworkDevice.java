package io.karavel.nic;

import io.karavel.engine.Module;
import io.karavel.packet.PacketBuffer;

/**
 * A device on a lane: the module of slot {@code nic:NAME}. Never blocks. All calls come on the
 * lane's thread. A device that cannot be opened, or vanishes, stays in its slot, reports itself
 * down, drops what it is given with a reason, and tries again with back-off; it throws nothing.
 */
public interface NetworkDevice extends Module {
  /** Prefix of the slot names of devices. */
  String SLOT_PREFIX = "nic:";

  /** The slot of the device with a name. */
  static String slotOf(String device) {
    return SLOT_PREFIX + device;
  }

  /** What it can do now; may change when it is reopened. */
  DeviceCapabilities capabilities();

  /**
   * Hands received frames to the sink.
   *
   * @param budget how many frames at most
   * @return how many; {@code budget} means there may be more
   */
  int poll(FrameSink sink, int budget);

  /**
   * Takes a frame to be sent by the next {@link #flush()} at the latest. A checksum may be partial
   * and the frame a super-segment only as far as {@link #capabilities()} allows. The device owns
   * it.
   */
  void transmit(PacketBuffer frame);

  /** Sends what was held back, in one go. */
  @Override
  void flush();

  /**
   * The file descriptor that is readable when frames wait; -1 if there is none and the device calls
   * {@link io.karavel.engine.LaneContext#wake} instead. May change from turn to turn.
   */
  int readinessDescriptor();

  /** For the shell. */
  DeviceInfo info();

  /**
   * Whether its interface is to stay where it is though nobody has it open for a while: the
   * appliance starts again and takes it up. It is said before {@link #export}, and taken back if
   * nothing comes of it. A device without anything outside of this JVM does nothing.
   */
  default void outlast(boolean wanted) {}

  /** A frame that waited for a driver is sent. */
  @Override
  default void onParked(PacketBuffer buffer) {
    transmit(buffer);
  }
}
