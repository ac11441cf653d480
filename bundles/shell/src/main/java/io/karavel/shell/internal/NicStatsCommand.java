package io.karavel.shell.internal;

import io.karavel.control.ModuleAbsentException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code nic:stats}. */
@Service
@Command(
    scope = "nic",
    name = "stats",
    description = "Counts and rates of devices",
    detailedDescription = "Example: nic:stats --sample 1000 mem0")
public final class NicStatsCommand extends SamplingCommand {
  @Argument(name = "device", description = "The device; all unless given")
  @Completion(DeviceCompleter.class)
  String device;

  /** A statistic of a device. */
  private record Key(String device, String statistic) {}

  /** For the shell. */
  public NicStatsCommand() {}

  @Override
  void run() throws Exception {
    Question ask = ask();
    List<String> devices = device == null ? ask.devices() : List.of(Devices.choose(ask, device));
    if (device != null) {
      ask.device(device);
    }
    Rates<Key> rates = sample(() -> counts(ask, devices));
    print(
        new Listing<Key>()
            .column("device", Key::device)
            .column("statistic", Key::statistic)
            .number("value", key -> rates.now().get(key))
            .number("perSecond", rates::perSecond),
        List.copyOf(rates.now().keySet()),
        "no device of the stack is there; nic:list says why");
  }

  private static Map<Key, Long> counts(Question ask, List<String> devices) {
    Map<Key, Long> counts = new LinkedHashMap<>();
    for (String name : devices) {
      try {
        ask.device(name)
            .statistics()
            .forEach((statistic, value) -> counts.put(new Key(name, statistic), value));
      } catch (ModuleAbsentException e) {
        // A device that is away has no counts now; nic:list shows that it is away.
      }
    }
    return counts;
  }
}
