package io.karavel.shell.internal;

import io.karavel.control.ConfigurationValue;
import io.karavel.control.Configurations;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.karaf.shell.api.console.CommandLine;

/** Words about the keys of all PIDs. */
abstract class ConfigurationCompleter extends ApplianceCompleter {
  /** What can be typed about one key. */
  abstract void add(ConfigurationValue value, Set<String> words);

  @Override
  final Collection<String> words(Question stack, CommandLine line, ServiceLookup services) {
    Set<String> words = new LinkedHashSet<>();
    services
        .find(Configurations.class)
        .ifPresent(found -> found.values().forEach(value -> add(value, words)));
    return words;
  }

  static String shortened(String name) {
    return name.startsWith(ModuleCompleter.PREFIX)
        ? name.substring(ModuleCompleter.PREFIX.length())
        : name;
  }
}
