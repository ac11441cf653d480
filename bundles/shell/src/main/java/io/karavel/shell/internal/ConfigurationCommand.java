package io.karavel.shell.internal;

import io.karavel.control.ConfigurationException;
import io.karavel.control.ConfigurationPlan;
import io.karavel.control.ConfigurationRecord;
import io.karavel.control.ConfigurationResult;
import io.karavel.control.ConfigurationValue;
import io.karavel.control.Configurations;
import io.karavel.control.KeyChange;
import io.karavel.control.Masking;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.karaf.shell.support.CommandException;

/** What the commands share that show or change the configuration as a whole. */
abstract class ConfigurationCommand extends ListCommand {
  /** Something that may be refused. */
  interface Asking<T> {
    T ask() throws ConfigurationException;
  }

  /** Asks, and fails with what is refused. */
  static <T> T asked(Asking<T> asking) throws CommandException {
    try {
      return asking.ask();
    } catch (ConfigurationException e) {
      throw failure(Masking.text(e.getMessage()));
    }
  }

  /** The service. */
  final Configurations configurations() throws CommandException {
    appliance();
    return services()
        .find(Configurations.class)
        .orElseThrow(
            () ->
                failure(
                    "configuration changes: not running; start them with 'bundle:start"
                        + " io.karavel.control'; meanwhile 'config:property-set' changes keys one"
                        + " by one"));
  }

  final Configurations.Author author() {
    return new Configurations.Author(CommandAudit.user(session), "shell");
  }

  static Listing<ConfigurationValue> valueColumns() {
    return new Listing<ConfigurationValue>()
        .column("key", ConfigurationValue::name)
        .column("value", v -> Masking.value(v.setting().key(), v.value()))
        .column("inForce", v -> Masking.value(v.setting().key(), v.inForce()))
        .column("default", v -> String.valueOf(v.setting().defaultValue()))
        .column("range", v -> v.setting().range())
        .column("applies", v -> v.setting().applies().name().toLowerCase(Locale.ROOT))
        .column("source", ConfigurationValue::source)
        .number("revision", ConfigurationValue::revision)
        .column("author", ConfigurationValue::author);
  }

  static Object shown(KeyChange change, String value) {
    return value == null ? null : Masking.value(change.key(), value);
  }

  private static String sentence(KeyChange change) {
    return change.pid()
        + "."
        + change.key()
        + ": "
        + text(shown(change, change.before()))
        + " -> "
        + text(shown(change, change.after()));
  }

  private static String text(Object value) {
    return value == null ? "default" : value.toString().isEmpty() ? "''" : value.toString();
  }

  private static List<Map<String, Object>> facts(List<KeyChange> changes) {
    List<Map<String, Object>> all = new ArrayList<>();
    for (KeyChange change : changes) {
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("pid", change.pid());
      facts.put("key", change.key());
      facts.put("old", shown(change, change.before()));
      facts.put("new", shown(change, change.after()));
      all.add(facts);
    }
    return all;
  }

  /** Says what a change came to. */
  final void report(ConfigurationResult result) throws IOException {
    ConfigurationRecord record = result.record();
    double millis = result.nanos() / 1e6;
    StringBuilder text = new StringBuilder();
    for (KeyChange change : record.changes()) {
      text.append(sentence(change)).append('\n');
    }
    List<String> absent =
        result.modules().stream().filter(m -> !m.running()).map(m -> m.pid()).toList();
    if (record.changes().isEmpty()) {
      text.append("nothing to change: it is so already");
    } else {
      text.append("change ")
          .append(record.id())
          .append(
              String.format(
                  Locale.ROOT,
                  " applied to %,d connections in %.0f ms",
                  result.connections(),
                  millis));
      if (!absent.isEmpty()) {
        text.append("; ").append(String.join(", ", absent)).append(" takes it at its start");
      }
      if (result.confirmSeconds() > 0) {
        text.append("; it goes back in ")
            .append(result.confirmSeconds())
            .append(" s unless you say net:config-confirm");
      }
    }
    new Report()
        .with("change", record.id())
        .with("result", record.changes().isEmpty() ? "nothing to change" : record.result())
        .with("connections", result.connections())
        .with("millis", millis)
        .with("confirmSeconds", result.confirmSeconds())
        .with("notRunning", absent)
        .with("changes", facts(record.changes()))
        .print(text.toString(), form());
  }

  /** Says what a change would do. */
  final void report(ConfigurationPlan plan) throws IOException {
    if (form() == Form.JSON) {
      new Report()
          .with("dryRun", true)
          .with("changes", facts(plan.changes()))
          .with("ends", plan.endedCount())
          .with("touches", plan.touchedCount())
          .with("ended", fateColumns().asMaps(plan.ended()))
          .with("touched", fateColumns().asMaps(some(plan.touched())))
          .with("remarks", plan.remarks())
          .print("", Form.JSON);
      return;
    }
    PrintStream out = out();
    if (form() == Form.PLAIN) {
      plan.changes().forEach(change -> out.println("change\t" + sentence(change)));
      fateColumns().plain(out, "ends\t", plan.ended());
      fateColumns().plain(out, "touches\t", some(plan.touched()));
      plan.remarks().forEach(remark -> out.println("remark\t" + remark));
      return;
    }
    if (plan.changes().isEmpty()) {
      out.println("nothing to change: it is so already");
      return;
    }
    plan.changes().forEach(change -> out.println("would change " + sentence(change)));
    out.println(
        String.format(Locale.ROOT, "would end %,d connections", plan.endedCount())
            + (plan.ended().isEmpty() ? "" : ":"));
    if (!plan.ended().isEmpty()) {
      fateColumns().table(out, plan.ended(), isColoured(), "");
    }
    out.println(
        String.format(Locale.ROOT, "would touch %,d connections that go on", plan.touchedCount()));
    if (!plan.touched().isEmpty()) {
      fateColumns().table(out, some(plan.touched()), isColoured(), "");
    }
    plan.remarks().forEach(out::println);
  }

  private List<ConfigurationPlan.Fate> some(List<ConfigurationPlan.Fate> fates) {
    return limit == 0 || fates.size() <= limit ? fates : fates.subList(0, limit);
  }

  private static Listing<ConfigurationPlan.Fate> fateColumns() {
    return new Listing<ConfigurationPlan.Fate>()
        .column("stack", ConfigurationPlan.Fate::stack)
        .number("id", fate -> fate.connection().id())
        .column("state", fate -> fate.connection().state().label())
        .column("local", fate -> fate.connection().local())
        .column("peer", fate -> fate.connection().remote())
        .column("why", ConfigurationPlan.Fate::why);
  }
}
