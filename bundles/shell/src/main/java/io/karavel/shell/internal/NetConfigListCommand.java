package io.karavel.shell.internal;

import io.karavel.control.ConfigurationValue;
import java.util.List;
import java.util.Locale;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code net:config-list}. */
@Service
@Command(
    scope = "net",
    name = "config-list",
    description = "Every key with its value, default, range and who changed it last",
    detailedDescription = "Example: net:config-list tcp.syn")
public final class NetConfigListCommand extends ConfigurationCommand {
  @Argument(name = "part", description = "Only keys whose name has this in it")
  @Completion(ConfigurationKeyCompleter.class)
  String part = "";

  @Option(name = "--changed", description = "Only keys that are not at their default")
  boolean changed;

  /** For the shell. */
  public NetConfigListCommand() {}

  @Override
  void run() throws Exception {
    String wanted = part.toLowerCase(Locale.ROOT);
    List<ConfigurationValue> values =
        configurations().values().stream()
            .filter(v -> v.name().toLowerCase(Locale.ROOT).contains(wanted))
            .filter(v -> !changed || v.stored() != null)
            .toList();
    print(valueColumns(), values, "no key has '" + part + "' in its name");
  }
}
