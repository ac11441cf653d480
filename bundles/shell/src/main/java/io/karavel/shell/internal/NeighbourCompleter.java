package io.karavel.shell.internal;

import io.karavel.control.ModuleAbsentException;
import io.karavel.ip.spi.IpControl;
import java.util.Collection;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;

/** Addresses of the neighbours. */
@Service
public final class NeighbourCompleter extends ApplianceCompleter {
  /** For the shell. */
  public NeighbourCompleter() {}

  @Override
  Collection<String> words(Question stack, CommandLine line, ServiceLookup services)
      throws ModuleAbsentException {
    return stack.ip(IpControl::neighbours).stream()
        .map(neighbour -> neighbour.address().toString())
        .toList();
  }
}
