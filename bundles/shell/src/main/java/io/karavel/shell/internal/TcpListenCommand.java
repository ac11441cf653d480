package io.karavel.shell.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.services.BuiltInServices;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code tcp:listen}. */
@Service
@Command(
    scope = "tcp",
    name = "listen",
    description = "Opens a built-in service on a further port; tcp:kill closes it",
    detailedDescription = "Example: tcp:listen --service echo 5000")
public final class TcpListenCommand extends ReportingCommand {
  @Argument(name = "port", description = "The port; 0 takes a free one", required = true)
  @Completion(
      value = StringsCompleter.class,
      values = {"0", "5000", "8080"})
  int port;

  @Option(name = "--service", description = "What answers", valueToShowInHelp = "echo")
  @Completion(
      value = StringsCompleter.class,
      values = {"echo", "discard", "chargen", "daytime", "http"})
  String service = "echo";

  @Option(name = "--address", description = "Only on this address of the stack")
  @Completion(HostCompleter.class)
  String address;

  /** For the shell. */
  public TcpListenCommand() {}

  @Override
  boolean changes() {
    return true;
  }

  @Override
  void run() throws Exception {
    checkRange("port", port, 0, 65535);
    IpAddress on = address == null ? IpAddress.ANY : IpAddress.parse(address);
    ask();
    BuiltInServices services =
        services()
            .find(BuiltInServices.class)
            .orElseThrow(
                () ->
                    failure(
                        "the built-in services: not running; start them with"
                            + " 'bundle:start io.karavel.services'"));
    IpEndpoint local = new IpEndpoint(on, port);
    try {
      long id = services.listen(stack, service, local);
      for (TcpListener listener : tcp().listeners()) {
        if (listener.id() == id) {
          local = listener.local();
        }
      }
      new Report()
          .with("id", id)
          .with("service", service)
          .with("local", local)
          .print(service + " listens on " + local + "; end it with 'tcp:kill " + id + "'", form());
    } catch (TcpException e) {
      throw failure(
          "cannot listen on " + local + ": " + e.getMessage() + "; see 'tcp:list --listening'");
    }
  }
}
