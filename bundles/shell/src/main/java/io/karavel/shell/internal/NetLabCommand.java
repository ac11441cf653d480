package io.karavel.shell.internal;

import io.karavel.control.ConnectionChoice;
import io.karavel.control.LossLaboratory;
import io.karavel.control.LossReport;
import io.karavel.control.LostMessage;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code net:lab}. */
@Service
@Command(
    scope = "net",
    name = "lab",
    description = "Loses messages of one connection and holds the timetable against it",
    detailedDescription = "Example: net:lab --local :80 --message syn-ack --times 2 lose")
public final class NetLabCommand extends ConnectionCommand {
  @Argument(name = "action", description = "lose", required = true)
  @Completion(
      value = StringsCompleter.class,
      values = {"lose"})
  String action;

  @Option(
      name = "--connection",
      description = "Number of the connection, as in tcp:list",
      valueToShowInHelp = "0")
  @Completion(ConnectionCompleter.class)
  long connection;

  @Option(
      name = "--message",
      description = "What to lose: syn, syn-ack, ack, fin1, fin1-ack, fin2 or fin2-ack")
  @Completion(
      value = StringsCompleter.class,
      values = {"syn", "syn-ack", "ack", "fin1", "fin1-ack", "fin2", "fin2-ack"})
  String message;

  @Option(name = "--times", description = "How often, 1 to 1000", valueToShowInHelp = "1")
  @Completion(
      value = StringsCompleter.class,
      values = {"1", "2", "3", "1000"})
  int times = 1;

  @Option(
      name = "--time",
      description = "Ends after so many seconds, 1 to 86400",
      valueToShowInHelp = "300")
  @Completion(
      value = StringsCompleter.class,
      values = {"60", "300"})
  double seconds = 300;

  /** For the shell. */
  public NetLabCommand() {}

  @Override
  boolean changes() {
    return true;
  }

  @Override
  void run() throws Exception {
    if (!action.equals("lose")) {
      throw failure("'" + action + "' is no experiment; there is lose");
    }
    checkRange("--time", seconds, 1, 86_400);
    ask();
    LossLaboratory laboratory =
        services()
            .find(LossLaboratory.class)
            .orElseThrow(
                () ->
                    failure(
                        "diagnostics: not running; start it with"
                            + " 'bundle:start io.karavel.diagnostics'"));
    if (message == null) {
      throw failure(
          "which message? say --message syn, syn-ack, ack, fin1, fin1-ack, fin2 or fin2-ack");
    }
    ConnectionChoice choice = choice(connection);
    LossReport report =
        laboratory.lose(
            choice,
            LostMessage.parse(message),
            times,
            Math.round(seconds * 1000),
            line -> {
              if (form() == Form.TABLE) {
                out().println(line);
                deliver();
              }
            });
    Listing<LossReport.Step> steps =
        new Listing<LossReport.Step>()
            .number(
                "predictedMillis",
                step -> step.predictedNanos() < 0 ? null : Values.millis(step.predictedNanos()))
            .number("happenedMillis", step -> Values.millis(step.happenedNanos()))
            .column("what", LossReport.Step::what);
    switch (form()) {
      case TABLE -> out().println("lost " + report.lost() + " times; " + report.ending());
      case PLAIN -> steps.plain(out(), "", report.steps());
      case JSON ->
          new Report()
              .with("lost", report.lost())
              .with("ending", report.ending())
              .with("steps", steps.asMaps(report.steps()))
              .print("", form());
    }
  }
}
