package io.karavel.engine.internal.lane;

import io.karavel.packet.PacketBuffer;
import java.nio.ByteBuffer;

/**
 * Remembers where the frame lies that is being served, so that its bytes can be read if that ends
 * in an exception. The bytes stay in the buffer's memory even when the module has let go of it,
 * until it is used again. Lane's thread.
 */
final class SuspectFrame {
  private static final int MOST_BYTES = 65_535;

  private ByteBuffer memory;
  private int offset;
  private int length;
  private String interfaceName = "";
  private boolean ethernet;
  private ByteBuffer copy;
  private boolean inService;

  /** A frame is about to be served. */
  void serving(PacketBuffer frame) {
    memory = frame.memory();
    offset = frame.offset();
    length = frame.linearLength();
    inService = true;
  }

  /** It has been served. */
  void served() {
    inService = false;
  }

  /** Whether a frame is being served. */
  boolean isInService() {
    return inService;
  }

  /** Serving it threw: its bytes are read now. */
  void threw(String device, boolean withEthernet) {
    inService = false;
    interfaceName = device;
    ethernet = withEthernet;
    byte[] bytes = new byte[Math.min(length, MOST_BYTES)];
    memory.get(offset, bytes);
    copy = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }

  /** The bytes of the frame that threw, or null if none did. */
  ByteBuffer bytes() {
    return copy;
  }

  String interfaceName() {
    return copy == null ? "" : interfaceName;
  }

  boolean ethernet() {
    return ethernet;
  }

  /** The crash has been dealt with. */
  void forget() {
    copy = null;
  }
}
