package io.karavel.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.RfcTable;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The tables of requirements and the tests that cover them: {@code target/rfc-coverage.md} of all
 * marks, at least one for each RFC that is followed, and {@code docs/rfc9293.md} of every MUST and
 * SHOULD of RFC 9293, which must be current. {@code -Dkaravel.writeDocs=true} writes the latter
 * anew.
 */
class RfcCoverageTest {
  private static final int MUSTS = 69;
  private static final int SHOULDS = 31;

  /** Those that are followed besides; each has a script of its own. */
  private static final String OTHERS =
      "896 1191 2018 2883 3042 3168 4821 4987 5681 5682 5927 5961 6298 6429 6582 6675 7323 7413"
          + " 8985 9406 9438 9937";

  private record Requirement(String number, String words, String otherwise) {}

  private static RfcTable table() throws URISyntaxException {
    Class<?> here = RfcCoverageTest.class;
    Path classes = Path.of(here.getProtectionDomain().getCodeSource().getLocation().toURI());
    return new RfcTable().scan(classes, here.getClassLoader());
  }

  private static List<Requirement> requirements() throws IOException {
    List<Requirement> all = new ArrayList<>();
    try (var in = RfcCoverageTest.class.getResourceAsStream("/rfc9293-requirements.txt")) {
      String text = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      for (String line : text.lines().filter(l -> !l.startsWith("#")).toList()) {
        String[] cells = line.split("\\|", -1);
        all.add(new Requirement(cells[0].trim(), cells[1].trim(), cells[2].trim()));
      }
    }
    return all;
  }

  @Test
  void theTableOfCoveredRequirementsIsWritten() throws URISyntaxException {
    RfcTable table = table();
    Path file = Path.of("target", "rfc-coverage.md");
    table.write(file);
    assertThat(file).exists();
    assertThat(table.requirements()).contains("9293 MUST-10", "6298 5.7");
  }

  @Test
  void everyMustAndShouldOfRfc9293IsCoveredByATestOrHasAReason() throws Exception {
    RfcTable table = table();
    TestNames names = TestNames.all();
    Map<String, String> uncovered = new LinkedHashMap<>();
    for (Requirement r : requirements()) {
      boolean marked = !table.tests("9293 " + r.number()).isEmpty();
      if (!marked && r.otherwise().isEmpty()) {
        uncovered.put(r.number(), r.words());
      }
      assertThat(names.missing(r.otherwise())).as(r.number()).isEmpty();
    }
    assertThat(uncovered).isEmpty();
  }

  @Test
  void everyOtherRfcThatIsFollowedHasAMark() throws URISyntaxException {
    Set<String> marked = new TreeSet<>();
    table().requirements().forEach(r -> marked.add(r.substring(0, r.indexOf(' '))));
    assertThat(marked).contains(OTHERS.split(" "));
  }

  @Test
  void theListHasEveryNumberOnceAndMarksHaveNoOthers() throws Exception {
    List<String> numbers = requirements().stream().map(Requirement::number).toList();
    List<String> expected = new ArrayList<>();
    IntStream.rangeClosed(1, MUSTS).forEach(i -> expected.add("MUST-" + i));
    IntStream.rangeClosed(1, SHOULDS).forEach(i -> expected.add("SHLD-" + i));
    assertThat(numbers).containsExactlyElementsOf(expected);
    assertThat(table().requirements().stream().filter(r -> r.matches("9293 (MUST|SHLD)-.*")))
        .allMatch(r -> numbers.contains(r.substring(5)));
  }

  @Test
  void theTableInTheDocumentationIsCurrent() throws Exception {
    RfcTable table = table();
    StringBuilder text =
        new StringBuilder(
            """
            # RFC 9293: every MUST and SHOULD, and the test that shows it

            Generated from the `@Rfc` marks of the scripts and `rfc9293-requirements.txt` beside them; do not
            edit. `mvn test -pl itests/scripts -am -Dtest=RfcCoverageTest -Dkaravel.writeDocs=true` writes it anew.
            Each of these tests fails when its rule is broken in the core: `ChangedRulesTest` breaks it, line by line
            of `rfc9293-changes.txt` ([mutation.md](mutation.md)).

            | number | what it asks for | shown by, or why it does not apply |
            |---|---|---|
            """);
    for (Requirement r : requirements()) {
      List<String> cells = new ArrayList<>();
      table.tests("9293 " + r.number()).forEach(test -> cells.add("`" + test + "`"));
      if (!r.otherwise().isEmpty()) {
        cells.add(r.otherwise());
      }
      text.append("| ").append(r.number()).append(" | ").append(r.words()).append(" | ");
      text.append(String.join("<br>", cells)).append(" |\n");
    }
    Path file = TestNames.root().resolve("docs/rfc9293.md");
    if (Boolean.getBoolean("karavel.writeDocs")) {
      Files.writeString(file, text);
    }
    assertThat(file).exists();
    assertThat(TestNames.read(file))
        .as("docs/rfc9293.md is not current: run this test with -Dkaravel.writeDocs=true")
        .isEqualTo(text.toString());
  }
}
