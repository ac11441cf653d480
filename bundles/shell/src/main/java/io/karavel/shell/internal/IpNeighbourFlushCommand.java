package io.karavel.shell.internal;

import io.karavel.address.IpAddress;
import io.karavel.ip.spi.IpControl;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code ip:neighbour-flush}. */
@Service
@Command(
    scope = "ip",
    name = "neighbour-flush",
    description = "Forgets neighbours, so that they are asked for anew; permanent ones stay",
    detailedDescription = "Example: ip:neighbour-flush 10.77.0.1")
public final class IpNeighbourFlushCommand extends ReportingCommand {
  @Argument(name = "address", description = "The neighbour; all unless given")
  @Completion(NeighbourCompleter.class)
  String address;

  @Option(name = "--interface", aliases = "-i", description = "Only those of one interface")
  @Completion(InterfaceCompleter.class)
  String interfaceName;

  @Option(name = "-f", aliases = "--force", description = "Does not ask before all go")
  boolean force;

  @Option(name = "--dry-run", description = "Only says how many would go")
  boolean dryRun;

  /** For the shell. */
  public IpNeighbourFlushCommand() {}

  @Override
  boolean changes() {
    return !dryRun;
  }

  @Override
  void run() throws Exception {
    Optional<IpAddress> wanted = Optional.ofNullable(address).map(IpAddress::parse);
    Optional<String> onInterface = Optional.ofNullable(interfaceName);
    Question ask = ask();
    int count;
    if (dryRun) {
      count =
          (int)
              ask.ip(IpControl::neighbours).stream()
                  .filter(n -> !n.state().equals("PERMANENT"))
                  .filter(n -> wanted.isEmpty() || n.address().equals(wanted.get()))
                  .filter(n -> interfaceName == null || n.interfaceName().equals(interfaceName))
                  .count();
    } else {
      if (address == null && interfaceName == null) {
        confirm("forget all neighbours of stack " + stack, force);
      }
      count = ask.ip(ip -> ip.flushNeighbours(onInterface, wanted));
    }
    new Report()
        .with("flushed", count)
        .with("dryRun", dryRun)
        .print(
            (dryRun ? "would forget " : "forgot ")
                + count
                + (count == 1 ? " neighbour" : " neighbours"),
            form());
  }
}
