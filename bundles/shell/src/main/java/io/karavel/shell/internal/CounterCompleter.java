package io.karavel.shell.internal;

import java.util.Collection;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;

/** Names of the counters. */
@Service
public final class CounterCompleter extends ApplianceCompleter {
  /** For the shell. */
  public CounterCompleter() {}

  @Override
  Collection<String> words(Question stack, CommandLine line, ServiceLookup services) {
    return stack.appliance().counters(stack.stack()).keySet();
  }
}
