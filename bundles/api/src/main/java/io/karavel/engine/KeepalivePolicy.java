package io.karavel.engine;

/**
 * Decides whether and how idle connections are probed (RFC 9293 §3.8.4). The module of slot {@code
 * "keepalive"}; TCP asks it when a connection opens and again when {@link #revision()} has moved.
 * What a socket sets for itself goes before the policy.
 */
public interface KeepalivePolicy {
  /** The slot of the policy. */
  String SLOT = "keepalive";

  /** Grows with every change. */
  int revision();

  /** Whether a connection that does not say so itself is kept alive. */
  boolean enabled(int localPort, int remoteIpv4, int remotePort);

  /** Idle time before the first probe, in nanoseconds. */
  long idleNanos();

  /** Time between probes, in nanoseconds. */
  long intervalNanos();

  /** Unanswered probes after which the connection is given up, 1 to 127. */
  int probes();
}
