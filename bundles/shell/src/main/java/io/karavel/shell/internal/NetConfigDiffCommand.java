package io.karavel.shell.internal;

import io.karavel.control.ConfigurationRecord;
import io.karavel.control.ConfigurationValue;
import io.karavel.control.Configurations;
import io.karavel.control.KeyChange;
import io.karavel.control.Masking;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code net:config-diff}. */
@Service
@Command(
    scope = "net",
    name = "config-diff",
    description = "What differs from the defaults, from what is in force, or since a change",
    detailedDescription = "Example: net:config-diff 17")
public final class NetConfigDiffCommand extends ConfigurationCommand {
  @Argument(
      name = "change",
      description = "What is different since just before this change of net:config-history")
  @Completion(
      value = StringsCompleter.class,
      values = {"1"})
  long change;

  /** For the shell. */
  public NetConfigDiffCommand() {}

  private record Difference(ConfigurationValue value, String before) {}

  @Override
  void run() throws Exception {
    Configurations configurations = configurations();
    Map<String, String> before = new LinkedHashMap<>();
    if (change > 0) {
      boolean there = false;
      for (ConfigurationRecord record : configurations.history()) {
        if (record.id() >= change) {
          there |= record.id() == change;
          for (KeyChange key : record.changes()) {
            before.put(key.pid() + "." + key.key(), key.before());
          }
        }
      }
      if (!there) {
        throw failure("there is no change " + change + "; see net:config-history");
      }
    }
    List<Difference> rows = new ArrayList<>();
    for (ConfigurationValue value : configurations.values()) {
      if (change > 0) {
        if (before.containsKey(value.name())
            && !Objects.equals(before.get(value.name()), value.stored())) {
          String then = before.get(value.name());
          rows.add(
              new Difference(
                  value, then == null ? String.valueOf(value.setting().defaultValue()) : then));
        }
      } else if (value.stored() != null
              && !value.stored().equals(String.valueOf(value.setting().defaultValue()))
          || value.source().equals("refused")) {
        rows.add(new Difference(value, String.valueOf(value.setting().defaultValue())));
      }
    }
    print(
        new Listing<Difference>()
            .column("key", d -> d.value().name())
            .column(
                change > 0 ? "before" : "default",
                d -> Masking.value(d.value().setting().key(), d.before()))
            .column("stored", d -> Masking.value(d.value().setting().key(), d.value().value()))
            .column("inForce", d -> Masking.value(d.value().setting().key(), d.value().inForce()))
            .column("source", d -> d.value().source())
            .number("revision", d -> d.value().revision())
            .column("author", d -> d.value().author()),
        rows,
        change > 0 ? "nothing is different since" : "everything is at its default");
  }
}
