package io.karavel.shell.internal;

import java.util.List;
import org.apache.karaf.shell.support.CommandException;

/** Choosing a device by name. */
final class Devices {
  private Devices() {}

  /** The device of a name, or the only one. */
  static String choose(Question ask, String name) throws CommandException {
    List<String> devices = ask.devices();
    if (name == null && devices.size() == 1) {
      return devices.get(0);
    }
    if (name == null) {
      throw ApplianceCommand.failure(
          "name a device of stack " + ask.stack() + ": " + String.join(", ", devices));
    }
    if (!devices.contains(name)) {
      throw ApplianceCommand.failure(
          "there is no device '"
              + name
              + "' in stack "
              + ask.stack()
              + "; there are "
              + (devices.isEmpty() ? "none" : String.join(", ", devices)));
    }
    return name;
  }
}
