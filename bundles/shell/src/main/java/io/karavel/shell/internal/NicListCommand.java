package io.karavel.shell.internal;

import io.karavel.control.ModuleAbsentException;
import io.karavel.ip.InterfaceSettings;
import io.karavel.nic.DeviceInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.ansi.SimpleAnsi;

/** {@code nic:list}. */
@Service
@Command(
    scope = "nic",
    name = "list",
    description = "Devices of the stack",
    detailedDescription = "Example: nic:list")
public final class NicListCommand extends ListCommand {
  /** A device, or why nothing is known of it. */
  private record Line(String name, DeviceInfo info, String absent, String interfaces) {}

  /** For the shell. */
  public NicListCommand() {}

  @Override
  void run() throws Exception {
    Question ask = ask();
    List<Line> lines = new ArrayList<>();
    for (String name : ask.devices()) {
      String interfaces =
          ask.appliance().interfaces(stack).values().stream()
              .filter(settings -> settings.device().equals(name))
              .map(InterfaceSettings::name)
              .collect(Collectors.joining(", "));
      try {
        lines.add(new Line(name, ask.device(name), "", interfaces));
      } catch (ModuleAbsentException e) {
        lines.add(new Line(name, null, e.getMessage(), interfaces));
      }
    }
    print(listing(), lines, "the stack has no device; an interface names the device it wants");
  }

  private static Listing<Line> listing() {
    return new Listing<Line>()
        .column("device", Line::name)
        .column("driver", line -> line.info == null ? null : line.info.driver())
        .column(
            "state",
            line -> line.info == null ? "absent" : line.info.up() ? "up" : "down",
            state -> state.equals("up") ? SimpleAnsi.COLOR_GREEN : SimpleAnsi.COLOR_RED)
        .column("interface", Line::interfaces)
        .column(
            "carries",
            line ->
                line.info == null ? null : line.info.capabilities().bareIp() ? "ip" : "ethernet")
        .number("mtu", line -> line.info == null ? null : line.info.capabilities().mtu())
        .column(
            "checksumOffload",
            line -> line.info == null ? null : line.info.capabilities().transmitChecksum())
        .number(
            "segmentationBytes",
            line -> line.info == null ? null : line.info.capabilities().segmentationBytes())
        .number("rxPackets", line -> statistic(line, "rxPackets"))
        .number("txPackets", line -> statistic(line, "txPackets"))
        .number("rxDropped", line -> statistic(line, "rxDropped"))
        .number("txDropped", line -> statistic(line, "txDropped"))
        .column("status", line -> line.info == null ? line.absent : line.info.status());
  }

  private static Long statistic(Line line, String name) {
    return line.info == null ? null : line.info.statistics().get(name);
  }
}
