package io.karavel.engine;

import java.util.Map;

/**
 * The name of an instance of a factory PID: "cable0" of {@code io.karavel.nic.memory~cable0}. Karaf
 * makes such configurations in two ways, and only one puts the name into the PID: a file {@code
 * io.karavel.nic.memory-cable0.cfg} becomes {@code io.karavel.nic.memory~cable0}, but {@code
 * config:edit --factory --alias cable0} gives a PID of its own and only names the file.
 */
public final class InstanceName {
  private static final String PID = "service.pid";
  private static final String FILE = "felix.fileinstall.filename";

  private InstanceName() {}

  /**
   * The name of the instance whose raw configuration is given: what follows '~' in its PID, else
   * what follows the first '-' in the name of its file, else what its PID has behind the factory's.
   */
  public static String of(String factoryPid, Map<String, ?> raw) {
    String pid = String.valueOf(raw.get(PID));
    if (pid.startsWith(factoryPid + "~")) {
      return pid.substring(factoryPid.length() + 1);
    }
    Object file = raw.get(FILE);
    if (file != null) {
      String path = file.toString();
      String name = path.substring(path.lastIndexOf('/') + 1);
      if (name.startsWith(factoryPid + "-") && name.indexOf('.', factoryPid.length()) > 0) {
        return name.substring(factoryPid.length() + 1, name.lastIndexOf('.'));
      }
    }
    return pid.startsWith(factoryPid + ".") ? pid.substring(factoryPid.length() + 1) : pid;
  }
}
