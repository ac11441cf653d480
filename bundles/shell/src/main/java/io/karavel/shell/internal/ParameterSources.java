package io.karavel.shell.internal;

import io.karavel.control.ConfigurationException;
import io.karavel.control.ConfigurationRecord;
import io.karavel.control.ConfigurationValue;
import io.karavel.control.Configurations;
import io.karavel.control.KeyChange;
import io.karavel.control.Masking;
import io.karavel.engine.KeepaliveSettings;
import io.karavel.tcp.TcpExplanation.Parameter;
import io.karavel.tcp.TcpSettings;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where the values come from that timers follow: the history of the configuration knows. */
final class ParameterSources {
  private final Configurations configurations;
  private final List<ConfigurationRecord> history;

  /** Of the configuration; null while control is away. */
  ParameterSources(Configurations configurations) {
    this.configurations = configurations;
    history = configurations == null ? List.of() : configurations.history();
  }

  private ConfigurationValue value(Parameter parameter) {
    if (configurations == null || parameter.isOption()) {
      return null;
    }
    try {
      List<ConfigurationValue> found =
          configurations.values(parameter.pid() + "." + parameter.key());
      return found.isEmpty() ? null : found.get(0);
    } catch (ConfigurationException e) {
      return null;
    }
  }

  private ConfigurationRecord record(long revision) {
    return history.stream().filter(r -> r.id() == revision).findFirst().orElse(null);
  }

  private String source(Parameter parameter, ConfigurationValue value) {
    if (parameter.isOption()) {
      return "option of the socket";
    }
    return value != null
        ? value.source()
        : configurations == null ? "control: not running" : "unknown";
  }

  /** What is known of a parameter, for JSON. */
  Map<String, Object> facts(Parameter parameter) {
    ConfigurationValue value = value(parameter);
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("rules", parameter.role());
    facts.put("pid", parameter.isOption() ? null : parameter.pid());
    facts.put("key", parameter.key());
    facts.put("value", parameter.value());
    facts.put("source", source(parameter, value));
    boolean changed = value != null && value.revision() > 0;
    ConfigurationRecord record = changed ? record(value.revision()) : null;
    facts.put("revision", changed ? (Object) value.revision() : null);
    facts.put("author", changed ? value.author() : null);
    facts.put("door", record == null ? null : record.door());
    facts.put("time", record == null ? null : record.time());
    return facts;
  }

  /** The same in a sentence. */
  String sentence(Parameter parameter) {
    ConfigurationValue value = value(parameter);
    StringBuilder text = new StringBuilder(parameter.role()).append(": ");
    text.append(parameter.isOption() ? "option " : parameter.pid() + ".")
        .append(parameter.key())
        .append(" = ")
        .append(parameter.value())
        .append(" (")
        .append(source(parameter, value));
    if (value != null && value.revision() > 0) {
      text.append(", revision ").append(value.revision()).append(" by ").append(value.author());
      ConfigurationRecord record = record(value.revision());
      if (record != null) {
        text.append(" through ").append(record.door()).append(" at ").append(time(record));
      }
    }
    return text.append(')').toString();
  }

  /** The last change of what rules connections that was in force at a time; null if none was. */
  static ConfigurationRecord lastChangeBefore(Configurations configurations, Instant time) {
    for (ConfigurationRecord record : configurations.history()) {
      boolean inForce = !record.result().equals(ConfigurationRecord.REFUSED);
      boolean concerns =
          record.changes().stream()
              .anyMatch(
                  change ->
                      change.pid().equals(TcpSettings.PID)
                          || change.pid().equals(KeepaliveSettings.PID));
      // the connection ends a moment before the change is acknowledged and has its time
      if (inForce && concerns && !record.time().isAfter(time.plusSeconds(5))) {
        return record;
      }
    }
    return null;
  }

  private static Instant time(ConfigurationRecord record) {
    return record.time().truncatedTo(ChronoUnit.SECONDS);
  }

  /** A change in a sentence. */
  static String sentence(ConfigurationRecord record) {
    StringBuilder text = new StringBuilder("revision ").append(record.id());
    text.append(" by ").append(record.user()).append(" through ").append(record.door());
    text.append(" at ").append(time(record)).append(": ");
    text.append(String.join(", ", record.changes().stream().map(KeyChange::toString).toList()));
    return Masking.text(text.toString());
  }
}
