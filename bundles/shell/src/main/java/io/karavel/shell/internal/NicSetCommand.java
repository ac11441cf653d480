package io.karavel.shell.internal;

import io.karavel.engine.Setting;
import io.karavel.engine.SettingsException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** {@code nic:set}. */
@Service
@Command(
    scope = "nic",
    name = "set",
    description = "Changes the configuration of a device, all keys at once or none",
    detailedDescription = "Example: nic:set mem0 mtu=1400 offloads=false")
public final class NicSetCommand extends ReportingCommand {
  @Argument(index = 0, name = "device", description = "The device", required = true)
  @Completion(DeviceCompleter.class)
  String device;

  @Argument(
      index = 1,
      name = "key=value",
      description = "New values; KEY= goes back to the default",
      required = true,
      multiValued = true)
  @Completion(DeviceKeyCompleter.class)
  List<String> changes;

  @Option(name = "--dry-run", description = "Only checks and shows what would change")
  boolean dryRun;

  Rates.Pause pause = Thread::sleep;

  /** For the shell. */
  public NicSetCommand() {}

  @Override
  boolean changes() {
    return !dryRun;
  }

  @Override
  void run() throws Exception {
    DeviceConfiguration configuration =
        DeviceConfiguration.find(services(), device)
            .orElseThrow(
                () ->
                    failure(
                        "no driver knows the device '"
                            + device
                            + "'; nic:list shows the devices, and 'bundle:list' whether"
                            + " io.karavel.nic-memory or io.karavel.nic-tap runs"));
    ConfigurationAdmin admin =
        services()
            .find(ConfigurationAdmin.class)
            .orElseThrow(() -> failure("Config Admin: not running"));
    Configuration stored =
        configuration
            .stored(admin)
            .orElseThrow(
                () -> failure("the configuration " + configuration.pid() + " is not stored"));
    Map<String, Object> before = DeviceConfiguration.asMap(stored.getProperties());
    Map<String, Object> raw = new TreeMap<>(before);
    Map<String, Object> changed = new TreeMap<>();
    for (String change : changes) {
      int equals = change.indexOf('=');
      if (equals < 1) {
        throw failure(
            "'" + change + "' is not KEY=VALUE, as in mtu=1400; options stand before arguments");
      }
      String key = change.substring(0, equals);
      String value = change.substring(equals + 1);
      Setting<?> setting = configuration.schema().setting(key);
      if (setting == null) {
        throw failure(
            key
                + " is not a key of "
                + configuration.factoryPid()
                + "; its keys are "
                + configuration.schema().settings().stream()
                    .map(Setting::key)
                    .collect(Collectors.joining(", ")));
      }
      if (value.isEmpty()) {
        raw.remove(key);
        changed.put(key, setting.defaultValue());
      } else {
        raw.put(key, value);
        changed.put(key, value);
      }
    }
    try {
      configuration.check(raw);
    } catch (SettingsException e) {
      throw failure(e.getMessage());
    }
    boolean applied = false;
    if (!dryRun) {
      stored.update(FrameworkUtil.asDictionary(raw));
      applied = awaitApplied(configuration, raw);
    }
    new Report()
        .with("device", device)
        .with("pid", configuration.pid())
        .with("changed", changed)
        .with("dryRun", dryRun)
        .with("inForce", applied)
        .print(
            (dryRun ? "would set " : "set ")
                + Values.text(changed)
                + " of "
                + configuration.pid()
                + (dryRun ? "" : applied ? ", in force" : ", stored"),
            form());
    if (!dryRun && !applied) {
      String problem = configuration.live().problem();
      throw failure(
          "stored, but not in force within 3 s"
              + (problem == null ? "; net:status shows when it is" : ": " + problem));
    }
  }

  /** The driver takes the change over on a thread of its own. */
  private boolean awaitApplied(DeviceConfiguration configuration, Map<String, Object> raw)
      throws InterruptedException {
    for (int i = 0; i < 150; i++) {
      if (isSame(configuration.live().applied(), raw)) {
        return true;
      }
      pause.millis(20);
    }
    return false;
  }

  private static boolean isSame(Map<String, Object> applied, Map<String, Object> raw) {
    Map<String, String> one = new TreeMap<>();
    applied.forEach((key, value) -> one.put(key, String.valueOf(value)));
    Map<String, String> other = new TreeMap<>();
    raw.forEach(
        (key, value) -> {
          if (key.indexOf('.') < 0) {
            other.put(key, String.valueOf(value));
          }
        });
    return one.equals(other);
  }
}
