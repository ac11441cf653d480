package io.karavel.shell.internal;

import io.karavel.control.ModuleInfo;
import java.util.Collection;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;

/** Names of the slots of the stack. */
@Service
public final class SlotCompleter extends ApplianceCompleter {
  /** For the shell. */
  public SlotCompleter() {}

  @Override
  Collection<String> words(Question stack, CommandLine line, ServiceLookup services) {
    return stack.appliance().modules(stack.stack()).stream()
        .map(ModuleInfo::slot)
        .distinct()
        .toList();
  }
}
