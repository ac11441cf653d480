package io.karavel.tcp.spi;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.engine.KeepaliveSettings;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpExplanation;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpSummary;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What the shell asks of TCP, through {@link io.karavel.control.Appliance#query}. Lane's thread.
 */
public interface TcpControl {
  /**
   * One page of a stable walk over listeners, embryos, connections and TIME-WAIT records.
   *
   * @param cursor 0 to begin, then {@link Page#next}
   * @param examine how many entries to look at, so that a turn stays short: 1 to 1024
   * @param filter what to return
   */
  Page list(long cursor, int examine, Predicate<? super TcpConnectionInfo> filter);

  /** One connection with all details; null if it is not there. */
  TcpConnectionInfo info(long id);

  /**
   * Why a connection, listener or TIME-WAIT record is as it is; of a socket whose connection is
   * over too, and of the last ones of which no socket is left. Null if it is not there.
   */
  default TcpExplanation why(long id) {
    return null;
  }

  /** The same for what has no number yet, such as an embryo, by its ends. */
  default TcpExplanation why(IpEndpoint local, IpEndpoint remote) {
    return null;
  }

  /** The numbers. */
  TcpSummary summary();

  /**
   * Ends a connection for the operator.
   *
   * @param reset true sends RST and reports CONNECTION_ABORTED, false closes in order
   * @return false if it is not there
   */
  boolean kill(long id, boolean reset);

  /**
   * One page of what would become of connections, embryos and TIME-WAIT records if settings came
   * into force now; nothing changes. Empty for a stack that the configuration does not govern.
   *
   * @param settings the settings proposed; null for those in force
   * @param keepalive the keepalive policy proposed; null for the one in force
   * @param cursor 0 to begin, then {@link Prospect#next}
   * @param examine how many entries to look at: 1 to 1024
   */
  default Prospect prospect(
      TcpSettings settings, KeepaliveSettings keepalive, long cursor, int examine) {
    return new Prospect(Map.of(), List.of(), 0);
  }

  /** {@link #fastOpenBytes}: switched off. */
  int FAST_OPEN_OFF = -2;

  /**
   * Most bytes that a SYN to a peer could carry (Fast Open), as far as we know it.
   *
   * @return -1 if we have no cookie of that peer, or do without Fast Open for a while; {@link
   *     #FAST_OPEN_OFF} if {@code fastOpen} keeps sockets from it
   */
  default int fastOpenBytes(IpAddress peer) {
    return FAST_OPEN_OFF;
  }

  /**
   * A page of the walk.
   *
   * @param entries what passed the filter
   * @param next the cursor of the next page; 0 at the end
   */
  record Page(List<TcpConnectionInfo> entries, long next) {}

  /**
   * A page of what would be.
   *
   * @param ended what would end at once, and why
   * @param touched what would go on with the new values
   * @param next the cursor of the next page; 0 at the end
   */
  record Prospect(
      Map<TcpConnectionInfo, String> ended, List<TcpConnectionInfo> touched, long next) {}
}
