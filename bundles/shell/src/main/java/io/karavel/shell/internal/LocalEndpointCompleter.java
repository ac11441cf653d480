package io.karavel.shell.internal;

import io.karavel.control.ModuleAbsentException;
import java.util.Collection;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;

/** Local addresses with ports of the connections. */
@Service
public final class LocalEndpointCompleter extends ApplianceCompleter {
  /** For the shell. */
  public LocalEndpointCompleter() {}

  @Override
  Collection<String> words(Question stack, CommandLine line, ServiceLookup services)
      throws ModuleAbsentException {
    return stack.connections(connection -> true, MOST).stream()
        .map(connection -> connection.local().toString())
        .toList();
  }
}
