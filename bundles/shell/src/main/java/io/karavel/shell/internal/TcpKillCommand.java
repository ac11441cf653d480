package io.karavel.shell.internal;

import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpService;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code tcp:kill}. */
@Service
@Command(
    scope = "tcp",
    name = "kill",
    description = "Ends connections and listeners",
    detailedDescription = "Example: tcp:kill -f --fin 42 43")
public final class TcpKillCommand extends ReportingCommand {
  @Argument(
      name = "ids",
      description = "Their numbers, as in tcp:list",
      required = true,
      multiValued = true)
  @Completion(ConnectionCompleter.class)
  List<String> ids;

  @Option(name = "--rst", description = "With RST, at once; what is queued is lost (the default)")
  boolean rst;

  @Option(name = "--fin", description = "In order, with FIN behind what is queued")
  boolean fin;

  @Option(name = "-f", aliases = "--force", description = "Does not ask")
  boolean force;

  @Option(name = "--dry-run", description = "Only shows what would end")
  boolean dryRun;

  /** For the shell. */
  public TcpKillCommand() {}

  @Override
  boolean changes() {
    return !dryRun;
  }

  @Override
  void run() throws Exception {
    if (rst && fin) {
      throw failure("--rst and --fin exclude each other; say one of them");
    }
    Set<Long> wanted = numbers();
    Question ask = ask();
    TcpService tcp = tcp();
    List<TcpConnectionInfo> found = ask.connections(info -> wanted.contains(info.id()), 0);
    Set<Long> missing = new TreeSet<>(wanted);
    found.forEach(info -> missing.remove(info.id()));
    if (found.isEmpty()) {
      throw failure(
          "there is no connection or listener " + join(missing) + "; tcp:list shows what there is");
    }
    List<Long> ended = new ArrayList<>();
    if (dryRun) {
      found.forEach(info -> ended.add(info.id()));
    } else {
      confirm(
          "end "
              + found.stream()
                  .map(info -> info.id() + " (" + info.state() + " " + info.local() + peer(info))
                  .collect(Collectors.joining("), ", "", ")"))
              + (fin ? " with FIN" : " with RST"),
          force);
      for (TcpConnectionInfo info : found) {
        boolean gone =
            info.remote() == null ? close(tcp, info.id()) : ask.tcp(c -> c.kill(info.id(), !fin));
        (gone ? ended : missing).add(info.id());
      }
    }
    new Report()
        .with("ended", ended)
        .with("missing", missing)
        .with("how", fin ? "fin" : "rst")
        .with("dryRun", dryRun)
        .print((dryRun ? "would end " : "ended ") + ended.size() + ": " + join(ended), form());
    if (!missing.isEmpty()) {
      throw failure("not there: " + join(missing) + "; tcp:list shows what there is");
    }
  }

  private Set<Long> numbers() throws CommandException {
    Set<Long> numbers = new TreeSet<>();
    for (String id : ids) {
      if (!id.matches("[0-9]{1,18}")) {
        throw failure(
            "'"
                + id
                + "' is not the number of a connection or listener; options stand before arguments,"
                + " as in 'tcp:kill -f 42'");
      }
      numbers.add(Long.parseLong(id));
    }
    return numbers;
  }

  private static String peer(TcpConnectionInfo info) {
    return info.remote() == null ? "" : " from " + info.remote();
  }

  private static boolean close(TcpService tcp, long id) {
    for (TcpListener listener : tcp.listeners()) {
      if (listener.id() == id) {
        listener.close();
        return true;
      }
    }
    return false;
  }

  private static String join(Iterable<Long> numbers) {
    return Values.text(numbers);
  }
}
