package io.karavel.shell.internal;

import io.karavel.address.IpAddress;
import io.karavel.ip.PingReply;
import io.karavel.ip.PingRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code ip:traceroute}: echo requests with a TTL that grows. */
@Service
@Command(
    scope = "ip",
    name = "traceroute",
    description = "Shows the routers on the way to a host, by echo requests with growing TTL",
    detailedDescription = "Example: ip:traceroute -q 1 10.77.0.1")
public final class IpTracerouteCommand extends ReportingCommand {
  @Argument(name = "address", description = "The host", required = true)
  @Completion(HostCompleter.class)
  String address;

  @Option(
      name = "-m",
      aliases = "--max-hops",
      description = "Largest TTL, 1 to 255",
      valueToShowInHelp = "30")
  @Completion(
      value = StringsCompleter.class,
      values = {"8", "30", "64"})
  int maxHops = 30;

  @Option(
      name = "-f",
      aliases = "--first-hop",
      description = "First TTL, 1 to 255",
      valueToShowInHelp = "1")
  @Completion(
      value = StringsCompleter.class,
      values = {"1", "2", "5"})
  int firstHop = 1;

  @Option(
      name = "-q",
      aliases = "--queries",
      description = "Requests for each TTL, 1 to 10",
      valueToShowInHelp = "3")
  @Completion(
      value = StringsCompleter.class,
      values = {"1", "3"})
  int queries = 3;

  @Option(
      name = "-w",
      aliases = "--wait",
      description = "Seconds to wait for an answer, 0.001 to 60",
      valueToShowInHelp = "1")
  @Completion(
      value = StringsCompleter.class,
      values = {"0.2", "1", "5"})
  double waitSeconds = 1;

  /** For the shell. */
  public IpTracerouteCommand() {}

  private record Hop(int ttl, int query, PingReply reply) {
    boolean answered() {
      return !reply.outcome().equals(PingReply.TIMEOUT);
    }

    /** Whether the way ends here: the host itself, or somebody who knows no way on. */
    boolean last() {
      return answered() && !reply.outcome().equals("time to live exceeded");
    }
  }

  @Override
  void run() throws Exception {
    IpAddress destination = IpAddress.parse(address);
    checkRange("-m", maxHops, 1, 255);
    checkRange("-f", firstHop, 1, maxHops);
    checkRange("-q", queries, 1, 10);
    checkRange("-w", waitSeconds, 0.001, 60);
    Question ask = ask();
    if (form() == Form.TABLE) {
      out().println("traceroute to " + destination + ", " + maxHops + " hops max");
    }
    int identifier = (int) (System.nanoTime() >>> 10) & 0xffff;
    List<Hop> hops = new ArrayList<>();
    boolean reached = false;
    boolean over = false;
    for (int ttl = firstHop; ttl <= maxHops && !over; ttl++) {
      List<Hop> answers = hop(ask, destination, identifier, ttl);
      hops.addAll(answers);
      show(ttl, answers);
      reached = answers.stream().anyMatch(a -> a.reply().outcome().equals(PingReply.REPLY));
      over = answers.stream().anyMatch(Hop::last);
    }
    if (form() == Form.JSON) {
      new Report()
          .with("destination", destination)
          .with("reached", reached)
          .with(
              "hops",
              new Listing<Hop>()
                  .number("ttl", Hop::ttl)
                  .number("query", Hop::query)
                  .column("from", hop -> hop.answered() ? hop.reply().from() : null)
                  .column("outcome", hop -> hop.reply().outcome())
                  .number("millis", hop -> hop.answered() ? millis(hop) : null)
                  .asMaps(hops))
          .print("", Form.JSON);
    }
    if (!reached) {
      throw failure(
          destination
              + " was not reached within "
              + maxHops
              + " hops; 'ip:route-get "
              + destination
              + "' shows the first one");
    }
  }

  /** All requests of a TTL go out together. */
  private List<Hop> hop(Question ask, IpAddress destination, int identifier, int ttl)
      throws Exception {
    long timeoutNanos = (long) (waitSeconds * 1e9);
    List<CompletableFuture<PingReply>> futures = new ArrayList<>();
    for (int query = 0; query < queries; query++) {
      PingRequest request =
          new PingRequest(destination, identifier, ttl * 16 + query, 32, ttl, false, timeoutNanos);
      futures.add(ask.ip(ip -> ip.ping(request)));
    }
    List<Hop> answers = new ArrayList<>();
    for (int query = 0; query < queries; query++) {
      PingReply reply;
      try {
        reply = futures.get(query).get(timeoutNanos + 1_000_000_000L, TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        reply = new PingReply(PingReply.TIMEOUT, IpAddress.ANY, query, 0, 0, timeoutNanos);
      } catch (ExecutionException e) {
        throw failure(String.valueOf(e.getCause().getMessage()));
      }
      answers.add(new Hop(ttl, query + 1, reply));
    }
    return answers;
  }

  private void show(int ttl, List<Hop> answers) {
    if (form() == Form.PLAIN) {
      for (Hop hop : answers) {
        out()
            .println(
                ttl
                    + "\t"
                    + hop.query()
                    + "\t"
                    + (hop.answered() ? hop.reply().from() : "")
                    + "\t"
                    + hop.reply().outcome()
                    + "\t"
                    + (hop.answered() ? Values.text(millis(hop)) : ""));
      }
    } else if (form() == Form.TABLE) {
      StringBuilder line = new StringBuilder(String.format("%2d ", ttl));
      IpAddress before = null;
      for (Hop hop : answers) {
        if (!hop.answered()) {
          line.append(" *");
          continue;
        }
        IpAddress from = hop.reply().from();
        if (!from.equals(before)) {
          line.append(' ').append(from);
          before = from;
        }
        line.append("  ").append(Values.text(millis(hop))).append(" ms");
        if (hop.last() && !hop.reply().outcome().equals(PingReply.REPLY)) {
          line.append(" (").append(hop.reply().outcome()).append(')');
        }
      }
      out().println(line);
      deliver();
    }
  }

  private static double millis(Hop hop) {
    return Values.millis(hop.reply().roundTripNanos());
  }
}
