package io.karavel.shell.internal;

import io.karavel.control.Configurations;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code net:config-rollback}. */
@Service
@Command(
    scope = "net",
    name = "config-rollback",
    description = "Gives the keys of a change the values they had before it",
    detailedDescription = "Example: net:config-rollback 17")
public final class NetConfigRollbackCommand extends ConfigurationCommand {
  @Argument(
      name = "change",
      description = "Its number in net:config-history; the last change unless said")
  @Completion(
      value = StringsCompleter.class,
      values = {"1"})
  long change;

  @Option(
      name = "-f",
      aliases = "--force",
      description = "Also keys that were changed again since then")
  boolean force;

  @Option(
      name = "--dry-run",
      description = "Only lists the connections it would end and those it would touch")
  boolean dryRun;

  /** For the shell. */
  public NetConfigRollbackCommand() {}

  @Override
  boolean changes() {
    return !dryRun;
  }

  @Override
  void run() throws Exception {
    Configurations configurations = configurations();
    if (dryRun) {
      report(asked(() -> configurations.planRollback(change, force)));
    } else {
      report(asked(() -> configurations.rollback(change, force, author())));
    }
  }
}
