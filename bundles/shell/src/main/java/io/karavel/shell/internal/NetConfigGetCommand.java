package io.karavel.shell.internal;

import io.karavel.control.ConfigurationValue;
import io.karavel.control.Configurations;
import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code net:config-get}. */
@Service
@Command(
    scope = "net",
    name = "config-get",
    description = "Keys by name, by PID or by the sysctl of Linux that means the same",
    detailedDescription = "Example: net:config-get tcp.synRetries net.ipv4.tcp_rmem")
public final class NetConfigGetCommand extends ConfigurationCommand {
  @Argument(name = "key", description = "Keys", required = true, multiValued = true)
  @Completion(ConfigurationKeyCompleter.class)
  List<String> keys;

  /** For the shell. */
  public NetConfigGetCommand() {}

  @Override
  void run() throws Exception {
    Configurations configurations = configurations();
    List<ConfigurationValue> values = new ArrayList<>();
    for (String key : keys) {
      values.addAll(asked(() -> configurations.values(key)));
    }
    print(valueColumns(), values, "none");
  }
}
