package io.karavel.shell.internal;

import io.karavel.shell.internal.doctor.Checks;
import io.karavel.shell.internal.doctor.Finding;
import java.io.PrintStream;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code net:doctor}. */
@Service
@Command(
    scope = "net",
    name = "doctor",
    description = "What is wrong: each symptom with its cause and the command to run",
    detailedDescription = "Example: net:doctor --sample 5000")
public final class NetDoctorCommand extends ReportingCommand {
  @Option(
      name = "--sample",
      description = "Milliseconds that are watched, 0 to 60000: what happens in them goes on",
      valueToShowInHelp = "1000")
  @Completion(
      value = StringsCompleter.class,
      values = {"0", "1000", "5000"})
  int sampleMillis = 1000;

  @Option(name = "--now", description = "Only what goes on, not what has happened since the start")
  boolean onlyNow;

  Rates.Pause pause = Thread::sleep;
  LongSupplier nanoClock = System::nanoTime;

  /** For the shell. */
  public NetDoctorCommand() {}

  @Override
  void run() throws Exception {
    checkRange("--sample", sampleMillis, 0, 60000);
    Examination examination = new Examination(ask(), services());
    List<Finding> findings =
        Checks.examine(examination.snapshot(sampleMillis, pause, nanoClock)).stream()
            .filter(finding -> finding.now() || !onlyNow)
            .toList();
    if (form() != Form.TABLE) {
      columns().print(findings, form(), false, "");
      return;
    }
    PrintStream out = out();
    if (findings.isEmpty()) {
      out.println("nothing is wrong: " + Checks.ALL.size() + " checks");
    }
    for (Finding finding : findings) {
      out.println(finding.name() + (finding.now() ? "" : " (earlier)") + ": " + finding.symptom());
      out.println("  cause: " + finding.cause());
      out.println("  run:   " + finding.command());
    }
  }

  private static Listing<Finding> columns() {
    return new Listing<Finding>()
        .column("finding", Finding::name)
        .column("now", Finding::now)
        .column("symptom", Finding::symptom)
        .column("cause", Finding::cause)
        .column("command", Finding::command);
  }
}
