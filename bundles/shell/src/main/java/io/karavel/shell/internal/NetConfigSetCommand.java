package io.karavel.shell.internal;

import io.karavel.control.Configurations;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code net:config-set}. */
@Service
@Command(
    scope = "net",
    name = "config-set",
    description = "Changes keys of any PIDs together or not at all, and says how it was taken",
    detailedDescription =
        "Example: net:config-set --confirm 60s tcp.synRetries=3 net.ipv4.ip_default_ttl=70")
public final class NetConfigSetCommand extends ConfigurationCommand {
  @Argument(
      name = "assignment",
      description = "KEY=VALUE; an empty value is the default",
      required = true,
      multiValued = true)
  @Completion(ConfigurationAssignmentCompleter.class)
  List<String> assignments;

  @Option(
      name = "--confirm",
      description = "Goes back after this time, such as 60s or 5m, unless net:config-confirm comes")
  @Completion(
      value = StringsCompleter.class,
      values = {"60s", "5m"})
  String confirm = "";

  @Option(
      name = "--dry-run",
      description = "Only lists the connections it would end and those it would touch")
  boolean dryRun;

  /** For the shell. */
  public NetConfigSetCommand() {}

  @Override
  boolean changes() {
    return !dryRun;
  }

  @Override
  void run() throws Exception {
    Configurations configurations = configurations();
    int seconds = confirm.isEmpty() ? 0 : seconds(confirm);
    if (dryRun) {
      report(asked(() -> configurations.plan(assignments)));
    } else {
      report(asked(() -> configurations.set(assignments, seconds, author())));
    }
  }

  private static int seconds(String text) throws CommandException {
    if (!text.matches("[0-9]{1,5}[sm]?")) {
      throw failure("--confirm = " + text + " is refused: a number with s or m, such as 60s");
    }
    int number = Integer.parseInt(text.replaceAll("[sm]$", ""));
    int seconds = text.endsWith("m") ? number * 60 : number;
    checkRange("--confirm", seconds, 1, 86_400);
    return seconds;
  }
}
