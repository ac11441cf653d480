package io.karavel.shell.internal;

import io.karavel.control.ConfigurationValue;
import io.karavel.control.Configurations;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;

/** Keys of all PIDs, as tcp.synRetries, and the PIDs themselves. */
@Service
public final class ConfigurationKeyCompleter extends ApplianceCompleter {
  /** For the shell. */
  public ConfigurationKeyCompleter() {}

  @Override
  Collection<String> words(Question stack, CommandLine line, ServiceLookup services) {
    Set<String> words = new LinkedHashSet<>();
    services
        .find(Configurations.class)
        .ifPresent(
            configurations -> {
              for (ConfigurationValue value : configurations.values()) {
                words.add(shortened(value.pid()));
                words.add(shortened(value.name()));
              }
            });
    return words;
  }

  static String shortened(String name) {
    return name.startsWith(ModuleCompleter.PREFIX)
        ? name.substring(ModuleCompleter.PREFIX.length())
        : name;
  }
}
