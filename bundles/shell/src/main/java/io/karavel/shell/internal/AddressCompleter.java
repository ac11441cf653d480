package io.karavel.shell.internal;

import io.karavel.control.ModuleAbsentException;
import io.karavel.ip.spi.IpControl;
import java.util.Collection;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;

/** Addresses of the stack with their prefix lengths. */
@Service
public final class AddressCompleter extends ApplianceCompleter {
  /** For the shell. */
  public AddressCompleter() {}

  @Override
  Collection<String> words(Question stack, CommandLine line, ServiceLookup services)
      throws ModuleAbsentException {
    return stack.ip(IpControl::addresses).stream()
        .map(address -> address.address().toString())
        .toList();
  }
}
