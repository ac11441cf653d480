package io.karavel.shell.internal;

import io.karavel.control.ModuleSwaps;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code net:module-promote}. */
@Service
@Command(
    scope = "net",
    name = "module-promote",
    description = "Has a canary take all connections, watches and commits it",
    detailedDescription = "Example: net:module-promote --watch 30s tcp")
public final class NetModulePromoteCommand extends SwapReporting {
  @Argument(name = "module", description = "The module: tcp", required = true)
  @Completion(ModuleCompleter.class)
  String module;

  @Option(
      name = "--watch",
      description =
          "How long it is watched before it is committed, such as 30s or 5m; watchSeconds of"
              + " io.karavel.control unless said")
  @Completion(
      value = StringsCompleter.class,
      values = {"0s", "30s", "5m"})
  String watch;

  /** For the shell. */
  public NetModulePromoteCommand() {}

  @Override
  boolean changes() {
    return true;
  }

  @Override
  void run() throws Exception {
    int seconds =
        watch == null ? ModuleSwaps.WATCH_AS_CONFIGURED : NetModuleSwapCommand.seconds(watch);
    ModuleSwaps swaps = swaps();
    report(() -> swaps.promote(module, seconds, progress()));
  }
}
