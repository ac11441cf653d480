package io.karavel.tcp.internal.connection;

/**
 * How one connection is kept alive, policy and socket options worked together. Immutable, shared by
 * all connections with equal values.
 *
 * @param enabled whether idle connections are probed
 * @param idleNanos idle time before the first probe
 * @param intervalNanos time between probes
 * @param probes unanswered probes until the end, 1 to 127
 */
public record KeepaliveTimes(boolean enabled, long idleNanos, long intervalNanos, int probes) {
  /** No probes. */
  public static final KeepaliveTimes OFF =
      new KeepaliveTimes(false, 7_200_000_000_000L, 75_000_000_000L, 10);
}
