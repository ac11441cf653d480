package io.karavel.shell.internal;

import io.karavel.address.IpAddress;
import io.karavel.ip.PingReply;
import io.karavel.ip.PingRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

/** {@code ip:ping}. */
@Service
@Command(
    scope = "ip",
    name = "ping",
    description = "Sends echo requests and times the answers",
    detailedDescription = "Example: ip:ping -c 3 10.77.0.1")
public final class IpPingCommand extends ReportingCommand {
  @Argument(name = "address", description = "Whom to ask", required = true)
  @Completion(HostCompleter.class)
  String address;

  @Option(
      name = "-c",
      aliases = "--count",
      description = "How many requests; without it until Ctrl-C on a terminal, else 4",
      valueToShowInHelp = "0")
  @Completion(
      value = StringsCompleter.class,
      values = {"1", "4", "10"})
  int count;

  @Option(
      name = "-i",
      aliases = "--interval",
      description = "Seconds between requests, 0 to 3600",
      valueToShowInHelp = "1")
  @Completion(
      value = StringsCompleter.class,
      values = {"0.01", "0.2", "1"})
  double intervalSeconds = 1;

  @Option(
      name = "-s",
      aliases = "--size",
      description = "Bytes behind the ICMP header, 0 to 65507",
      valueToShowInHelp = "56")
  @Completion(
      value = StringsCompleter.class,
      values = {"56", "1472", "8000"})
  int sizeBytes = 56;

  @Option(
      name = "-W",
      aliases = "--timeout",
      description = "Seconds to wait for each answer, 0.001 to 3600",
      valueToShowInHelp = "1")
  @Completion(
      value = StringsCompleter.class,
      values = {"0.1", "1", "5"})
  double timeoutSeconds = 1;

  @Option(name = "--ttl", description = "TTL, 1 to 255; 0 as configured", valueToShowInHelp = "0")
  @Completion(
      value = StringsCompleter.class,
      values = {"1", "64", "255"})
  int timeToLive;

  @Option(name = "--df", description = "Forbids fragmentation")
  boolean dontFragment;

  Rates.Pause pause = Thread::sleep;

  private final List<PingReply> replies = new ArrayList<>();
  private int sent;

  /** For the shell. */
  public IpPingCommand() {}

