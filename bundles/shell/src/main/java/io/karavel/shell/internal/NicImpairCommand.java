package io.karavel.shell.internal;

import io.karavel.control.Impairments;
import io.karavel.engine.SettingsException;
import io.karavel.engine.SettingsSchema;
import io.karavel.nic.ImpairmentSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code nic:impair}. */
@Service
@Command(
    scope = "nic",
    name = "impair",
    description = "Makes a bad wire of an interface, both ways; without options shows it",
    detailedDescription = "Example: nic:impair --loss 1 --delay 20ms --reorder 5 main0")
public final class NicImpairCommand extends ReportingCommand {
  @Argument(name = "interface", description = "The interface; without it all are shown")
  @Completion(InterfaceCompleter.class)
  String interfaceName;

  @Option(
      name = "--loss",
      description =
          "Frames lost, in percent (a % sign wants quotes: the shell takes it for itself)")
  @Completion(
      value = StringsCompleter.class,
      values = {"0.1", "1", "10"})
  String loss;

  @Option(name = "--delay", description = "Added to each frame one way, in ms or with a unit")
  @Completion(
      value = StringsCompleter.class,
      values = {"1ms", "20ms", "100ms"})
  String delay;

  @Option(name = "--jitter", description = "By which the delay varies")
  @Completion(
      value = StringsCompleter.class,
      values = {"100us", "1ms", "5ms"})
  String jitter;

  @Option(name = "--reorder", description = "Frames held back behind later ones, in percent")
  @Completion(
      value = StringsCompleter.class,
      values = {"1", "5"})
  String reorder;

  @Option(name = "--reorder-delay", description = "How long these are held back")
  @Completion(
      value = StringsCompleter.class,
      values = {"1ms", "10ms"})
  String reorderDelay;

  @Option(name = "--duplicate", description = "Frames that arrive twice, in percent")
  @Completion(
      value = StringsCompleter.class,
      values = {"0.1", "1"})
  String duplicate;

  @Option(name = "--corrupt", description = "Frames with a wrong bit, in percent")
  @Completion(
      value = StringsCompleter.class,
      values = {"0.1", "1"})
  String corrupt;

  @Option(name = "--rate", description = "Of the wire, in bits per second: 10mbit, 1gbit")
  @Completion(
      value = StringsCompleter.class,
      values = {"1mbit", "10mbit", "100mbit", "1gbit"})
  String rate;

  @Option(name = "--queue", description = "Frames that may wait for the wire")
  @Completion(
      value = StringsCompleter.class,
      values = {"10", "50", "1000"})
  String queue;

  @Option(name = "--seed", description = "Of chance: the same seed, the same fate")
  @Completion(
      value = StringsCompleter.class,
      values = {"1", "2"})
  String seed;

  @Option(name = "--off", description = "Mends the wire")
  boolean off;

  /** For the shell. */
  public NicImpairCommand() {}

  @Override
  boolean changes() {
    return off
        || Stream.of(
                loss, delay, jitter, reorder, reorderDelay, duplicate, corrupt, rate, queue, seed)
            .anyMatch(Objects::nonNull);
  }

  @Override
  void run() throws Exception {
    ask();
    Impairments impairments =
        services()
            .find(Impairments.class)
            .orElseThrow(
                () ->
                    failure(
                        "diagnostics: not running; start it with"
                            + " 'bundle:start io.karavel.diagnostics'"));
    Map<String, Object> keys = keys();
    if (off && !keys.isEmpty()) {
      throw failure("--off goes alone; the other options make the wire bad");
    }
    if (!off && keys.isEmpty()) {
      show(impairments);
      return;
    }
    if (interfaceName == null) {
      throw failure("which interface? 'ip:address-list' shows their names");
    }
    ImpairmentSettings settings = off ? ImpairmentSettings.NONE : parse(keys);
    impairments.impair(stack, interfaceName, settings);
    new Report()
        .with("interface", interfaceName)
        .withAll(settings.asMap())
        .print(
            off
                ? interfaceName + " is as its device is again"
                : interfaceName + " is impaired until 'nic:impair --off " + interfaceName + "'",
            form());
  }

