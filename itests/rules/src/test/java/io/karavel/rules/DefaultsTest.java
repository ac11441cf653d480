package io.karavel.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.Setting;
import io.karavel.engine.SettingsSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The commented files of the distribution's etc/ and the page docs/configuration.md say what the
 * schemas say. After a change of a schema they are written anew by {@code mvn -pl itests/rules -am
 * test -Dtest=DefaultsTest -Dkaravel.write=true}.
 */
class DefaultsTest {
  private static final Path CHECKOUT = Path.of("").toAbsolutePath().getParent().getParent();
  private static final Path RESOURCES = CHECKOUT.resolve("karaf-distribution/src/main/resources");
  private static final Path MANUAL = CHECKOUT.resolve("docs/configuration.md");
  private static final boolean WRITE = Boolean.getBoolean("karavel.write");
  private static final int COLUMNS = 100;

  /** The instances of factory PIDs that the appliance starts with, and the keys they set. */
  private static final Map<String, Map<String, String>> INSTANCES = instances();

  private static Map<String, Map<String, String>> instances() {
    Map<String, Map<String, String>> instances = new TreeMap<>();
    instances.put(
        "io.karavel.nic.memory-cable0", Map.of("leftDevice", "mem0", "rightDevice", "mem1"));
    instances.put(
        "io.karavel.ip.interface-main0", Map.of("device", "mem0", "addresses", "10.77.0.2/24"));
    instances.put(
        "io.karavel.ip.interface-host0",
        Map.of("stack", "host", "device", "mem1", "addresses", "10.77.0.1/24"));
    return instances;
  }

  @Test
  void everyPidHasItsCommentedFileInTheDistribution() throws IOException {
    Map<String, SettingsSchema> schemas = Schemas.all();
    for (Map.Entry<String, String> file : expectedFiles(schemas).entrySet()) {
      assertSame(RESOURCES.resolve(file.getKey()), file.getValue());
    }
  }

  @Test
  void theDistributionHasNoFileOfAnUnknownPid() throws IOException {
    List<String> expected = new ArrayList<>(expectedFiles(Schemas.all()).keySet());
    try (Stream<Path> files = Files.list(RESOURCES.resolve("etc"))) {
      assertThat(
              files
                  .map(file -> "etc/" + file.getFileName())
                  .filter(name -> name.startsWith("etc/io.karavel.")))
          .isSubsetOf(expected);
    }
  }

  @Test
  void theShippedInstancesAreAccepted() throws Exception {
    Map<String, SettingsSchema> schemas = Schemas.all();
    for (Map.Entry<String, Map<String, String>> instance : INSTANCES.entrySet()) {
      schemas.get(factory(instance.getKey())).parse(instance.getValue());
    }
  }

  @Test
  void theManualListsEveryKey() throws IOException {
    StringBuilder page = new StringBuilder(1 << 16);
    page.append(
        """
        # Configuration

        Every key of every PID. The file of a PID is `etc/<pid>.cfg` in the run directory; it is read
        within a second of being saved, and written back when the key is set from the shell
        (`config:property-set -p PID KEY VALUE`) or through Config Admin. A factory PID has one file
        per instance, `etc/<pid>-NAME.cfg` for the PID `<pid>~NAME`. One wrong value refuses the whole
        update of its PID: the last good set stays in force, and `net:status` and the log name the
        key, the value and the range. *live* takes effect at once, also for what exists; *new* for what is opened later.

        This page is generated from the schemas that also parse the configuration
        (`itests/rules`, `DefaultsTest`).
        """);
    for (SettingsSchema schema : Schemas.all().values()) {
      page.append("\n## ").append(schema.pid()).append('\n');
      page.append("\n| key | default | range | applies | meaning |\n|---|---|---|---|---|\n");
      for (Setting<?> setting : schema.settings()) {
        page.append("| `").append(setting.key()).append("` | ");
        String defaultValue = String.valueOf(setting.defaultValue());
        page.append(defaultValue.isEmpty() ? "" : "`" + cell(defaultValue) + "`");
        page.append(" | ").append(cell(setting.range()));
        page.append(" | ").append(applies(setting));
        page.append(" | ").append(cell(setting.description())).append(" |\n");
      }
    }
    assertSame(MANUAL, page.toString());
  }

  private static Map<String, String> expectedFiles(Map<String, SettingsSchema> schemas) {
    Map<String, String> files = new TreeMap<>();
    for (SettingsSchema schema : schemas.values()) {
      if (INSTANCES.keySet().stream().noneMatch(name -> factory(name).equals(schema.pid()))
          && !FACTORIES.contains(schema.pid())) {
        files.put("etc/" + schema.pid() + ".cfg", file(schema, Map.of()));
      }
    }
    INSTANCES.forEach(
        (name, values) ->
            files.put("etc/" + name + ".cfg", file(schemas.get(factory(name)), values)));
    files.put("launcher/tap.cfg", file(schemas.get("io.karavel.nic.tap"), Map.of()));
    return files;
  }

  /** Factory PIDs without an instance to begin with. */
  private static final List<String> FACTORIES =
      List.of("io.karavel.ip.interface", "io.karavel.nic.memory", "io.karavel.nic.tap");

  private static String factory(String instance) {
    return instance.substring(0, instance.indexOf('-'));
  }

  private static String file(SettingsSchema schema, Map<String, String> values) {
    StringBuilder text = new StringBuilder(4096);
    text.append("# ").append(schema.pid()).append(": keys, defaults, ranges.\n");
    text.append("# A key that is commented out has its default. Changes are picked up within a\n");
    text.append("# second; one wrong value refuses them all and net:status says why.\n");
    for (Setting<?> setting : schema.settings()) {
      text.append('\n');
      wrap(text, setting.description());
      wrap(
          text,
          setting.range()
              + (setting.applies() == Setting.Applies.LIVE ? "; live" : "; for new ones"));
      String value = values.get(setting.key());
      if (value == null) {
        text.append(("#" + setting.key() + " = " + setting.defaultValue()).stripTrailing());
      } else {
        text.append((setting.key() + " = " + value).stripTrailing());
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static void wrap(StringBuilder text, String sentence) {
    StringBuilder line = new StringBuilder("#");
    for (String word : sentence.split("\\s+")) {
      if (line.length() + 1 + word.length() > COLUMNS) {
        text.append(line).append('\n');
        line = new StringBuilder("#");
      }
      line.append(' ').append(word);
    }
    text.append(line).append('\n');
  }

  private static String applies(Setting<?> setting) {
    return setting.applies().name().toLowerCase(Locale.ROOT);
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }

  private static void assertSame(Path file, String expected) throws IOException {
    if (WRITE) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, expected);
    }
    assertThat(file).as("see the comment of DefaultsTest").exists().hasContent(expected);
  }
}
