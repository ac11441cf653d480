package io.karavel.shell.internal;

import io.karavel.control.ConfigurationRecord;
import io.karavel.control.Configurations;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpExplanation;
import io.karavel.tcp.TcpExplanation.ArmedTimer;
import io.karavel.tcp.TcpExplanation.Step;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code tcp:why}. */
@Service
@Command(
    scope = "tcp",
    name = "why",
    description =
        "Why a connection is as it is: what brought it there, and what each of its timers will do",
    detailedDescription = "Example: tcp:why 42")
public final class TcpWhyCommand extends ReportingCommand {
  /** Steps of a timer that a sentence names before the end. */
  private static final int STEPS_SHOWN = 3;

  @Argument(name = "id", description = "Its number, as in tcp:list")
  @Completion(ConnectionCompleter.class)
  long id;

  @Option(
      name = "--local",
      description = "Instead of a number: the first connection with this ADDRESS, :PORT or both")
  @Completion(LocalEndpointCompleter.class)
  String local;

  @Option(
      name = "--peer",
      description = "Instead of a number: the first connection with this ADDRESS, :PORT or both")
  @Completion(PeerEndpointCompleter.class)
  String peer;

  /** For the shell. */
  public TcpWhyCommand() {}

  @Override
  void run() throws Exception {
    TcpExplanation why = explanation(ask());
    TcpConnectionInfo connection = why.connection();
    Configurations configurations = services().find(Configurations.class).orElse(null);
    ParameterSources sources = new ParameterSources(configurations);
    Map<String, Object> causeFacts = causeFacts(why, configurations);
    List<Map<String, Object>> timers = new ArrayList<>();
    for (ArmedTimer timer : why.timers()) {
      timers.add(facts(timer, sources));
    }
    switch (form()) {
      case JSON ->
          new Report()
              .with("id", connection.id())
              .with("state", connection.state().label())
              .with("local", connection.local())
              .with("peer", connection.remote())
              .withAll(causeFacts)
              .with("timers", timers)
              .print("", Form.JSON);
      case PLAIN -> {
        out()
            .println(
                "state\t"
                    + connection.state().label()
                    + "\t"
                    + String.join("\t", texts(causeFacts)));
        for (Map<String, Object> timer : timers) {
          out().println("timer\t" + String.join("\t", texts(timer)));
        }
      }
      case TABLE -> sentences(out(), why, causeFacts, sources);
    }
  }

  private static List<String> texts(Map<String, Object> facts) {
    return facts.values().stream().map(Values::text).toList();
  }

  private TcpExplanation explanation(Question ask) throws Exception {
    TcpExplanation why;
    if (local == null && peer == null) {
      if (id == 0) {
        throw failure(
            "which connection? say its number, as 'tcp:list' shows it, or --local or --peer");
      }
      why = ask.tcp(tcp -> tcp.why(id));
      if (why == null) {
        throw failure(
            "there is no connection "
                + id
                + ", nor a socket that is left of it; tcp:list shows"
                + " what there is");
      }
      return why;
    }
    if (id != 0) {
      throw failure("a number and --local or --peer exclude each other; say one of them");
    }
    EndpointPattern here = local == null ? null : EndpointPattern.parse(local);
    EndpointPattern there = peer == null ? null : EndpointPattern.parse(peer);
    List<TcpConnectionInfo> found =
        ask.connections(
            c ->
                c.remote() != null
                    && (here == null || here.test(c.local()))
                    && (there == null || there.test(c.remote())),
            1);
    if (found.isEmpty()) {
      throw failure("there is no such connection; tcp:list shows what there is");
    }
    TcpConnectionInfo first = found.get(0);
    why =
        ask.tcp(
            tcp -> first.id() != 0 ? tcp.why(first.id()) : tcp.why(first.local(), first.remote()));
    if (why == null) {
      throw failure("the connection from " + first.remote() + " has just ended");
    }
    return why;
  }

  // ---- the cause ----

