package io.karavel.shell.internal;

import io.karavel.engine.InstanceName;
import io.karavel.engine.LiveSettings;
import io.karavel.engine.SettingsException;
import io.karavel.engine.SettingsSchema;
import io.karavel.nic.MemoryCableSettings;
import io.karavel.nic.TapSettings;
import java.io.IOException;
import java.util.Collections;
import java.util.Dictionary;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * The configuration that a device comes from.
 *
 * @param factoryPid PID of its driver
 * @param name name of the instance; a cable's is not that of its devices
 * @param live what rules, as the driver publishes it
 */
record DeviceConfiguration(String factoryPid, String name, LiveSettings<?> live) {
  /** The configuration of a device, if its driver is there. */
  static Optional<DeviceConfiguration> find(ServiceLookup services, String device) {
    for (LiveSettings<?> live : services.all(LiveSettings.class)) {
      Object settings = live.inForce();
      int tilde = live.pid().indexOf('~');
      String name = live.pid().substring(tilde + 1);
      if (settings instanceof MemoryCableSettings cable
          && (cable.leftDevice().equals(device) || cable.rightDevice().equals(device))) {
        return Optional.of(new DeviceConfiguration(MemoryCableSettings.PID, name, live));
      }
      if (settings instanceof TapSettings && name.equals(device)) {
        return Optional.of(new DeviceConfiguration(TapSettings.PID, name, live));
      }
    }
    return Optional.empty();
  }

  /** Its keys. */
  SettingsSchema schema() {
    return factoryPid.equals(TapSettings.PID) ? TapSettings.SCHEMA : MemoryCableSettings.SCHEMA;
  }

  /** PID with the instance's name. */
  String pid() {
    return factoryPid + "~" + name;
  }

  /**
   * Checks a raw configuration as the driver will.
   *
   * @throws SettingsException naming every wrong key
   */
  void check(Map<String, ?> raw) throws SettingsException {
    if (factoryPid.equals(TapSettings.PID)) {
      TapSettings.parse(name, raw);
    } else {
      MemoryCableSettings.parse(name, raw);
    }
  }

  /** The stored configuration, if there is one. */
  Optional<Configuration> stored(ConfigurationAdmin admin)
      throws IOException, InvalidSyntaxException {
    Configuration[] all = admin.listConfigurations("(service.factoryPid=" + factoryPid + ")");
    if (all != null) {
      for (Configuration configuration : all) {
        if (InstanceName.of(factoryPid, asMap(configuration.getProperties())).equals(name)) {
          return Optional.of(configuration);
        }
      }
    }
    return Optional.empty();
  }

  /** Properties as a map. */
  static Map<String, Object> asMap(Dictionary<String, Object> properties) {
    Map<String, Object> map = new TreeMap<>();
    for (String key : Collections.list(properties.keys())) {
      map.put(key, properties.get(key));
    }
    return map;
  }
}
