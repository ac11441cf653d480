package io.karavel.shell.internal;

import io.karavel.tcp.TcpConnectionInfo;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code tcp:show}. */
@Service
@Command(
    scope = "tcp",
    name = "show",
    description = "Everything about one connection",
    detailedDescription = "Example: tcp:show 42")
public final class TcpShowCommand extends ReportingCommand {
  @Argument(name = "id", description = "Its number, as in tcp:list", required = true)
  @Completion(ConnectionCompleter.class)
  long id;

  /** For the shell. */
  public TcpShowCommand() {}

  @Override
  void run() throws Exception {
    TcpConnectionInfo info = ask().tcp(tcp -> tcp.info(id));
    if (info == null) {
      throw failure("there is no connection " + id + "; tcp:list shows what there is");
    }
    new Report()
        .withAll(TcpListCommand.columns().asMap(info))
        .with("since", ago(info.ageNanos()))
        .withAll(info.details())
        .print(form(), isColoured());
  }
}
