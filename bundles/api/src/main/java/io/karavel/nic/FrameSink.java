package io.karavel.nic;

import io.karavel.packet.PacketBuffer;

/** Takes the frames a device has received. Lane's thread. */
@FunctionalInterface
public interface FrameSink {
  /** A frame: Ethernet from its destination address on, or a bare IP packet. The sink owns it. */
  void onFrame(PacketBuffer frame);
}
