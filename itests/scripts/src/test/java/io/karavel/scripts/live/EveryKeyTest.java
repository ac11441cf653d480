package io.karavel.scripts.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.Setting;
import io.karavel.scripts.TestNames;
import io.karavel.tcp.TcpSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every key of TCP and keepalive has a test that changes it while something waits on it. */
class EveryKeyTest {
  private static Map<String, String> rows() throws IOException {
    Map<String, String> rows = new LinkedHashMap<>();
    try (var in = EveryKeyTest.class.getResourceAsStream("/keys-and-tests.txt")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.lines().filter(l -> !l.startsWith("#")).toList()) {
        String[] cells = line.split("\\|", -1);
        rows.put(cells[0].trim() + " " + cells[1].trim(), cells[2].trim());
      }
    }
    return rows;
  }

  private static String row(Setting<?> setting) {
    return setting.key() + " " + setting.applies().name().toLowerCase(java.util.Locale.ROOT);
  }

  @Test
  void everyKeyHasARowThatSaysLiveOrNewAsItsSchemaDoes() throws IOException {
    Map<String, String> rows = rows();
    for (Setting<?> setting : TcpSettings.SCHEMA.settings()) {
      assertThat(rows).as("keys-and-tests.txt").containsKey(row(setting));
    }
    for (Setting<?> setting : KeepaliveSettings.SCHEMA.settings()) {
      assertThat(rows).as("keys-and-tests.txt").containsKey(row(setting));
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
