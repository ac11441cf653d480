package io.karavel.shell.internal;

import io.karavel.control.ConnectionChoice;
import io.karavel.control.ConnectionTraces;
import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code tcp:trace}. */
@Service
@Command(
    scope = "tcp",
    name = "trace",
    description = "Draws the segments and states of a connection as they happen",
    detailedDescription = "Example: tcp:trace --local :80 --time 60")
public final class TcpTraceCommand extends ConnectionCommand {
  @Argument(name = "id", description = "Its number, as in tcp:list")
  @Completion(ConnectionCompleter.class)
  long id;

  @Option(
      name = "-c",
      aliases = "--count",
      description = "Ends after so many segments; 0 is no limit",
      valueToShowInHelp = "0")
  @Completion(
      value = StringsCompleter.class,
      values = {"10", "100"})
  long count;

  @Option(
      name = "--time",
      description = "Ends after so many seconds; 0 is no limit",
      valueToShowInHelp = "60")
  @Completion(
      value = StringsCompleter.class,
      values = {"10", "60", "0"})
  double seconds = 60;

  /** For the shell. */
  public TcpTraceCommand() {}

  @Override
  boolean changes() {
    return true;
  }

  @Override
  void run() throws Exception {
    checkRange("-c", (double) count, 0, 1_000_000_000);
    checkRange("--time", seconds, 0, 1_000_000);
    ask();
    ConnectionTraces traces =
        services()
            .find(ConnectionTraces.class)
            .orElseThrow(
                () ->
                    failure(
                        "diagnostics: not running; start it with"
                            + " 'bundle:start io.karavel.diagnostics'"));
    ConnectionChoice choice = choice(id);
    List<String> lines = new ArrayList<>();
    traces.trace(
        choice,
        count,
        Math.round(seconds * 1000),
        line -> {
          lines.add(line);
          if (form() != Form.JSON) {
            out().println(line);
            deliver();
          }
        });
    if (form() == Form.JSON) {
      new Report().with("lines", lines).print("", form());
    }
  }
}
