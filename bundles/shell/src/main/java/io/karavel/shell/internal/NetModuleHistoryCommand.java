package io.karavel.shell.internal;

import io.karavel.control.ModuleSwaps;
import io.karavel.control.SwapRecord;
import java.time.temporal.ChronoUnit;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code net:module-history}. */
@Service
@Command(
    scope = "net",
    name = "module-history",
    description = "The swaps of modules so far, latest first",
    detailedDescription = "Example: net:module-history")
public final class NetModuleHistoryCommand extends ListCommand {
  /** For the shell. */
  public NetModuleHistoryCommand() {}

  @Override
  void run() throws Exception {
    ModuleSwaps swaps = swaps();
    print(listing(), swaps.history(), "no module was swapped yet");
  }

  static Listing<SwapRecord> listing() {
    return new Listing<SwapRecord>()
        .column("time", swap -> swap.time().truncatedTo(ChronoUnit.SECONDS))
        .column("bundle", SwapRecord::bundle)
        .column("from", SwapRecord::from)
        .column("to", SwapRecord::to)
        .column("result", SwapRecord::result)
        .number("slots", SwapRecord::slots)
        .number("connections", SwapRecord::connections)
        .number("pauseMillis", swap -> swap.longestPauseNanos() / 1e6)
        .number("wholeMillis", swap -> swap.wholeNanos() / 1e6)
        .column("reason", SwapRecord::reason);
  }
}
