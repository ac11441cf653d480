package io.karavel.nic.tap.internal;

import io.karavel.linux.Descriptor;
import io.karavel.nic.TapSettings;
import io.karavel.packet.PacketBuffer;
import java.io.IOException;
import java.util.List;

/** An open TAP or TUN as the device sees it. Lane's thread; never blocks. */
interface TapPort {
  /** Opens ports. */
  interface Opener {
    /** Opens the interface, or makes it. */
    TapPort open(TapSettings settings) throws IOException;

    /** Goes on with what a predecessor had open. */
    TapPort adopt(Descriptor descriptor) throws IOException;
  }

  /** What is handed over, and who closes it. */
  Descriptor descriptor();

  /** Whether this is the interface that the settings mean. */
  boolean matches(TapSettings settings);

  /**
   * Brings MTU, queue, address, offloads and persistence into force.
   *
   * @return what could not be done, in words; the port works nevertheless
   */
  List<String> configure(TapSettings settings);

  /**
   * Whether the interface outlasts its descriptor, whatever the settings say.
   *
   * @throws IOException if Linux refuses
   */
  void persistent(boolean wanted) throws IOException;

  /** Whether checksums and super-segments were agreed on. */
  boolean hasOffloads();

  /** Bytes of the virtio-net header in front of each frame: 0 if there is none. */
  int headerBytes();

  /** The MTU in force. */
  int mtu();

  /** Whether Linux has the interface up. */
  boolean isUp();

  /**
   * Reads one frame: the virtio-net header right before {@code HEADROOM} of the small buffer, the
   * frame from there on, and what is more behind the same place of the large buffer.
   *
   * @return length of header and frame, or minus the error number
   */
  long read(PacketBuffer small, PacketBuffer large);

  /** Writes one frame, which stays the caller's; negative is minus the error number. */
  long write(PacketBuffer frame);
}
