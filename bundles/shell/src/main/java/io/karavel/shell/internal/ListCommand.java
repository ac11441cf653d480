package io.karavel.shell.internal;

import java.io.IOException;
import java.util.List;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** A command that lists rows: they end at a limit, and it says so. */
abstract class ListCommand extends ReportingCommand {
  @Option(name = "--limit", description = "Most rows to show; 0 is all", valueToShowInHelp = "200")
  @Completion(
      value = StringsCompleter.class,
      values = {"0", "50", "200", "1000"})
  int limit = 200;

  /** How many rows to look for: one more than is shown, to know whether there are more. */
  final int lookFor() throws CommandException {
    checkRange("--limit", limit, 0, 1_000_000);
    return limit == 0 ? 0 : limit + 1;
  }

  /**
   * Prints rows up to the limit. That there are more is said below a table, else on standard error,
   * where it does not disturb a script.
   */
  final <R> void print(Listing<R> listing, List<R> rows, String empty)
      throws CommandException, IOException {
    boolean more = lookFor() != 0 && rows.size() > limit;
    listing.print(more ? rows.subList(0, limit) : rows, form(), isColoured(), empty);
    if (more) {
      (form() == Form.TABLE ? System.out : System.err)
          .println("only the first " + limit + " are shown; --limit 0 shows all");
    }
  }
}
