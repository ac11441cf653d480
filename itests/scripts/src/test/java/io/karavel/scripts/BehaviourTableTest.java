package io.karavel.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The documents that name tests name tests that exist. */
class BehaviourTableTest {
  private static final int ROWS = 90;

  @ParameterizedTest
  @ValueSource(strings = {"behaviour.md", "lost-messages.md"})
  void everyTestNamedIsThere(String document) {
    String text = TestNames.read(TestNames.root().resolve("docs").resolve(document));
    assertThat(TestNames.citedIn(text)).isNotEmpty();
    assertThat(TestNames.all().missing(text)).isEmpty();
  }

  @Test
  void everySentenceNamesATest() {
    List<String> lines =
        TestNames.read(TestNames.root().resolve("docs/behaviour.md")).lines().toList();
    List<String> rows = new ArrayList<>();
    for (int i = 0; i + 1 < lines.size(); i++) {
      boolean head = lines.get(i + 1).startsWith("|---");
      if (lines.get(i).startsWith("| ") && !head) {
        rows.add(lines.get(i));
      }
    }
    assertThat(rows).hasSizeGreaterThan(ROWS);
    assertThat(rows.stream().filter(row -> TestNames.citedIn(row).isEmpty())).isEmpty();
  }
}
