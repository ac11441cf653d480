package io.karavel.ip.spi;

import io.karavel.engine.Module;
import io.karavel.packet.PacketBuffer;

/** The module of slot {@code "ip"}. Lane's thread. */
public interface IpModule extends Module, IpOutput, IpControl {
  /** The slot. */
  String SLOT = "ip";

  /**
   * A frame from the device of an interface; {@link PacketBuffer#interfaceIndex()} and the time are
   * set. The module owns it.
   */
  void onFrame(PacketBuffer frame);

  /** The {@link InterfaceTable} changed, or a device came, went or changed its capabilities. */
  void onInterfacesChanged();

  /** What waited: frames going up, datagrams going down. */
  @Override
  default void onParked(PacketBuffer buffer) {
    if (buffer.direction() == PacketBuffer.UP) {
      onFrame(buffer);
    } else {
      send(buffer);
    }
  }
}
