package io.karavel.shell.internal;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;

/** Keys of the device on the command line, as KEY=. */
@Service
public final class DeviceKeyCompleter extends ApplianceCompleter {
  /** For the shell. */
  public DeviceKeyCompleter() {}

  @Override
  Collection<String> words(Question stack, CommandLine line, ServiceLookup services) {
    for (String word : line.getArguments()) {
      Optional<DeviceConfiguration> device = DeviceConfiguration.find(services, word);
      if (device.isPresent()) {
        return device.get().schema().settings().stream().map(s -> s.key() + "=").toList();
      }
    }
    return List.of();
  }
}
