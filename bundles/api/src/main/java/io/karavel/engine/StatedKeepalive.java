package io.karavel.engine;

/** A keepalive policy that settings state: the same for every connection. */
public interface StatedKeepalive extends KeepalivePolicy {
  /** The settings. */
  KeepaliveSettings settings();

  @Override
  default boolean enabled(int localPort, int remoteIpv4, int remotePort) {
    return settings().enabledByDefault();
  }

  @Override
  default long idleNanos() {
    return settings().timeSeconds() * 1_000_000_000L;
  }

  @Override
  default long intervalNanos() {
    return settings().intervalSeconds() * 1_000_000_000L;
  }

  @Override
  default int probes() {
    return settings().probes();
  }
}
