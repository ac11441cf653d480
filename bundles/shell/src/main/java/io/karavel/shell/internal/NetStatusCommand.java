package io.karavel.shell.internal;

import io.karavel.control.LaneInfo;
import io.karavel.control.Masking;
import io.karavel.control.ModuleAbsentException;
import io.karavel.control.ModuleInfo;
import io.karavel.control.ModuleSwaps;
import io.karavel.control.ModuleVersion;
import io.karavel.engine.LiveSettings;
import io.karavel.tcp.TcpSummary;
import io.karavel.tcp.spi.TcpControl;
import java.io.PrintStream;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.ansi.SimpleAnsi;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code net:status}. */
@Service
@Command(
    scope = "net",
    name = "status",
    description = "Whether the appliance is well: modules, configuration, connections, rates",
    detailedDescription = "Example: net:status --sample 1000")
public final class NetStatusCommand extends ReportingCommand {
  /** Drops and discards are counters of this prefix. */
  private static final String DROP = "Drop.";

  private static final String ALL_DROPS = "drops";

  /** Names of the rates and the counters they come from. */
  private static final Map<String, String> RATES = rates();

  @Option(
      name = "--sample",
      description = "Milliseconds between two counts for the rates, 0 to 60000; 0 shows no rates",
      valueToShowInHelp = "300")
  @Completion(
      value = StringsCompleter.class,
      values = {"0", "300", "1000", "10000"})
  int sampleMillis = 300;

  Rates.Pause pause = Thread::sleep;
  LongSupplier nanoClock = System::nanoTime;

  /** For the shell. */
  public NetStatusCommand() {}

  private static Map<String, String> rates() {
    Map<String, String> rates = new LinkedHashMap<>();
    rates.put("ipIn", "Ip.InReceives");
    rates.put("ipOut", "Ip.OutRequests");
    rates.put("tcpIn", "Tcp.InSegs");
    rates.put("tcpOut", "Tcp.OutSegs");
    rates.put("tcpRetransmitted", "Tcp.RetransSegs");
    rates.put("opened", "Tcp.ActiveOpens");
    rates.put("accepted", "Tcp.PassiveOpens");
    rates.put("dropped", ALL_DROPS);
    return rates;
  }

  /** A figure with its growth. */
  private record Figure(String name, long count, Double perSecond) {}

  @Override
  void run() throws Exception {
    checkRange("--sample", sampleMillis, 0, 60000);
    Question ask = ask();
    Rates<String> counters =
        Rates.sample(
            () -> withDrops(ask.appliance().counters(stack)), sampleMillis, pause, nanoClock);
    List<ModuleInfo> modules = ask.appliance().modules(stack);
    List<LiveSettings<?>> settings = new ArrayList<>();
    services().all(LiveSettings.class).forEach(settings::add);
    settings.sort(Comparator.comparing(LiveSettings::pid));
    Map<String, Object> differing = differing();
    TcpSummary summary = null;
    String tcpProblem = null;
    try {
      summary = ask.tcp(TcpControl::summary);
    } catch (ModuleAbsentException e) {
      tcpProblem = e.getMessage();
    }
    List<Figure> figures = new ArrayList<>();
    RATES.forEach(
        (name, counter) ->
            figures.add(
                new Figure(
                    name, counters.now().getOrDefault(counter, 0L), counters.perSecond(counter))));
    long sent = counters.now().getOrDefault("Tcp.OutSegs", 0L);
    long again = counters.now().getOrDefault("Tcp.RetransSegs", 0L);
    double retransmitted = sent == 0 ? 0 : 100.0 * again / sent;
    long packets =
        ask.appliance().lanes(stack).stream().mapToLong(LaneInfo::packetBuffersOut).sum();
    long abandoned = counters.now().getOrDefault("Lane.AbandonedThreads", 0L);
    Map<String, Object> connections = new LinkedHashMap<>();
    if (summary != null) {
      summary.byState().forEach((state, count) -> connections.put(state.label(), count));
      connections.put("orphans", summary.orphans());
    }
    Report report =
        new Report()
            .with("time", clock.instant().truncatedTo(ChronoUnit.MILLIS))
            .with("stack", stack)
            .with("uptimeSeconds", ask.appliance().uptimeNanos() / 1_000_000_000)
            .with("modules", moduleColumns().asMaps(modules))
            .with("differing", differing)
            .with("configuration", settingsColumns().asMaps(settings))
            .with("connections", connections)
            .with("figures", figureColumns().asMaps(figures))
            .with("retransmittedPercent", retransmitted)
            .with("bufferBytes", summary == null ? null : summary.bufferBytes())
            .with("bufferLimitBytes", summary == null ? null : summary.bufferLimitBytes())
            .with("packetBuffersOut", packets)
            .with("abandonedThreads", abandoned)
            .with("problem", tcpProblem);
    PrintStream out = out();
    switch (form()) {
      case JSON -> report.print("", Form.JSON);
      case PLAIN -> {
        out.println("uptimeSeconds\t" + report.facts().get("uptimeSeconds"));
        moduleColumns().plain(out, "module\t", modules);
        differing.forEach((bundle, how) -> out.println("differing\t" + bundle + "\t" + how));
        settingsColumns().plain(out, "configuration\t", settings);
        connections.forEach((state, count) -> out.println("connections\t" + state + "\t" + count));
        figureColumns().plain(out, "figure\t", figures);
        out.println("retransmittedPercent\t" + Values.text(retransmitted));
        if (summary != null) {
          out.println("buffers\t" + summary.bufferBytes() + "\t" + summary.bufferLimitBytes());
        }
        out.println("packetBuffersOut\t" + packets);
        out.println("abandonedThreads\t" + abandoned);
      }
      case TABLE -> {
        Duration up = Duration.ofNanos(ask.appliance().uptimeNanos());
        out.printf(
            Locale.ROOT,
            "stack %s, up %dd %02d:%02d:%02d%n%n",
            stack,
            up.toDays(),
            up.toHoursPart(),
            up.toMinutesPart(),
            up.toSecondsPart());
        moduleColumns().table(out, modules, isColoured(), "the stack has no slots");
        differing.forEach((bundle, how) -> out.println(bundle + " " + how));
        out.println();
        settingsColumns().table(out, settings, isColoured(), "nobody has published settings");
        out.println();
        out.println(
            "connections: " + (summary == null ? tcpProblem : Values.text(some(connections))));
        out.println();
        figureColumns().table(out, figures, isColoured(), "");
        out.println();
        out.println(
            String.format(Locale.ROOT, "retransmitted %.3f %% of the segments", retransmitted)
                + (summary == null
                    ? ""
                    : ", buffers "
                        + summary.bufferBytes()
                        + " of "
                        + summary.bufferLimitBytes()
                        + " bytes")
                + ", packet buffers in use "
                + packets);
        if (abandoned > 0) {
          out.println(
              "threads of hung lanes that were left behind: " + abandoned + "; see net:doctor");
        }
      }
    }
  }