  private Map<String, Object> causeFacts(TcpExplanation why, Configurations configurations) {
    TcpCause cause = why.cause();
    Instant since = why.sinceNanos() < 0 ? null : clock.instant().minusNanos(why.sinceNanos());
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("since", since);
    facts.put("sinceSeconds", why.sinceNanos() < 0 ? null : (Object) (why.sinceNanos() / 1e9));
    facts.put("from", why.from() == null ? null : why.from().label());
    facts.put("by", cause == null ? null : cause.kind().name().toLowerCase(java.util.Locale.ROOT));
    facts.put("cause", cause == null ? null : cause.meaning());
    facts.put("error", why.failure() == null ? null : why.failure().meaning());
    facts.put("softError", why.softError() == null ? null : why.softError().meaning());
    ConfigurationRecord change =
        cause == TcpCause.CONFIGURATION && configurations != null && since != null
            ? ParameterSources.lastChangeBefore(configurations, since)
            : null;
    facts.put("change", change == null ? null : ParameterSources.sentence(change));
    return facts;
  }

  // ---- the timers ----

  private static Map<String, Object> facts(ArmedTimer timer, ParameterSources sources) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("timer", timer.kind());
    facts.put("inSeconds", timer.inNanos() / 1e9);
    facts.put("count", timer.count());
    facts.put("most", timer.most() == 0 ? null : (Object) timer.most());
    facts.put("endsInSeconds", timer.end() < 0 ? null : (Object) (timer.end() / 1e9));
    facts.put("error", timer.error() == null ? null : timer.error().meaning());
    List<Map<String, Object>> steps = new ArrayList<>();
    for (Step step : timer.steps()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("inSeconds", step.inNanos() / 1e9);
      one.put("action", step.action());
      steps.add(one);
    }
    facts.put("steps", steps);
    facts.put("parameters", timer.parameters().stream().map(sources::facts).toList());
    return facts;
  }

  private static String seconds(long nanos) {
    double seconds = nanos / 1e9;
    return String.format(java.util.Locale.ROOT, seconds < 10 ? "%.3f s" : "%.1f s", seconds);
  }

  private void sentences(
      PrintStream out, TcpExplanation why, Map<String, Object> cause, ParameterSources sources) {
    TcpConnectionInfo c = why.connection();
    out.println(
        "tcp#"
            + c.id()
            + " "
            + c.local()
            + (c.remote() == null ? "" : " - " + c.remote())
            + " is "
            + c.state().label());
    if (why.cause() == null) {
      out.println("  what brought it there is not known: the module before did not keep it");
    } else {
      out.println(
          "  cause: "
              + why.cause().meaning()
              + " ("
              + cause.get("by")
              + ")"
              + (why.from() == null ? "" : ", in " + why.from().label())
              + (why.sinceNanos() < 0 ? "" : ", " + seconds(why.sinceNanos()) + " ago"));
    }
    if (cause.get("change") != null) {
      out.println("  change: " + cause.get("change"));
    }
    if (why.failure() != null) {
      out.println("  the application was told: " + why.failure().meaning());
    }
    if (why.softError() != null) {
      out.println(
          "  the way: ICMP or ARP said '"
              + why.softError().meaning()
              + "'; named at the end if the peer stays silent");
    }
    if (why.timers().isEmpty()) {
      out.println("  no timer is armed: it stays so until something comes or is called");
    }
    for (ArmedTimer timer : why.timers()) {
      out.println("  timer " + timer.kind() + ": " + steps(timer));
      timer.parameters().forEach(p -> out.println("    " + sources.sentence(p)));
    }
  }

  private static String steps(ArmedTimer timer) {
    StringBuilder text = new StringBuilder();
    List<Step> steps = timer.steps();
    int shown = steps.size() <= STEPS_SHOWN + 1 ? steps.size() : STEPS_SHOWN;
    for (int i = 0; i < shown; i++) {
      text.append(i == 0 ? "" : "; ")
          .append("in ")
          .append(seconds(steps.get(i).inNanos()))
          .append(' ')
          .append(steps.get(i).action());
    }
    if (shown < steps.size()) {
      Step last = steps.get(steps.size() - 1);
      boolean ends = timer.end() >= 0 && last.inNanos() == timer.end();
      text.append("; and so on").append(ends ? "; in " + seconds(last.inNanos()) : "");
      text.append(ends ? " " + last.action() : "");
    }
    return text.toString();
  }
}
