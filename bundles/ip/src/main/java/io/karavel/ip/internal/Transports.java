package io.karavel.ip.internal;

import io.karavel.engine.LaneContext;
import io.karavel.engine.Slot;
import io.karavel.ip.spi.TransportProtocol;
import java.util.ArrayList;
import java.util.List;

/** The slots of the transports by protocol number. Lane's thread. */
final class Transports {
  private static final int PROTOCOLS = 256;

  private final List<Slot<TransportProtocol>> slots = new ArrayList<>(PROTOCOLS);

  Transports(LaneContext context) {
    for (int protocol = 0; protocol < PROTOCOLS; protocol++) {
      String name = TransportProtocol.slotOf(protocol);
      slots.add(name == null ? null : context.slot(name, TransportProtocol.class));
    }
  }

  /** The slot of a protocol number of 0 to 255, or null if none is foreseen. */
  Slot<TransportProtocol> slot(int protocol) {
    return slots.get(protocol);
  }
}
