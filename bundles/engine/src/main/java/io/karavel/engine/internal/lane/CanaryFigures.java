package io.karavel.engine.internal.lane;

import io.karavel.control.ConnectionFigures;
import io.karavel.engine.Counters;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.TcpSummary;
import io.karavel.tcp.spi.SharesConnections;
import java.util.Map;

/** What two TCP modules of a lane have counted since they share it. Lane's thread. */
public final class CanaryFigures {
  private final Counters whole;
  private final Counters guests;
  private final Map<String, Long> before;

  /**
   * From now on.
   *
   * @param whole the counters that the host counts in
   * @param guests the part of them that the guest counts in
   */
  CanaryFigures(Counters whole, Counters guests) {
    this.whole = whole;
    this.guests = guests;
    before = whole.ownSnapshot();
  }

  /**
   * Both.
   *
   * @param moved how many connections the guest began with
   */
  public record Comparison(int moved, ConnectionFigures host, ConnectionFigures guest) {}

  Comparison compare(
      int moved,
      TcpSummary hosts,
      SharesConnections host,
      TcpSummary guest,
      SharesConnections guests) {
    return new Comparison(
        moved,
        side(hosts, host, whole.ownSnapshot(), before),
        side(guest, guests, this.guests.snapshot(), Map.of()));
  }

  private static ConnectionFigures side(
      TcpSummary summary,
      SharesConnections module,
      Map<String, Long> now,
      Map<String, Long> before) {
    int connections = 0;
    for (Map.Entry<TcpState, Integer> entry : summary.byState().entrySet()) {
      connections += entry.getKey() == TcpState.LISTEN ? 0 : entry.getValue();
    }
    return new ConnectionFigures(
        connections,
        since(now, before, "Tcp.OutSegs"),
        since(now, before, "Tcp.RetransSegs"),
        since(now, before, "Tcp.EstabResets"),
        module.meanRttNanos());
  }

  private static long since(Map<String, Long> now, Map<String, Long> before, String name) {
    return now.getOrDefault(name, 0L) - before.getOrDefault(name, 0L);
  }

  /** The guest counts no more. */
  void end() {
    whole.absorb();
  }
}
