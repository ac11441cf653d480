package io.karavel.shell.internal;

import io.karavel.control.ModuleAbsentException;
import io.karavel.ip.spi.IpControl;
import java.util.Collection;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;

/** Destinations of the routes. */
@Service
public final class RouteCompleter extends ApplianceCompleter {
  /** For the shell. */
  public RouteCompleter() {}

  @Override
  Collection<String> words(Question stack, CommandLine line, ServiceLookup services)
      throws ModuleAbsentException {
    return stack.ip(IpControl::routes).stream()
        .map(route -> route.destination().toString())
        .toList();
  }
}
