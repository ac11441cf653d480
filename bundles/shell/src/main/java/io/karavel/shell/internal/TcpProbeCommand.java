package io.karavel.shell.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code tcp:probe}. */
@Service
@Command(
    scope = "tcp",
    name = "probe",
    description = "Opens a port and closes it again, and times the handshake",
    detailedDescription = "Example: tcp:probe -c 3 10.77.0.1 80")
public final class TcpProbeCommand extends ReportingCommand {
  private static final String OPEN = "open";

  @Argument(index = 0, name = "host", description = "Address of the host", required = true)
  @Completion(HostCompleter.class)
  String host;

  @Argument(index = 1, name = "port", description = "Its port, 1 to 65535", required = true)
  @Completion(
      value = StringsCompleter.class,
      values = {"7", "22", "80", "443"})
  int port;

  @Option(
      name = "-c",
      aliases = "--count",
      description = "How many times, 1 to 1000000",
      valueToShowInHelp = "1")
  @Completion(
      value = StringsCompleter.class,
      values = {"1", "3", "10"})
  int count = 1;

  @Option(
      name = "-i",
      aliases = "--interval",
      description = "Seconds between two, 0 to 3600",
      valueToShowInHelp = "1")
  @Completion(
      value = StringsCompleter.class,
      values = {"0.2", "1"})
  double intervalSeconds = 1;

  @Option(
      name = "-w",
      aliases = "--timeout",
      description = "Seconds to wait for each, 0.001 to 3600",
      valueToShowInHelp = "5")
  @Completion(
      value = StringsCompleter.class,
      values = {"1", "5", "30"})
  double timeoutSeconds = 5;

  Rates.Pause pause = Thread::sleep;
  LongSupplier nanoClock = System::nanoTime;

  private final List<Probe> probes = new ArrayList<>();

  private record Probe(int number, String outcome, double millis) {}

  /** For the shell. */
  public TcpProbeCommand() {}

  @Override
  void run() throws Exception {
    checkRange("port", port, 1, 65535);
    checkRange("-c", count, 1, 1_000_000);
    checkRange("-i", intervalSeconds, 0, 3600);
    checkRange("-w", timeoutSeconds, 0.001, 3600);
    IpEndpoint peer = new IpEndpoint(IpAddress.parse(host), port);
    try {
      for (int i = 1; i <= count; i++) {
        Probe probe = probe(i, peer);
        probes.add(probe);
        show(peer, probe);
        if (i < count) {
          pause.millis((long) (intervalSeconds * 1000));
        }
      }
    } catch (InterruptedException e) {
      // Ctrl-C: the summary of what there is
    }
    long open = probes.stream().filter(probe -> probe.outcome().equals(OPEN)).count();
    summary(peer, open);
    if (open == 0 && !probes.isEmpty()) {
      throw failure(
          peer + " did not open: " + probes.get(probes.size() - 1).outcome() + "; see ip:ping");
    }
  }

  private Probe probe(int number, IpEndpoint peer) throws Exception {
    long begin = nanoClock.getAsLong();
    String outcome;
    try (TcpSocket socket = tcp().socket()) {
      socket.owner("io.karavel.shell:probe");
      try {
        socket.connect(peer);
        socket.awaitConnected(Duration.ofNanos((long) (timeoutSeconds * 1e9)));
        outcome = OPEN;
      } catch (TcpException e) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        outcome = String.valueOf(e.getMessage());
      } finally {
        // no TIME-WAIT is to stay behind
        socket.abort();
      }
    }
    return new Probe(number, outcome, Values.millis(nanoClock.getAsLong() - begin));
  }

  private void show(IpEndpoint peer, Probe probe) {
    String millis = String.format(Locale.ROOT, "%.3f", probe.millis());
    if (form() == Form.PLAIN) {
      out().println(probe.number() + "\t" + probe.outcome() + "\t" + millis);
    } else if (form() == Form.TABLE) {
      out().println(peer + " seq=" + probe.number() + " " + probe.outcome() + " " + millis + " ms");
      deliver();
    }
  }

  private void summary(IpEndpoint peer, long open) throws IOException {
    if (form() == Form.TABLE) {
      out().println(probes.size() + " tried, " + open + " open");
    } else if (form() == Form.JSON) {
      new Report()
          .with("peer", peer)
          .with(
              "probes",
              new Listing<Probe>()
                  .number("number", Probe::number)
                  .column("outcome", Probe::outcome)
                  .number("millis", Probe::millis)
                  .asMaps(probes))
          .with("tried", probes.size())
          .with("open", open)
          .print("", Form.JSON);
    }
  }
}
