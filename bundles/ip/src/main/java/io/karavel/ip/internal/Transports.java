package io.karavel.ip.internal;

import io.karavel.engine.LaneContext;
import io.karavel.engine.Slot;
import io.karavel.ip.spi.TransportProtocol;

/** The slots of the transports by protocol number. Lane's thread. */
final class Transports {
  private final Slot<TransportProtocol> tcp;

  Transports(LaneContext context) {
    tcp = context.slot(TransportProtocol.slotOf(TransportProtocol.TCP), TransportProtocol.class);
  }

  /** The slot of a protocol number, or null if none is foreseen. */
  Slot<TransportProtocol> slot(int protocol) {
    return protocol == TransportProtocol.TCP ? tcp : null;
  }
}