  private static ImpairmentSettings parse(Map<String, Object> keys) throws CommandException {
    try {
      SettingsSchema schema = new SettingsSchema("nic:impair", ImpairmentSettings.KEYS);
      return ImpairmentSettings.of(schema.parse(keys));
    } catch (SettingsException e) {
      throw failure(e.getMessage());
    }
  }

  private Map<String, Object> keys() throws CommandException {
    Map<String, Object> keys = new LinkedHashMap<>();
    put(keys, ImpairmentSettings.LOSS.key(), percent("--loss", loss));
    put(keys, ImpairmentSettings.DELAY.key(), millis("--delay", delay));
    put(keys, ImpairmentSettings.JITTER.key(), millis("--jitter", jitter));
    put(keys, ImpairmentSettings.REORDER.key(), percent("--reorder", reorder));
    put(keys, ImpairmentSettings.REORDER_DELAY.key(), millis("--reorder-delay", reorderDelay));
    put(keys, ImpairmentSettings.DUPLICATE.key(), percent("--duplicate", duplicate));
    put(keys, ImpairmentSettings.CORRUPT.key(), percent("--corrupt", corrupt));
    put(keys, ImpairmentSettings.RATE.key(), bits(rate));
    put(keys, ImpairmentSettings.QUEUE.key(), queue);
    put(keys, ImpairmentSettings.SEED.key(), seed);
    return keys;
  }

  private static void put(Map<String, Object> keys, String key, Object value) {
    if (value != null) {
      keys.put(key, value);
    }
  }

  private static Double percent(String option, String text) throws CommandException {
    return text == null ? null : number(option, text, "%", 1);
  }

  private static Double millis(String option, String text) throws CommandException {
    if (text == null) {
      return null;
    }
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.endsWith("us")) {
      return number(option, lower, "us", 1e-3);
    }
    return lower.endsWith("ms")
        ? number(option, lower, "ms", 1)
        : lower.endsWith("s") ? number(option, lower, "s", 1000) : number(option, lower, "", 1);
  }

  private static Long bits(String text) throws CommandException {
    if (text == null) {
      return null;
    }
    String lower = text.toLowerCase(Locale.ROOT);
    for (Map.Entry<String, Double> unit :
        List.of(
            Map.entry("gbit", 1e9),
            Map.entry("mbit", 1e6),
            Map.entry("kbit", 1e3),
            Map.entry("bit", 1.0))) {
      if (lower.endsWith(unit.getKey())) {
        return Math.round(number("--rate", lower, unit.getKey(), unit.getValue()));
      }
    }
    return Math.round(number("--rate", lower, "", 1));
  }

  private static double number(String option, String text, String unit, double factor)
      throws CommandException {
    String digits = text.endsWith(unit) ? text.substring(0, text.length() - unit.length()) : text;
    try {
      return Double.parseDouble(digits.trim()) * factor;
    } catch (NumberFormatException e) {
      throw failure(
          option + " '" + text + "' is no number" + (unit.isEmpty() ? "" : " with " + unit));
    }
  }

  private void show(Impairments impairments) throws Exception {
    Map<String, ImpairmentSettings> all = impairments.inForce(stack);
    List<Map.Entry<String, ImpairmentSettings>> rows =
        all.entrySet().stream()
            .filter(entry -> interfaceName == null || entry.getKey().equals(interfaceName))
            .toList();
    Listing<Map.Entry<String, ImpairmentSettings>> listing =
        new Listing<Map.Entry<String, ImpairmentSettings>>().column("interface", Map.Entry::getKey);
    for (String key : ImpairmentSettings.NONE.asMap().keySet()) {
      listing.number(key, entry -> entry.getValue().asMap().get(key));
    }
    listing.print(rows, form(), isColoured(), "no interface is impaired");
  }
}
