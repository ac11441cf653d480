package io.karavel.shell.internal;

import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpState;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code tcp:list}. */
@Service
@Command(
    scope = "tcp",
    name = "list",
    description = "Connections and listeners of the stack",
    detailedDescription =
        "Example: tcp:list --peer 10.77.0.0/24 'state established and not sport = :7'")
public final class TcpListCommand extends ListCommand {
  @Argument(
      name = "filter",
      description =
          "A filter as ss takes it, in quotes: state, exclude, src, dst, sport, dport, and, or,"
              + " not, parentheses",
      multiValued = true)
  @Completion(FilterCompleter.class)
  List<String> filter;

  @Option(
      name = "--state",
      aliases = "-s",
      description = "Only those in this state; may be given several times",
      multiValued = true)
  @Completion(
      value = StringsCompleter.class,
      values = {
        "LISTEN",
        "SYN-SENT",
        "SYN-RECEIVED",
        "ESTABLISHED",
        "FIN-WAIT-1",
        "FIN-WAIT-2",
        "CLOSE-WAIT",
        "CLOSING",
        "LAST-ACK",
        "TIME-WAIT"
      })
  List<String> states;

  @Option(
      name = "--local",
      description = "Only those with this local ADDRESS, ADDRESS/LENGTH, :PORT or both")
  @Completion(LocalEndpointCompleter.class)
  String local;

  @Option(
      name = "--peer",
      description = "Only those with this peer: ADDRESS, ADDRESS/LENGTH, :PORT or both")
  @Completion(PeerEndpointCompleter.class)
  String peer;

  @Option(name = "--owner", description = "Only those whose owner begins so")
  @Completion(OwnerCompleter.class)
  String owner;

  @Option(name = "--listening", aliases = "-l", description = "Only listeners")
  boolean listening;

  @Option(name = "--connected", aliases = "-c", description = "No listeners")
  boolean connected;

  /** For the shell. */
  public TcpListCommand() {}

  @Override
  void run() throws Exception {
    Predicate<TcpConnectionInfo> wanted = options();
    if (filter != null) {
      wanted = wanted.and(SocketFilter.parse(String.join(" ", filter)));
    }
    List<TcpConnectionInfo> found = new ArrayList<>(ask().connections(wanted, lookFor()));
    print(columns(), found, "nothing matches; without options everything is shown");
  }

  private Predicate<TcpConnectionInfo> options() {
    Set<TcpState> wanted = EnumSet.noneOf(TcpState.class);
    if (states != null) {
      states.forEach(name -> wanted.add(TcpState.parse(name)));
    }
    EndpointPattern localPattern = local == null ? null : EndpointPattern.parse(local);
    EndpointPattern peerPattern = peer == null ? null : EndpointPattern.parse(peer);
    return info ->
        (wanted.isEmpty() || wanted.contains(info.state()))
            && (!listening || info.state() == TcpState.LISTEN)
            && (!connected || info.state() != TcpState.LISTEN)
            && (owner == null || info.owner().startsWith(owner))
            && (localPattern == null || localPattern.test(info.local()))
            && (peerPattern == null || peerPattern.test(info.remote()));
  }

  static Listing<TcpConnectionInfo> columns() {
    return new Listing<TcpConnectionInfo>()
        .number("id", TcpConnectionInfo::id)
        .column("state", TcpConnectionInfo::state)
        .number("recvQ", TcpConnectionInfo::receiveQueue)
        .number("sendQ", TcpConnectionInfo::sendQueue)
        .column("local", TcpConnectionInfo::local)
        .column("peer", TcpConnectionInfo::remote)
        .column("timer", TcpConnectionInfo::timer)
        .number(
            "timerMillis", info -> info.timer().isEmpty() ? null : Values.millis(info.timerNanos()))
        .number("timerCount", TcpConnectionInfo::timerCount)
        .column("owner", TcpConnectionInfo::owner);
  }
}
