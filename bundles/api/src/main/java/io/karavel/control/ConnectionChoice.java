package io.karavel.control;

import io.karavel.address.IpAddress;
import java.util.Optional;

/**
 * One connection: by its number, or the next one to be opened between these ends.
 *
 * @param stack name of the stack
 * @param id the number that {@code tcp:list} shows; 0 for one that is not opened yet
 * @param localPort our port; 0 for any
 * @param peer the peer's address; empty for any
 * @param peerPort the peer's port; 0 for any
 */
public record ConnectionChoice(
    String stack, long id, int localPort, Optional<IpAddress> peer, int peerPort) {
  /** A connection that exists. */
  public static ConnectionChoice ofId(String stack, long id) {
    return new ConnectionChoice(stack, id, 0, Optional.empty(), 0);
  }

  /**
   * Checks the ports.
   *
   * @throws IllegalArgumentException if one is outside 0 to 65535
   */
  public ConnectionChoice {
    if (localPort < 0 || localPort > 65_535 || peerPort < 0 || peerPort > 65_535) {
      throw new IllegalArgumentException("a port is refused: the range is 0 to 65535");
    }
  }
}
