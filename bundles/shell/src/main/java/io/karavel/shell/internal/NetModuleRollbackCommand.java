package io.karavel.shell.internal;

import io.karavel.control.ModuleSwaps;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code net:module-rollback}. */
@Service
@Command(
    scope = "net",
    name = "module-rollback",
    description = "Undoes a watched swap or a canary, or goes back to the version before it",
    detailedDescription = "Example: net:module-rollback tcp")
public final class NetModuleRollbackCommand extends SwapReporting {
  @Argument(name = "module", description = "The module: timer, ip, tcp …", required = true)
  @Completion(ModuleCompleter.class)
  String module;

  /** For the shell. */
  public NetModuleRollbackCommand() {}

  @Override
  boolean changes() {
    return true;
  }

  @Override
  void run() throws Exception {
    ModuleSwaps swaps = swaps();
    report(() -> swaps.rollback(module, progress()));
  }
}
