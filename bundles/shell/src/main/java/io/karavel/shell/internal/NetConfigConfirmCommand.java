package io.karavel.shell.internal;

import io.karavel.control.ConfigurationRecord;
import io.karavel.control.Configurations;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code net:config-confirm}. */
@Service
@Command(
    scope = "net",
    name = "config-confirm",
    description = "Keeps the change that would go back by itself",
    detailedDescription = "Example: net:config-confirm")
public final class NetConfigConfirmCommand extends ConfigurationCommand {
  /** For the shell. */
  public NetConfigConfirmCommand() {}

  @Override
  boolean changes() {
    return true;
  }

  @Override
  void run() throws Exception {
    Configurations configurations = configurations();
    ConfigurationRecord record = asked(() -> configurations.confirm(author()));
    new Report()
        .with("change", record.id())
        .with("kept", record.text())
        .print(record.text() + " is kept", form());
  }
}
