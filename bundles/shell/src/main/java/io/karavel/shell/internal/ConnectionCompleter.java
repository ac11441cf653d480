package io.karavel.shell.internal;

import io.karavel.control.ModuleAbsentException;
import java.util.Collection;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;

/** Numbers of the connections and listeners. */
@Service
public final class ConnectionCompleter extends ApplianceCompleter {
  /** For the shell. */
  public ConnectionCompleter() {}

  @Override
  Collection<String> words(Question stack, CommandLine line, ServiceLookup services)
      throws ModuleAbsentException {
    return stack.connections(connection -> connection.id() != 0, MOST).stream()
        .map(connection -> String.valueOf(connection.id()))
        .toList();
  }
}
