package io.karavel.shell.internal;

import io.karavel.control.LaneInfo;
import io.karavel.control.TimerInfo;
import io.karavel.engine.Counters;
import io.karavel.engine.Histogram;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code timer:stats}. */
@Service
@Command(
    scope = "timer",
    name = "stats",
    description = "How many timers are armed and have expired, and how late they were",
    detailedDescription = "Example: timer:stats")
public final class TimerStatsCommand extends ReportingCommand {
  /** For the shell. */
  public TimerStatsCommand() {}

  private record Lane(LaneInfo info, long expired, Histogram lateness) {}

  @Override
  void run() throws Exception {
    Question ask = ask();
    List<LaneInfo> infos = ask.appliance().lanes(stack);
    List<Counters> counters = ask.appliance().counterSets(stack);
    List<Lane> lanes = new ArrayList<>();
    for (int i = 0; i < infos.size() && i < counters.size(); i++) {
      Counters lane = counters.get(i);
      lanes.add(
          new Lane(
              infos.get(i),
              lane.counter("Lane.TimersExpired").value(),
              lane.histogram("Lane.TimerLateNanos")));
    }
    Map<String, Integer> kinds = new TreeMap<>();
    for (TimerInfo timer : ask.appliance().timers(stack)) {
      kinds.merge(timer.kind(), timer.armed(), Integer::sum);
    }
    Listing<Lane> laneColumns =
        new Listing<Lane>()
            .number("lane", lane -> lane.info().lane())
            .number("armed", lane -> lane.info().armedTimers())
            .number("expired", Lane::expired)
            .number("lateP50Millis", lane -> late(lane, 50))
            .number("lateP99Millis", lane -> late(lane, 99))
            .number("lateP999Millis", lane -> late(lane, 99.9))
            .number("lateMaxMillis", lane -> late(lane, 100));
    List<Map.Entry<String, Integer>> kindRows = List.copyOf(kinds.entrySet());
    Listing<Map.Entry<String, Integer>> kindColumns =
        new Listing<Map.Entry<String, Integer>>()
            .column("kind", Map.Entry::getKey)
            .number("armed", Map.Entry::getValue);
    PrintStream out = out();
    switch (form()) {
      case JSON ->
          new Report()
              .with("lanes", laneColumns.asMaps(lanes))
              .with("armedByKind", kinds)
              .print("", Form.JSON);
      case PLAIN -> {
        laneColumns.plain(out, "lane\t", lanes);
        kindColumns.plain(out, "kind\t", kindRows);
      }
      case TABLE -> {
        laneColumns.table(out, lanes, isColoured(), "no lane");
        out.println();
        kindColumns.table(out, kindRows, isColoured(), "no timer is armed");
      }
    }
  }

  private static double late(Lane lane, double percent) {
    return Values.millis(lane.lateness().percentile(percent));
  }
}
