package io.karavel.shell.internal;

import java.util.Collection;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;

/** Names of the stacks. */
@Service
public final class StackCompleter extends ApplianceCompleter {
  /** For the shell. */
  public StackCompleter() {}

  @Override
  Collection<String> words(Question stack, CommandLine line, ServiceLookup services) {
    return stack.appliance().stacks();
  }
}
