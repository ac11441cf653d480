package io.karavel.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The documents that name tests name tests that exist. */
class BehaviourTableTest {
  private static final int ROWS = 70;

  @ParameterizedTest
  @ValueSource(strings = {"behaviour.md", "lost-messages.md"})
  void everyTestNamedIsThere(String document) {
    String text = TestNames.read(TestNames.root().resolve("docs").resolve(document));
    assertThat(TestNames.citedIn(text)).isNotEmpty();
    assertThat(TestNames.all().missing(text)).isEmpty();
  }

  @Test
  void everySentenceNamesATestOrSaysWhyThereIsNone() {
    String text = TestNames.read(TestNames.root().resolve("docs/behaviour.md"));
    List<String> rows =
        text.lines()
            .filter(line -> line.startsWith("| ") && !line.startsWith("| sentence"))
            .toList();
    assertThat(rows).hasSizeGreaterThan(ROWS);
    List<String> withoutTest =
        rows.stream().filter(row -> TestNames.citedIn(row).isEmpty()).toList();
    assertThat(withoutTest).allMatch(row -> row.contains("there is no such option yet"));
  }
}