  @Override
  void run() throws Exception {
    IpAddress destination = IpAddress.parse(address);
    checkRange("-c", count, 0, 1_000_000_000);
    checkRange("-i", intervalSeconds, 0, 3600);
    checkRange("-s", sizeBytes, 0, 65507);
    checkRange("-W", timeoutSeconds, 0.001, 3600);
    checkRange("--ttl", timeToLive, 0, 255);
    Question ask = ask();
    int wanted = count > 0 ? count : terminal.test(1) && !json ? Integer.MAX_VALUE : 4;
    if (form() == Form.TABLE) {
      out()
          .printf(
              Locale.ROOT,
              "PING %s %d(%d) bytes of data.%n",
              destination,
              sizeBytes,
              sizeBytes + 28);
    }
    long start = System.nanoTime();
    boolean interrupted = false;
    try {
      ping(ask, destination, wanted);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    summary(destination, (System.nanoTime() - start) / 1_000_000);
    if (answered() == 0 && !(interrupted && sent == 0)) {
      throw failure(
          "nothing came back from "
              + destination
              + " for "
              + sent
              + (sent == 1 ? " request" : " requests")
              + "; 'ip:route-get "
              + destination
              + "' and 'ip:neighbour-list' show the way there");
    }
  }

  private void ping(Question ask, IpAddress destination, int wanted) throws Exception {
    int identifier = (int) (System.nanoTime() >>> 10) & 0xffff;
    long timeoutNanos = (long) (timeoutSeconds * 1e9);
    for (int i = 1; i <= wanted; i++) {
      long begun = System.nanoTime();
      int sequence = i & 0xffff;
      PingRequest request =
          new PingRequest(
              destination, identifier, sequence, sizeBytes, timeToLive, dontFragment, timeoutNanos);
      CompletableFuture<PingReply> answer = ask.ip(ip -> ip.ping(request));
      sent++;
      PingReply reply;
      try {
        // The module ends the waiting itself; the second more is for a module that goes away.
        reply = answer.get(timeoutNanos + 1_000_000_000L, TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        reply = new PingReply(PingReply.TIMEOUT, IpAddress.ANY, sequence, 0, 0, timeoutNanos);
      } catch (ExecutionException e) {
        throw failure(String.valueOf(e.getCause().getMessage()));
      }
      replies.add(reply);
      show(reply);
      if (i < wanted) {
        long left = (long) (intervalSeconds * 1000) - (System.nanoTime() - begun) / 1_000_000;
        if (left > 0) {
          pause.millis(left);
        }
      }
    }
  }

  private void show(PingReply reply) {
    double millis = Values.millis(reply.roundTripNanos());
    if (form() == Form.PLAIN) {
      out()
          .println(
              reply.sequence()
                  + "\t"
                  + reply.outcome()
                  + "\t"
                  + reply.from()
                  + "\t"
                  + reply.bytes()
                  + "\t"
                  + reply.timeToLive()
                  + "\t"
                  + Values.text(millis));
    } else if (form() == Form.TABLE) {
      switch (reply.outcome()) {
        case PingReply.REPLY ->
            out()
                .printf(
                    Locale.ROOT,
                    "%d bytes from %s: icmp_seq=%d ttl=%d time=%.3f ms%n",
                    reply.bytes(),
                    reply.from(),
                    reply.sequence(),
                    reply.timeToLive(),
                    millis);
        case PingReply.TIMEOUT ->
            out()
                .printf(
                    Locale.ROOT,
                    "no answer to icmp_seq=%d within %s s%n",
                    reply.sequence(),
                    Values.text(timeoutSeconds));
        default ->
            out()
                .printf(
                    Locale.ROOT,
                    "From %s icmp_seq=%d %s%n",
                    reply.from(),
                    reply.sequence(),
                    reply.outcome());
      }
      deliver();
    }
  }

  private long answered() {
    return replies.stream().filter(reply -> reply.outcome().equals(PingReply.REPLY)).count();
  }

  private void summary(IpAddress destination, long tookMillis) throws IOException {
    long received = answered();
    long errors =
        replies.stream()
            .filter(reply -> !reply.outcome().equals(PingReply.REPLY))
            .filter(reply -> !reply.outcome().equals(PingReply.TIMEOUT))
            .count();
    double lost = sent == 0 ? 0 : 100.0 * (sent - received) / sent;
    double[] times =
        replies.stream()
            .filter(reply -> reply.outcome().equals(PingReply.REPLY))
            .mapToDouble(reply -> Values.millis(reply.roundTripNanos()))
            .toArray();
    double sum = 0;
    double squares = 0;
    double least = Double.MAX_VALUE;
    double most = 0;
    for (double time : times) {
      sum += time;
      squares += time * time;
      least = Math.min(least, time);
      most = Math.max(most, time);
    }
    double mean = times.length == 0 ? 0 : sum / times.length;
    double deviation =
        times.length == 0 ? 0 : Math.sqrt(Math.max(0, squares / times.length - mean * mean));
    if (form() == Form.TABLE) {
      out()
          .printf(
              Locale.ROOT,
              "%n--- %s ping statistics ---%n"
                  + "%d packets transmitted, %d received, %s%s%% packet loss, time %dms%n",
              destination,
              sent,
              received,
              errors > 0 ? "+" + errors + " errors, " : "",
              Values.text(lost),
              tookMillis);
      if (times.length > 0) {
        out()
            .printf(
                Locale.ROOT,
                "rtt min/avg/max/mdev = %.3f/%.3f/%.3f/%.3f ms%n",
                least,
                mean,
                most,
                deviation);
      }
    } else if (form() == Form.JSON) {
      Report report =
          new Report()
              .with("destination", destination)
              .with("bytes", sizeBytes)
              .with(
                  "replies",
                  new Listing<PingReply>()
                      .number("sequence", PingReply::sequence)
                      .column("outcome", PingReply::outcome)
                      .column("from", PingReply::from)
                      .number("bytes", PingReply::bytes)
                      .number("ttl", PingReply::timeToLive)
                      .number("millis", reply -> Values.millis(reply.roundTripNanos()))
                      .asMaps(replies))
              .with("transmitted", sent)
              .with("received", received)
              .with("errors", errors)
              .with("lossPercent", lost);
      if (times.length > 0) {
        report
            .with("minMillis", least)
            .with("avgMillis", mean)
            .with("maxMillis", most)
            .with("mdevMillis", deviation);
      }
      report.print("", Form.JSON);
    }
  }
}
