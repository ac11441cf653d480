package io.karavel.shell.internal;

import io.karavel.control.ConfigurationValue;
import io.karavel.control.Configurations;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;

/** Keys of all PIDs as KEY=, and the values of those that have few, as KEY=VALUE. */
@Service
public final class ConfigurationAssignmentCompleter extends ApplianceCompleter {
  /** For the shell. */
  public ConfigurationAssignmentCompleter() {}

  @Override
  Collection<String> words(Question stack, CommandLine line, ServiceLookup services) {
    List<String> words = new ArrayList<>();
    services
        .find(Configurations.class)
        .ifPresent(
            configurations -> {
              for (ConfigurationValue value : configurations.values()) {
                String name = ConfigurationKeyCompleter.shortened(value.name()) + "=";
                words.add(name);
                for (String choice : choices(value)) {
                  words.add(name + choice);
                }
              }
            });
    return words;
  }

  private static List<String> choices(ConfigurationValue value) {
    return value.setting().type() == Boolean.class
        ? List.of("true", "false")
        : value.setting().choices();
  }
}
