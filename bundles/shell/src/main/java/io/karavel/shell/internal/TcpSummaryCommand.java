package io.karavel.shell.internal;

import io.karavel.tcp.TcpState;
import io.karavel.tcp.TcpSummary;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code tcp:summary}. */
@Service
@Command(
    scope = "tcp",
    name = "summary",
    description = "Connections in numbers, and the queues of the listeners",
    detailedDescription = "Example: tcp:summary")
public final class TcpSummaryCommand extends ReportingCommand {
  /** For the shell. */
  public TcpSummaryCommand() {}

  @Override
  void run() throws Exception {
    TcpSummary summary = ask().tcp(tcp -> tcp.summary());
    List<Map.Entry<TcpState, Integer>> states = List.copyOf(summary.byState().entrySet());
    Listing<Map.Entry<TcpState, Integer>> stateColumns =
        new Listing<Map.Entry<TcpState, Integer>>()
            .column("state", Map.Entry::getKey)
            .number("connections", Map.Entry::getValue);
    PrintStream out = out();
    switch (form()) {
      case JSON -> {
        Map<String, Object> counts = new LinkedHashMap<>();
        states.forEach(state -> counts.put(state.getKey().label(), state.getValue()));
        new Report()
            .with("connections", counts)
            .with("orphans", summary.orphans())
            .with("bufferBytes", summary.bufferBytes())
            .with("bufferLimitBytes", summary.bufferLimitBytes())
            .with("listeners", listeners().asMaps(summary.listeners()))
            .print("", Form.JSON);
      }
      case PLAIN -> {
        stateColumns.plain(out, "state\t", states);
        out.println("orphans\t" + summary.orphans());
        out.println("buffers\t" + summary.bufferBytes() + "\t" + summary.bufferLimitBytes());
        listeners().plain(out, "listener\t", summary.listeners());
      }
      case TABLE -> {
        stateColumns.table(out, states, isColoured(), "no connections");
        out.println();
        out.println(
            "orphans "
                + summary.orphans()
                + ", buffers "
                + summary.bufferBytes()
                + " of "
                + summary.bufferLimitBytes()
                + " bytes");
        out.println();
        listeners().table(out, summary.listeners(), isColoured(), "nothing listens");
      }
    }
  }

  private static Listing<TcpSummary.Listener> listeners() {
    return new Listing<TcpSummary.Listener>()
        .number("id", TcpSummary.Listener::id)
        .column("local", TcpSummary.Listener::local)
        .number("synQueue", TcpSummary.Listener::synQueue)
        .number("synBacklog", TcpSummary.Listener::synBacklog)
        .number("acceptQueue", TcpSummary.Listener::acceptQueue)
        .number("backlog", TcpSummary.Listener::backlog)
        .number("accepted", TcpSummary.Listener::accepted)
        .number("overflows", TcpSummary.Listener::overflows)
        .number("synDrops", TcpSummary.Listener::synDrops)
        .number("cookiesSent", TcpSummary.Listener::cookiesSent);
  }
}
