package io.karavel.shell.internal;

import io.karavel.control.ModuleAbsentException;
import io.karavel.ip.spi.IpControl;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;

/** Hosts that are known: neighbours, gateways and own addresses. */
@Service
public final class HostCompleter extends ApplianceCompleter {
  /** For the shell. */
  public HostCompleter() {}

  @Override
  Collection<String> words(Question stack, CommandLine line, ServiceLookup services)
      throws ModuleAbsentException {
    Set<String> hosts = new TreeSet<>();
    stack.ip(IpControl::neighbours).forEach(n -> hosts.add(n.address().toString()));
    stack
        .ip(IpControl::routes)
        .forEach(route -> route.gateway().ifPresent(gateway -> hosts.add(gateway.toString())));
    stack.ip(IpControl::addresses).forEach(a -> hosts.add(a.address().address().toString()));
    return hosts;
  }
}
