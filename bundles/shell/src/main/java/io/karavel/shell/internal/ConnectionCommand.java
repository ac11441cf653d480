package io.karavel.shell.internal;

import io.karavel.address.IpAddress;
import io.karavel.control.ConnectionChoice;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.support.CommandException;

/** A command about one connection: one that is there, or the next one between given ends. */
abstract class ConnectionCommand extends ReportingCommand {
  @Option(
      name = "--local",
      description = "Instead of a number: the next connection with this :PORT of ours")
  @Completion(LocalEndpointCompleter.class)
  String local;

  @Option(
      name = "--peer",
      description = "Instead of a number: the next connection with this ADDRESS, :PORT or both")
  @Completion(PeerEndpointCompleter.class)
  String peer;

  /** The connection meant; {@code id} 0 if the options name it. */
  final ConnectionChoice choice(long id) throws CommandException {
    if (id != 0) {
      if (local != null || peer != null) {
        throw failure("a number and --local or --peer exclude each other; say one of them");
      }
      return ConnectionChoice.ofId(stack, id);
    }
    if (local == null && peer == null) {
      throw failure(
          "which connection? say its number, as 'tcp:list --connected' shows it, or --local or"
              + " --peer for the next one to be opened");
    }
    EndpointPattern here = local == null ? null : EndpointPattern.parse(local);
    EndpointPattern there = peer == null ? null : EndpointPattern.parse(peer);
    boolean one = there != null && there.prefix().length() == 32;
    if (there != null && !one && there.prefix().length() != 0) {
      throw failure("--peer takes one address here, not the network " + there.prefix());
    }
    Optional<IpAddress> address = one ? Optional.of(there.prefix().address()) : Optional.empty();
    return new ConnectionChoice(stack, 0, port(here), address, port(there));
  }

  private static int port(EndpointPattern pattern) {
    return pattern == null || pattern.port() < 0 ? 0 : pattern.port();
  }
}
