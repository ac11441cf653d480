package io.karavel.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code net:module-drop}. */
@Service
@Command(
    scope = "net",
    name = "module-drop",
    description = "Gives up the state that waits in an empty slot; its connections end",
    detailedDescription = "Example: net:module-drop -f tcp")
public final class NetModuleDropCommand extends ReportingCommand {
  @Argument(name = "slot", description = "The slot, as in net:status", required = true)
  @Completion(SlotCompleter.class)
  String slot;

  @Option(name = "-f", aliases = "--force", description = "Does not ask")
  boolean force;

  @Option(name = "--dry-run", description = "Only says what would be given up")
  boolean dryRun;

  /** For the shell. */
  public NetModuleDropCommand() {}

  @Override
  boolean changes() {
    return !dryRun;
  }

  @Override
  void run() throws Exception {
    Question ask = ask();
    String state =
        ask.appliance().modules(stack).stream()
            .filter(module -> module.slot().equals(slot))
            .map(module -> module.state())
            .findFirst()
            .orElseThrow(
                () -> failure("stack " + stack + " has no slot '" + slot + "'; see net:status"));
    if (state.equals("running") || state.equals("leaving") || state.equals("empty")) {
      throw failure("slot " + slot + " is " + state + ": no state waits there");
    }
    String what = "the state that waits in slot " + slot + " of stack " + stack;
    boolean dropped = false;
    if (!dryRun) {
      confirm("give up " + what + "; its connections end", force);
      dropped = ask.appliance().drop(stack, slot);
    }
    new Report()
        .with("slot", slot)
        .with("dropped", dropped)
        .with("dryRun", dryRun)
        .print(
            dryRun ? "would give up " + what : dropped ? "gave up " + what : "there was none",
            form());
  }
}