  /** Bundles that are not what their features say; none known while control is away. */
  private Map<String, Object> differing() {
    Map<String, Object> differing = new LinkedHashMap<>();
    services()
        .find(ModuleSwaps.class)
        .ifPresent(
            swaps -> {
              for (ModuleVersion version : swaps.versions()) {
                if (!version.differs().isEmpty()) {
                  differing.put(version.bundle() + " " + version.version(), version.differs());
                }
              }
            });
    return differing;
  }

  /** Without those that are 0, unless all are. */
  private static Object some(Map<String, Object> counts) {
    Map<String, Object> some = new LinkedHashMap<>(counts);
    some.values().removeIf(count -> count.equals(0));
    return some.isEmpty() ? "none" : some;
  }

  private static Map<String, Long> withDrops(Map<String, Long> counters) {
    Map<String, Long> all = new TreeMap<>(counters);
    long drops = 0;
    for (Map.Entry<String, Long> counter : counters.entrySet()) {
      if (counter.getKey().startsWith(DROP)) {
        drops += counter.getValue();
      }
    }
    all.put(ALL_DROPS, drops);
    return all;
  }

  private static String colour(String state) {
    return switch (state) {
      case "running", "in force" -> SimpleAnsi.COLOR_GREEN;
      case "crashed", "refused" -> SimpleAnsi.COLOR_RED;
      default -> SimpleAnsi.COLOR_YELLOW;
    };
  }

  private Listing<ModuleInfo> moduleColumns() {
    return new Listing<ModuleInfo>()
        .number("lane", ModuleInfo::lane)
        .column("module", ModuleInfo::slot)
        .column("state", ModuleInfo::state, NetStatusCommand::colour)
        .column("bundle", ModuleInfo::bundle)
        .column("version", ModuleInfo::version)
        .number("generation", ModuleInfo::generation)
        .column("since", module -> ago(module.sinceNanos()))
        .number("parked", ModuleInfo::parked)
        .number("crashes", ModuleInfo::crashes)
        .column("lastError", ModuleInfo::lastError);
  }

  private static Listing<LiveSettings<?>> settingsColumns() {
    return new Listing<LiveSettings<?>>()
        .column("pid", LiveSettings::pid)
        .column(
            "settings",
            live ->
                live.problem() != null ? "refused" : live.notice() != null ? "waiting" : "in force",
            NetStatusCommand::colour)
        .column("stored", live -> Masking.values(live.stored()))
        .column("applied", live -> Masking.values(live.applied()))
        .column("problem", NetStatusCommand::remark);
  }

  private static String remark(LiveSettings<?> live) {
    if (live.problem() != null) {
      return live.problem();
    }
    return live.notice() != null ? live.notice() : live.caution();
  }

  private static Listing<Figure> figureColumns() {
    return new Listing<Figure>()
        .column("figure", Figure::name)
        .number("count", Figure::count)
        .number("perSecond", Figure::perSecond);
  }
}
