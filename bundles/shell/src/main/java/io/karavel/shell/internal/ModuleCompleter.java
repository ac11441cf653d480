package io.karavel.shell.internal;

import io.karavel.control.Appliance;
import io.karavel.control.ModuleInfo;
import java.util.Collection;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;

/** Names of the bundles whose modules are at work, without their common prefix. */
@Service
public final class ModuleCompleter extends ApplianceCompleter {
  static final String PREFIX = "io.karavel.";

  /** For the shell. */
  public ModuleCompleter() {}

  @Override
  Collection<String> words(Question stack, CommandLine line, ServiceLookup services) {
    return stack.appliance().modules(Appliance.MAIN).stream()
        .map(ModuleInfo::bundle)
        .filter(bundle -> bundle.startsWith(PREFIX))
        .map(bundle -> bundle.substring(PREFIX.length()))
        .distinct()
        .toList();
  }
}
