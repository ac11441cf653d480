package io.karavel.interop;

import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.engine.internal.stack.StackRegistry;
import io.karavel.ip.InterfaceSettings;
import io.karavel.nic.TapSettings;
import io.karavel.nic.tap.internal.TapDeviceFactory;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * More TAP devices and interfaces of a {@link StackMain}, beside the one that it begins with: made,
 * changed and removed at run time as their factory configurations would.
 */
final class DeviceCommands {
  private final StackRegistry registry;
  private final Map<String, Map<String, Object>> keys = new HashMap<>();
  private final Map<String, TapDeviceFactory> devices = new HashMap<>();
  private final Map<String, ModuleSource> sources = new HashMap<>();

  DeviceCommands(StackRegistry registry) {
    this.registry = registry;
  }

  /** "device NAME KEY=VALUE …": makes it, or changes these keys of it. */
  void device(String[] words) throws Exception {
    String name = words[1];
    TapSettings settings = TapSettings.parse(name, keys("device " + name, words));
    TapDeviceFactory factory = devices.get(name);
    if (factory != null) {
      factory.settings(settings);
      return;
    }
    factory = new TapDeviceFactory(settings);
    devices.put(name, factory);
    sources.put(name, ModuleSource.of(factory));
    registry.arrive(sources.get(name));
  }

  /** "device-remove NAME". */
  void removeDevice(String name) {
    devices.remove(name);
    keys.remove("device " + name);
    registry.leave(sources.remove(name));
  }

  /** "interface NAME KEY=VALUE …": makes it, or changes these keys of it. */
  void putInterface(String[] words) throws Exception {
    String name = words[1];
    registry.putInterface(
        InterfaceSettings.PID + "~" + name,
        InterfaceSettings.parse(name, keys("interface " + name, words)));
  }

  /** "interface-remove NAME". */
  void removeInterface(String name) {
    keys.remove("interface " + name);
    registry.removeInterface(InterfaceSettings.PID + "~" + name);
  }

  private Map<String, Object> keys(String of, String[] words) {
    Map<String, Object> all = keys.computeIfAbsent(of, unused -> new LinkedHashMap<>());
    for (int i = 2; i < words.length; i++) {
      int at = words[i].indexOf('=');
      all.put(words[i].substring(0, at), words[i].substring(at + 1));
    }
    return all;
  }
}
