package io.karavel.shell.internal;

import io.karavel.control.ModuleSwaps;
import io.karavel.control.ModuleVersion;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code net:module-list}. */
@Service
@Command(
    scope = "net",
    name = "module-list",
    description = "The bundles of Karavel: versions, slots, features and what differs from them",
    detailedDescription = "Example: net:module-list")
public final class NetModuleListCommand extends ListCommand {
  /** For the shell. */
  public NetModuleListCommand() {}

  @Override
  void run() throws Exception {
    ModuleSwaps swaps = swaps();
    print(
        new Listing<ModuleVersion>()
            .column("bundle", ModuleVersion::bundle)
            .number("id", ModuleVersion::bundleId)
            .column("version", ModuleVersion::version)
            .column("state", ModuleVersion::state)
            .number("slots", ModuleVersion::slots)
            .column("feature", ModuleVersion::feature)
            .column("differs", ModuleVersion::differs),
        swaps.versions(),
        "no bundle of Karavel is installed");
  }
}
