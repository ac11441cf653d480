package io.karavel.shell.internal;

import io.karavel.nic.DeviceInfo;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code nic:show}. */
@Service
@Command(
    scope = "nic",
    name = "show",
    description = "Everything about one device",
    detailedDescription = "Example: nic:show mem0")
public final class NicShowCommand extends ReportingCommand {
  @Argument(name = "device", description = "The device; may be left out if there is one")
  @Completion(DeviceCompleter.class)
  String device;

  /** For the shell. */
  public NicShowCommand() {}

  @Override
  void run() throws Exception {
    Question ask = ask();
    DeviceInfo info = ask.device(Devices.choose(ask, device));
    new Report()
        .with("device", info.name())
        .with("driver", info.driver())
        .with("state", info.up() ? "up" : "down")
        .with("status", info.status())
        .with("carries", info.capabilities().bareIp() ? "ip" : "ethernet")
        .with("mtu", info.capabilities().mtu())
        .with("checksumOffload", info.capabilities().transmitChecksum())
        .with("segmentationBytes", info.capabilities().segmentationBytes())
        .with("statistics", info.statistics())
        .with("settings", info.settings())
        .print(form(), isColoured());
  }
}
