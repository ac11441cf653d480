package io.karavel.ip.spi;

import io.karavel.address.IpAddress;
import io.karavel.engine.LaneFence;
import java.util.Set;

/**
 * The addresses a stack owns right now: a lasting object ({@link
 * io.karavel.engine.LaneContext#shared}) that the IP module publishes to and that binding sockets
 * look at. While IP is away, what it said last holds. Any thread.
 */
public final class LocalAddresses {
  private volatile Set<IpAddress> addresses = Set.of();

  /** No addresses yet. */
  public LocalAddresses() {}

  /** Replaces them all. */
  public void publish(Set<IpAddress> all) {
    LaneFence.pass();
    addresses = Set.copyOf(all);
  }

  /** Whether an address is one of them, or a loopback address. */
  public boolean contains(IpAddress address) {
    return addresses.contains(address) || address.isLoopback();
  }

  /** All of them. */
  public Set<IpAddress> all() {
    return addresses;
  }
}
