package io.karavel.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.DropReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * docs/metrics.md lists what the code counts, with the comment of the field that holds the counter.
 * It is written anew by {@code mvn -pl itests/rules -am test -Dtest=MetricNamesTest
 * -Dkaravel.write=true}.
 */
class MetricNamesTest {
  private static final Path CHECKOUT = Path.of("").toAbsolutePath().getParent().getParent();
  private static final Path PAGE = CHECKOUT.resolve("docs/metrics.md");
  private static final Pattern LOOKED_UP =
      Pattern.compile("\\b(counter|level|histogram)\\(\\s*\"([\\w.]+)\"\\s*\\)");

  private static final Pattern ASSIGNED = Pattern.compile("(\\w+)\\s*=[^=]");

  /** A metric as the code makes it. */
  private record Metric(String kind, String meaning) {}

  @Test
  void thePageListsWhatTheCodeCounts() throws IOException {
    Map<String, Metric> metrics = metrics();
    assertThat(metrics).hasSizeGreaterThan(100).containsKeys("Tcp.RttNanos", "Tcp.CurrEstab");
    metrics.forEach(
        (name, metric) -> assertThat(metric.meaning()).as("comment of %s", name).isNotEmpty());
    String page = page(metrics);
    if (Boolean.getBoolean("karavel.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE).as("see the comment of MetricNamesTest").exists().hasContent(page);
  }

  /** A counter whose name the code puts together could not be listed. */
  @Test
  void everyNameIsWrittenOutButThoseOfDrops() throws IOException {
    Pattern computed = Pattern.compile("ounters\\(?\\)?\\.(counter|level|histogram)\\((?!\")");
    List<String> found = new ArrayList<>();
    for (Path file : sources()) {
      if (computed.matcher(Files.readString(file)).find()) {
        found.add(file.getFileName().toString());
      }
    }
    assertThat(found).isEmpty();
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(CHECKOUT.resolve("bundles"))) {
      return files
          .filter(file -> file.toString().contains("/src/main/java/"))
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.endsWith("metrics/internal/StackMetrics.java"))
          .sorted()
          .toList();
    }
  }

  private static Map<String, Metric> metrics() throws IOException {
    Map<String, Metric> metrics = new TreeMap<>();
    for (Path file : sources()) {
      String source = Files.readString(file);
      Matcher matcher = LOOKED_UP.matcher(source);
      while (matcher.find()) {
        // who only reads a counter has no field to say what it is
        metrics.merge(
            matcher.group(2),
            new Metric(matcher.group(1), comment(source, field(source, matcher))),
            (one, other) -> other.meaning().isEmpty() ? one : other);
      }
    }
    for (DropReason reason : DropReason.values()) {
      metrics.put(
          "Drop." + reason.name(), new Metric("counter", "Discards: " + reason.meaning() + "."));
    }
    return metrics;
  }

  /** The field that the statement assigns. */
  private static String field(String source, Matcher lookedUp) {
    String statement = source.substring(0, lookedUp.start());
    statement = statement.substring(statement.lastIndexOf(';') + 1);
    Matcher assigned = ASSIGNED.matcher(statement);
    return assigned.find() ? assigned.group(1) : "";
  }

  private static String comment(String source, String field) {
    Matcher declared =
        Pattern.compile(
                "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(?:public |private )?(?:final"
                    + " )?(?:Counter|Histogram)(?:\\[\\])? "
                    + field
                    + "\\b",
                Pattern.DOTALL)
            .matcher(source);
    return declared.find()
        ? declared
            .group(1)
            .replaceAll("\\n\\s*\\*", " ")
            .replaceAll("\\{@\\w+ ([^}]*)}", "`$1`")
            .replaceAll("\\s+", " ")
            .trim()
        : "";
  }

  private static String page(Map<String, Metric> metrics) {
    StringBuilder page = new StringBuilder(1 << 14);
    page.append(
        """
        # Metrics

        What the lanes of a stack count, under Linux's MIB names where they exist. The names are those
        of `net:counters`. In the Dropwizard registry, and so in JMX and at Graphite, the name of the
        stack stands in front: `main.Tcp.ActiveOpens`; in the Prometheus text it is a label:
        `karavel_Tcp_ActiveOpens{stack="main"}`. A *counter* only grows while the engine runs, a *level*
        goes up and down. A *histogram* counts every value since the engine started; its quantiles
        are of the last `histogramSeconds`, at most 4 % too high. The metrics of the JVM are beside
        them as `jvm.memory.*`, `jvm.gc.*`, `jvm.threads.*`, `jvm.buffers.*` and `jvm.classes.*`, as
        Dropwizard names them. How to switch reporters on: [bundles/metrics.md](bundles/metrics.md).

        This page is generated from the code (`itests/rules`, `MetricNamesTest`).

        | name | kind | meaning |
        |---|---|---|
        """);
    metrics.forEach(
        (name, metric) ->
            page.append("| `")
                .append(name)
                .append("` | ")
                .append(metric.kind())
                .append(" | ")
                .append(metric.meaning())
                .append(" |\n"));
    return page.toString();
  }
}
