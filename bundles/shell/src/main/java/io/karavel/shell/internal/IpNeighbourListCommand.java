package io.karavel.shell.internal;

import io.karavel.ip.NeighbourInfo;
import io.karavel.ip.spi.IpControl;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.ansi.SimpleAnsi;

/** {@code ip:neighbour-list}. */
@Service
@Command(
    scope = "ip",
    name = "neighbour-list",
    description = "Neighbours on the links and their MAC addresses",
    detailedDescription = "Example: ip:neighbour-list")
public final class IpNeighbourListCommand extends ListCommand {
  @Option(name = "--interface", aliases = "-i", description = "Only those of one interface")
  @Completion(InterfaceCompleter.class)
  String interfaceName;

  /** For the shell. */
  public IpNeighbourListCommand() {}

  @Override
  void run() throws Exception {
    List<NeighbourInfo> neighbours =
        ask().ip(IpControl::neighbours).stream()
            .filter(n -> interfaceName == null || n.interfaceName().equals(interfaceName))
            .toList();
    print(
        new Listing<NeighbourInfo>()
            .column("interface", NeighbourInfo::interfaceName)
            .column("address", NeighbourInfo::address)
            .column("mac", NeighbourInfo::mac)
            .column(
                "state",
                NeighbourInfo::state,
                state -> state.equals("FAILED") ? SimpleAnsi.COLOR_RED : SimpleAnsi.COLOR_DEFAULT)
            .number("ageSeconds", NeighbourInfo::ageSeconds)
            .number("queued", NeighbourInfo::queued),
        neighbours,
        "no neighbour is known; ip:ping finds one");
  }
}
