package io.karavel.shell.internal;

import io.karavel.control.ConfigurationValue;
import io.karavel.control.Configurations;
import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code net:config-reset}. */
@Service
@Command(
    scope = "net",
    name = "config-reset",
    description = "Gives keys, or all keys of a PID, their defaults again",
    detailedDescription = "Example: net:config-reset tcp.synRetries keepalive")
public final class NetConfigResetCommand extends ConfigurationCommand {
  @Argument(name = "key", description = "Keys or PIDs", required = true, multiValued = true)
  @Completion(ConfigurationKeyCompleter.class)
  List<String> keys;

  @Option(
      name = "--dry-run",
      description = "Only lists the connections it would end and those it would touch")
  boolean dryRun;

  /** For the shell. */
  public NetConfigResetCommand() {}

  @Override
  boolean changes() {
    return !dryRun;
  }

  @Override
  void run() throws Exception {
    Configurations configurations = configurations();
    List<String> assignments = new ArrayList<>();
    for (String key : keys) {
      for (ConfigurationValue value : asked(() -> configurations.values(key))) {
        if (value.stored() != null) {
          assignments.add(value.name() + "=");
        }
      }
    }
    if (dryRun) {
      report(asked(() -> configurations.plan(assignments)));
    } else {
      report(asked(() -> configurations.set(assignments, 0, author())));
    }
  }
}
