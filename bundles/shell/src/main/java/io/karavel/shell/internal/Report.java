package io.karavel.shell.internal;

import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One thing: properties with values; or what a command did, in a sentence with its facts. */
final class Report {
  private final Map<String, Object> facts = new LinkedHashMap<>();

  /** One more fact, in order. */
  Report with(String name, Object value) {
    facts.put(name, value);
    return this;
  }

  /** Many facts. */
  Report withAll(Map<String, ?> more) {
    facts.putAll(more);
    return this;
  }

  Map<String, Object> facts() {
    return facts;
  }

  /** Prints the properties: two columns, or a JSON object. */
  void print(ReportingCommand.Form form, boolean coloured) throws IOException {
    PrintStream out = ApplianceCommand.out();
    if (form == ReportingCommand.Form.JSON) {
      Values.print(out, json -> Values.json(json, facts));
      return;
    }
    Listing<Map.Entry<String, Object>> listing =
        new Listing<Map.Entry<String, Object>>()
            .column("property", Map.Entry::getKey)
            .column("value", Map.Entry::getValue);
    listing.print(List.copyOf(entries()), form, coloured, "nothing is known");
  }

  /** The facts, those that are maps opened as name.key. */
  private List<Map.Entry<String, Object>> entries() {
    Map<String, Object> flat = new LinkedHashMap<>();
    facts.forEach(
        (name, value) -> {
          if (value instanceof Map<?, ?> inner) {
            inner.forEach((key, v) -> flat.put(name + "." + key, v == null ? "" : v));
          } else {
            flat.put(name, value == null ? "" : value);
          }
        });
    return List.copyOf(flat.entrySet());
  }

  /** Prints what was done: a sentence, the bare values, or a JSON object. */
  void print(String sentence, ReportingCommand.Form form) throws IOException {
    print(sentence, form, ApplianceCommand.out());
  }

  /** Like {@link #print(String, ReportingCommand.Form)}, to somewhere else. */
  void print(String sentence, ReportingCommand.Form form, PrintStream out) throws IOException {
    switch (form) {
      case JSON -> Values.print(out, json -> Values.json(json, facts));
      case PLAIN ->
          out.println(String.join("\t", facts.values().stream().map(Values::text).toList()));
      case TABLE -> out.println(sentence);
    }
  }
}
