package io.karavel.shell.internal;

import io.karavel.control.Appliance;
import io.karavel.control.ModuleInfo;
import io.karavel.control.ModuleSwaps;
import io.karavel.control.ModuleVersion;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;

/** Names of the bundles that can be swapped, without their common prefix. */
@Service
public final class ModuleCompleter extends ApplianceCompleter {
  static final String PREFIX = "io.karavel.";

  private static final Set<String> UNSWAPPABLE =
      Set.of(PREFIX + "api", PREFIX + "engine", PREFIX + "linux", PREFIX + "control");

  /** For the shell. */
  public ModuleCompleter() {}

  @Override
  Collection<String> words(Question stack, CommandLine line, ServiceLookup services) {
    return Stream.concat(
            stack.appliance().modules(Appliance.MAIN).stream().map(ModuleInfo::bundle),
            services.find(ModuleSwaps.class).stream()
                .flatMap(swaps -> swaps.versions().stream())
                .map(ModuleVersion::bundle)
                .filter(bundle -> !UNSWAPPABLE.contains(bundle)))
        .filter(bundle -> bundle.startsWith(PREFIX))
        .map(bundle -> bundle.substring(PREFIX.length()))
        .distinct()
        .toList();
  }
}
