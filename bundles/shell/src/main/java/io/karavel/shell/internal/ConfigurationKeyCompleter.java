package io.karavel.shell.internal;

import io.karavel.control.ConfigurationValue;
import java.util.Set;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Keys of all PIDs, as tcp.synRetries, and the PIDs themselves. */
@Service
public final class ConfigurationKeyCompleter extends ConfigurationCompleter {
  /** For the shell. */
  public ConfigurationKeyCompleter() {}

  @Override
  void add(ConfigurationValue value, Set<String> words) {
    words.add(shortened(value.pid()));
    words.add(shortened(value.name()));
  }
}
