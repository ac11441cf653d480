package io.karavel.shell.internal;

import io.karavel.control.ConfigurationValue;
import java.util.List;
import java.util.Set;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Keys of all PIDs as KEY=, and the values of those that have few, as KEY=VALUE. */
@Service
public final class ConfigurationAssignmentCompleter extends ConfigurationCompleter {
  /** For the shell. */
  public ConfigurationAssignmentCompleter() {}

  @Override
  void add(ConfigurationValue value, Set<String> words) {
    String name = shortened(value.name()) + "=";
    words.add(name);
    for (String choice : choices(value)) {
      words.add(name + choice);
    }
  }

  private static List<String> choices(ConfigurationValue value) {
    return value.setting().type() == Boolean.class
        ? List.of("true", "false")
        : value.setting().choices();
  }
}
