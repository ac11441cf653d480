package io.karavel.tcp.internal;

import io.karavel.engine.KeepalivePolicy;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.internal.connection.KeepaliveTimes;
import io.karavel.tcp.spi.StackSocket;

/** Works out how a connection is kept alive: what its socket says, else the policy. */
final class Keepalives {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final TcpLane lane;
  private KeepaliveTimes last = KeepaliveTimes.OFF;
  private int revision;
  private int generation = -1;

  Keepalives(TcpLane lane) {
    this.lane = lane;
  }

  /** Whether the policy is another than when last asked; not while there is none. */
  boolean changed() {
    KeepalivePolicy policy = lane.keepalive.module();
    if (policy == null
        || policy.revision() == revision && lane.keepalive.generation() == generation) {
      return false;
    }
    revision = policy.revision();
    generation = lane.keepalive.generation();
    return true;
  }

  /** The policy in force; null while there is none. */
  KeepalivePolicy policy() {
    return lane.keepalive.module();
  }

  /** Whether connections wait for a policy that is in force. */
  boolean isBehind() {
    KeepalivePolicy policy = policy();
    return policy != null
        && (policy.revision() != revision || lane.keepalive.generation() != generation);
  }

  /** For a connection. */
  KeepaliveTimes times(StackSocket socket, int localPort, int remoteIpv4, int remotePort) {
    return times(policy(), socket, localPort, remoteIpv4, remotePort);
  }

  /** For a connection under some policy, or under none. */
  KeepaliveTimes times(
      KeepalivePolicy policy, StackSocket socket, int localPort, int remoteIpv4, int remotePort) {
    Boolean wanted = socket.option(TcpOption.KEEPALIVE);
    boolean enabled =
        wanted != null
            ? wanted
            : policy != null && policy.enabled(localPort, remoteIpv4, remotePort);
    if (!enabled) {
      return KeepaliveTimes.OFF;
    }
    KeepaliveTimes off = KeepaliveTimes.OFF;
    long idle = policy == null ? off.idleNanos() : policy.idleNanos();
    long interval = policy == null ? off.intervalNanos() : policy.intervalNanos();
    KeepaliveTimes times =
        new KeepaliveTimes(
            true,
            seconds(socket, TcpOption.KEEPALIVE_TIME_SECONDS, idle),
            seconds(socket, TcpOption.KEEPALIVE_INTERVAL_SECONDS, interval),
            socket.optionOr(
                TcpOption.KEEPALIVE_PROBES, policy == null ? off.probes() : policy.probes()));
    if (!times.equals(last)) {
      last = times;
    }
    return last;
  }

  private static long seconds(StackSocket socket, TcpOption<Integer> option, long otherwiseNanos) {
    Integer value = socket.option(option);
    return value == null ? otherwiseNanos : value * NANOS_PER_SECOND;
  }
}
