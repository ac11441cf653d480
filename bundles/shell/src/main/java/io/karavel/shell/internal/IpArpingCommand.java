package io.karavel.shell.internal;

import io.karavel.address.IpAddress;
import io.karavel.ip.ArpReply;
import io.karavel.ip.PingReply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

/** {@code ip:arping}. */
@Service
@Command(
    scope = "ip",
    name = "arping",
    description = "Asks a link by ARP who has an address, past the neighbour table",
    detailedDescription = "Example: ip:arping -c 3 10.77.0.1")
public final class IpArpingCommand extends ReportingCommand {
  @Argument(name = "address", description = "A neighbour's address", required = true)
  @Completion(HostCompleter.class)
  String address;

  @Option(
      name = "-I",
      aliases = "--interface",
      description = "The interface; without it the one the address is reached over")
  @Completion(InterfaceCompleter.class)
  String interfaceName;

  @Option(
      name = "-c",
      aliases = "--count",
      description = "How many requests, 1 to 1000000",
      valueToShowInHelp = "3")
  @Completion(
      value = StringsCompleter.class,
      values = {"1", "3", "10"})
  int count = 3;

  @Option(
      name = "-i",
      aliases = "--interval",
      description = "Seconds between requests, 0 to 3600",
      valueToShowInHelp = "1")
  @Completion(
      value = StringsCompleter.class,
      values = {"0.2", "1"})
  double intervalSeconds = 1;

  @Option(
      name = "-w",
      aliases = "--wait",
      description = "Seconds to wait for each answer, 0.001 to 60",
      valueToShowInHelp = "1")
  @Completion(
      value = StringsCompleter.class,
      values = {"0.2", "1"})
  double waitSeconds = 1;

  Rates.Pause pause = Thread::sleep;

  private final List<ArpReply> replies = new ArrayList<>();

  /** For the shell. */
  public IpArpingCommand() {}

  @Override
  void run() throws Exception {
    IpAddress target = IpAddress.parse(address);
    checkRange("-c", count, 1, 1_000_000);
    checkRange("-i", intervalSeconds, 0, 3600);
    checkRange("-w", waitSeconds, 0.001, 60);
    Question ask = ask();
    if (form() == Form.TABLE) {
      out().println("ARPING " + target);
    }
    try {
      for (int i = 1; i <= count; i++) {
        ArpReply reply = askOnce(ask, target);
        replies.add(reply);
        show(target, i, reply);
        if (i < count) {
          pause.millis((long) (intervalSeconds * 1000));
        }
      }
    } catch (InterruptedException e) {
      // Ctrl-C: the summary of what there is
    }
    summary(target);
  }

  private ArpReply askOnce(Question ask, IpAddress target) throws Exception {
    long timeoutNanos = (long) (waitSeconds * 1e9);
    CompletableFuture<ArpReply> answer =
        ask.ip(ip -> ip.arping(Optional.ofNullable(interfaceName), target, timeoutNanos));
    try {
      return answer.get(timeoutNanos + 1_000_000_000L, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return new ArpReply(PingReply.TIMEOUT, Optional.empty(), timeoutNanos);
    } catch (ExecutionException e) {
      throw failure(String.valueOf(e.getCause().getMessage()));
    }
  }

  private void show(IpAddress target, int sequence, ArpReply reply) {
    String millis = Values.text(Values.millis(reply.roundTripNanos()));
    if (form() == Form.PLAIN) {
      out()
          .println(
              sequence + "\t" + reply.outcome() + "\t" + Values.text(reply.mac()) + "\t" + millis);
    } else if (form() == Form.TABLE) {
      out()
          .println(
              reply.mac().isPresent()
                  ? "reply from " + target + " [" + reply.mac().get() + "]  " + millis + " ms"
                  : reply.outcome().equals(PingReply.TIMEOUT)
                      ? "no answer within " + Values.text(waitSeconds) + " s"
                      : reply.outcome());
      deliver();
    }
  }

  private void summary(IpAddress target) throws Exception {
    long received = replies.stream().filter(reply -> reply.mac().isPresent()).count();
    long stations = replies.stream().flatMap(reply -> reply.mac().stream()).distinct().count();
    report(target, received, stations);
    if (stations > 1) {
      throw failure(stations + " stations answer for " + target + ": give each its own address");
    }
    if (received == 0 && !replies.isEmpty()) {
      throw failure(
          "nobody on the link answers for "
              + target
              + "; 'nic:stats' shows whether frames leave and come");
    }
  }

  private void report(IpAddress target, long received, long stations) throws IOException {
    if (form() == Form.TABLE) {
      out().println("sent " + replies.size() + ", received " + received);
    } else if (form() == Form.JSON) {
      new Report()
          .with("target", target)
          .with(
              "replies",
              new Listing<ArpReply>()
                  .column("outcome", ArpReply::outcome)
                  .column("mac", ArpReply::mac)
                  .number("millis", reply -> Values.millis(reply.roundTripNanos()))
                  .asMaps(replies))
          .with("sent", replies.size())
          .with("received", received)
          .with("stations", stations)
          .print("", Form.JSON);
    }
  }
}
