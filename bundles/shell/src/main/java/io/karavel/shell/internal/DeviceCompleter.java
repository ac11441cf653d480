package io.karavel.shell.internal;

import java.util.Collection;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;

/** Names of the devices. */
@Service
public final class DeviceCompleter extends ApplianceCompleter {
  /** For the shell. */
  public DeviceCompleter() {}

  @Override
  Collection<String> words(Question stack, CommandLine line, ServiceLookup services) {
    return stack.devices();
  }
}
