package io.karavel.shell.internal;

import io.karavel.control.ModuleSwapException;
import io.karavel.control.SwapRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
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
    warm();
    SwapRecord swap;
    try {
      swap = swapping.swap();
    } catch (ModuleSwapException e) {
      throw failure(e.getMessage());
    }
    print(swap, out());
  }

  /** Loads what {@link #print} needs: the bundle of this very command may be the one that goes. */
  private void warm() throws IOException {
    try (PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      print(new SwapRecord(Instant.EPOCH, "", "", "", "", "", 0, 0, 0, 0, ""), nowhere);
    }
  }

  private void print(SwapRecord swap, PrintStream target) throws IOException {
    new Report()
        .withAll(NetModuleHistoryCommand.listing().asMap(swap))
        .print(
            String.format(
                Locale.ROOT,
                "%s: %s to %s %s, %d slots, %d connections, longest pause %.3f ms within %.3f ms",
                swap.bundle(),
                swap.from(),
                swap.to(),
                swap.result(),
                swap.slots(),
                swap.connections(),
                swap.longestPauseNanos() / 1e6,
                swap.wholeNanos() / 1e6),
            form(),
            target);
  }
}
