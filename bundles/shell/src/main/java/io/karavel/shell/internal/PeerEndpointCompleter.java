package io.karavel.shell.internal;

import io.karavel.control.ModuleAbsentException;
import java.util.Collection;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;

/** Peers of the connections. */
@Service
public final class PeerEndpointCompleter extends ApplianceCompleter {
  /** For the shell. */
  public PeerEndpointCompleter() {}

  @Override
  Collection<String> words(Question stack, CommandLine line, ServiceLookup services)
      throws ModuleAbsentException {
    return stack.connections(connection -> connection.remote() != null, MOST).stream()
        .map(connection -> connection.remote().toString())
        .toList();
  }
}
