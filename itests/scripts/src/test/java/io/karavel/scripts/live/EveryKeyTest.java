package io.karavel.scripts.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.ControlSettings;
import io.karavel.control.DiagnosticsSettings;
import io.karavel.engine.EngineSettings;
import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.Setting;
import io.karavel.engine.SettingsSchema;
import io.karavel.engine.TimerSettings;
import io.karavel.ip.InterfaceSettings;
import io.karavel.ip.IpSettings;
import io.karavel.metrics.MetricsSettings;
import io.karavel.nic.MemoryCableSettings;
import io.karavel.nic.TapSettings;
import io.karavel.scripts.TestNames;
import io.karavel.services.ServicesSettings;
import io.karavel.tcp.TcpSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every key of every PID has a test that changes it while something waits on it. */
class EveryKeyTest {
  private static final List<SettingsSchema> SCHEMAS =
      List.of(
          ControlSettings.SCHEMA,
          DiagnosticsSettings.SCHEMA,
          EngineSettings.SCHEMA,
          InterfaceSettings.SCHEMA,
          IpSettings.SCHEMA,
          KeepaliveSettings.SCHEMA,
          MemoryCableSettings.SCHEMA,
          MetricsSettings.SCHEMA,
          ServicesSettings.SCHEMA,
          TapSettings.SCHEMA,
          TcpSettings.SCHEMA,
          TimerSettings.SCHEMA);

  /** By PID, key and whether it is live; TCP and keepalive share the section without a name. */
  private static Map<String, String> rows() throws IOException {
    Map<String, String> rows = new LinkedHashMap<>();
    String section = "";
    try (var in = EveryKeyTest.class.getResourceAsStream("/keys-and-tests.txt")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.lines().filter(l -> !l.startsWith("#") && !l.isBlank()).toList()) {
        if (line.startsWith("[")) {
          section = line.substring(1, line.length() - 1) + " ";
          continue;
        }
        String[] cells = line.split("\\|", -1);
        String earlier =
            rows.put(section + cells[0].trim() + " " + cells[1].trim(), cells[2].trim());
        assertThat(earlier).as("a second row of " + section + cells[0]).isNull();
      }
    }
    return rows;
  }

  private static String row(SettingsSchema schema, Setting<?> setting) {
    boolean first = schema == TcpSettings.SCHEMA || schema == KeepaliveSettings.SCHEMA;
    return (first ? "" : schema.pid() + " ")
        + setting.key()
        + " "
        + setting.applies().name().toLowerCase(Locale.ROOT);
  }

  @Test
  void everyKeyHasARowThatSaysLiveOrNewAsItsSchemaDoesAndNoRowIsWithoutAKey() throws IOException {
    Set<String> expected = new TreeSet<>();
    for (SettingsSchema schema : SCHEMAS) {
      schema.settings().forEach(setting -> expected.add(row(schema, setting)));
    }
    Set<String> rows = new TreeSet<>(rows().keySet());
    Set<String> withoutRow = new TreeSet<>(expected);
    withoutRow.removeAll(rows);
    rows.removeAll(expected);
    assertThat(withoutRow).as("keys without a row in keys-and-tests.txt").isEmpty();
    assertThat(rows).as("rows of keys-and-tests.txt without a key").isEmpty();
  }

  @Test
  void noSchemaIsForgotten() throws IOException {
    Path api = TestNames.root().resolve("bundles/api/src/main/java");
    try (Stream<Path> files = Files.walk(api)) {
      assertThat(
              files
                  .filter(file -> file.toString().endsWith(".java"))
                  .filter(file -> TestNames.read(file).contains("SettingsSchema SCHEMA =")))
          .as("those above")
          .hasSize(SCHEMAS.size());
    }
  }

  @Test
  void theTestsOfTheRowsAreThere() throws IOException {
    TestNames names = TestNames.all();
    rows()
        .forEach(
            (key, tests) -> {
              assertThat(TestNames.citedIn(tests)).as(key).isNotEmpty();
              assertThat(names.missing(tests)).as(key).isEmpty();
            });
  }
}
