package io.karavel.engine.internal.lane;

import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.TcpModule;
import java.util.Map;

/**
 * What the module of a slot keeps at the sockets, put back there when another one that was tried in
 * its place fails. Only TCP keeps anything. Lane's thread; after a hang, whoever asks its module.
 */
final class SocketStates {
  private final Lane lane;
  private final boolean isTcp;

  /** What comes back if what is tried now fails; null while nothing is tried. */
  private Map<StackEndpoint, Object> atStake;

  SocketStates(Lane lane, String slot) {
    this.lane = lane;
    isTcp = slot.equals(TcpModule.SLOT);
  }

  /** All there is at the moment. */
  Map<StackEndpoint, Object> all() {
    return isTcp ? lane.sockets().moduleStates() : Map.of();
  }

  /** Another module is tried; null when that is decided. */
  void atStake(Map<StackEndpoint, Object> states) {
    atStake = states;
  }

  /** What comes back if what is tried now fails; null if nothing is tried. */
  Map<StackEndpoint, Object> atStake() {
    return atStake;
  }

  /** It failed: the sockets are as they were. */
  void restore(Map<StackEndpoint, Object> states) {
    if (isTcp) {
      lane.sockets().restoreModuleStates(states);
    }
  }

  /** The module has left: no object of it stays at the sockets. */
  void forget() {
    if (isTcp) {
      lane.sockets().forgetModuleStates();
    }
  }
}
