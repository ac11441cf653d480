package io.karavel.shell.internal;

import io.karavel.control.ModuleAbsentException;
import io.karavel.tcp.TcpConnectionInfo;
import java.util.Collection;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;

/** Owners of the connections. */
@Service
public final class OwnerCompleter extends ApplianceCompleter {
  /** For the shell. */
  public OwnerCompleter() {}

  @Override
  Collection<String> words(Question stack, CommandLine line, ServiceLookup services)
      throws ModuleAbsentException {
    return stack.connections(connection -> !connection.owner().isEmpty(), MOST).stream()
        .map(TcpConnectionInfo::owner)
        .distinct()
        .toList();
  }
}
