package io.karavel.nic;

import io.karavel.engine.Drops;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketPool;

/** The place of one {@link FrameTap} at one interface of one lane. Lane's thread. */
public interface TapPoint {
  /** Name of the stack. */
  String stack();

  /** Index of the lane within its stack. */
  int lane();

  /** Name of the interface. */
  String interfaceName();

  /** Its index. */
  int interfaceIndex();

  /** Whether it carries bare IP packets rather than Ethernet frames. */
  boolean bareIp();

  /** The lane's time. */
  long nowNanos();

  /** The lane's buffers. */
  PacketPool packets();

  /** The lane's discards. */
  Drops drops();

  /** Lets a frame that was held back go on towards IP. */
  void deliver(PacketBuffer frame);

  /** Lets a frame that was held back go on towards the device. */
  void transmit(PacketBuffer frame);
}
