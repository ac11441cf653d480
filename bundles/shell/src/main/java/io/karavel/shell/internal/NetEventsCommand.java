package io.karavel.shell.internal;

import io.karavel.control.ApplianceEvent;
import io.karavel.control.EventHistory;
import io.karavel.engine.Event;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code net:events}. */
@Service
@Command(
    scope = "net",
    name = "events",
    description = "What happened: states, modules, neighbours, discards, swaps, configuration",
    detailedDescription = "Example: net:events -f --kind module")
public final class NetEventsCommand extends ListCommand {
  private static final int LOOK_MILLIS = 200;

  @Option(
      name = "-f",
      aliases = "--follow",
      description = "Goes on with what happens, until Ctrl-C")
  boolean follow;

  @Option(
      name = "--seconds",
      description = "With -f: ends after so many seconds, 0 to 86400; 0 is never",
      valueToShowInHelp = "0")
  @Completion(
      value = StringsCompleter.class,
      values = {"0", "10", "60"})
  double seconds;

  @Option(name = "--kind", description = "Only those of this kind", multiValued = true)
  @Completion(
      value = StringsCompleter.class,
      values = {
        "command",
        "conflict",
        "config",
        "device",
        "drop",
        "handler",
        "lane",
        "module",
        "neighbour",
        "state",
        "swap"
      })
  List<String> kinds;

  Rates.Pause pause = Thread::sleep;
  LongSupplier nanoClock = System::nanoTime;

  private long nextOfStack;
  private long nextOfAppliance;

  /** An event of either source. */
  private record Line(Instant time, String kind, String subject, String text) {}

  /** For the shell. */
  public NetEventsCommand() {}

  @Override
  void run() throws Exception {
    checkRange("--seconds", seconds, 0, 86400);
    Question ask = ask();
    List<Line> past = news(ask);
    if (!follow) {
      int most = lookFor() == 0 ? past.size() : limit;
      boolean more = past.size() > most;
      Listing<Line> columns = columns();
      columns.print(
          more ? past.subList(past.size() - most, past.size()) : past,
          form(),
          isColoured(),
          "nothing has happened");
      if (more) {
        (form() == Form.TABLE ? System.out : System.err)
            .println("only the newest " + most + " are shown; --limit 0 shows all");
      }
      return;
    }
    int shown = limit == 0 ? past.size() : Math.min(limit, past.size());
    show(past.subList(past.size() - shown, past.size()));
    long begin = nanoClock.getAsLong();
    try {
      while (seconds == 0 || nanoClock.getAsLong() - begin < seconds * 1e9) {
        pause.millis(LOOK_MILLIS);
        show(news(ask()));
      }
    } catch (InterruptedException e) {
      // Ctrl-C is how it ends
    }
  }

  /** What happened since the last call, oldest first. */
  private List<Line> news(Question ask) {
    List<Line> lines = new ArrayList<>();
    long now = nanoClock.getAsLong();
    for (Event event : ask.appliance().events(stack, nextOfStack)) {
      nextOfStack = event.sequence() + 1;
      Instant time =
          clock.instant().minusNanos(now - event.timeNanos()).truncatedTo(ChronoUnit.MILLIS);
      lines.add(new Line(time, event.kind(), event.subject(), event.text()));
    }
    Optional<EventHistory> history = services().find(EventHistory.class);
    if (history.isPresent()) {
      for (ApplianceEvent event : history.get().since(nextOfAppliance)) {
        nextOfAppliance = event.sequence() + 1;
        lines.add(
            new Line(
                event.time().truncatedTo(ChronoUnit.MILLIS),
                event.kind(),
                event.subject(),
                event.text()));
      }
    }
    lines.removeIf(line -> kinds != null && !kinds.contains(line.kind()));
    lines.sort(Comparator.comparing(Line::time));
    return lines;
  }

  private static Listing<Line> columns() {
    return new Listing<Line>()
        .column("time", Line::time)
        .column("kind", Line::kind)
        .column("subject", Line::subject)
        .column("text", Line::text);
  }

  /** A line each, a JSON object each: no table has an end here. */
  private void show(List<Line> lines) throws IOException {
    for (Line line : lines) {
      if (form() == Form.JSON) {
        Values.printLine(out(), json -> Values.json(json, columns().asMap(line)));
      } else if (form() == Form.PLAIN) {
        columns().plain(out(), "", List.of(line));
      } else {
        out()
            .println(line.time() + "  " + line.kind() + "  " + line.subject() + "  " + line.text());
      }
    }
    deliver();
  }
}
