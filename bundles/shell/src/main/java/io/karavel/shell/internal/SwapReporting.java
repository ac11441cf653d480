package io.karavel.shell.internal;

import io.karavel.control.ModuleSwapException;
import io.karavel.control.SwapRecord;
import java.io.IOException;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.karaf.shell.support.CommandException;

/** What the commands share that swap modules: the steps as they happen, the result. */
abstract class SwapReporting extends ReportingCommand {
  /** Prints each step where it disturbs no script: not at all unless the result is for eyes. */
  final Consumer<String> progress() {
    return form() == Form.TABLE ? out()::println : step -> {};
  }

  /** Something that swaps. */
  interface Swapping {
    SwapRecord swap() throws ModuleSwapException;
  }

  final void report(Swapping swapping) throws CommandException, IOException {
    SwapRecord swap;
    try {
      swap = swapping.swap();
    } catch (ModuleSwapException e) {
      throw failure(e.getMessage());
    }
    new Report()
        .withAll(NetModuleHistoryCommand.listing().asMap(swap))
        .print(
            String.format(
                Locale.ROOT,
                "%s: %s to %s %s, %d slots, %d connections, longest pause %.3f ms",
                swap.bundle(),
                swap.from(),
                swap.to(),
                swap.result(),
                swap.slots(),
                swap.connections(),
                swap.longestPauseNanos() / 1e6),
            form());
  }
}
