package io.karavel.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RfcTableTest {
  @Rfc({"9293 MUST-10", "9293 MUST-9"})
  @SuppressWarnings("UnusedMethod")
  private static final class Marked {
    @Rfc("6298 5.7")
    void aTest() {}

    @Rfc("9293 MUST-9")
    void another() {}
  }

  @Rfc("MUST-9")
  private static final class Wrong {}

  @Test
  void theTableListsEachRequirementWithItsTestsInOrderOfNumbers() {
    RfcTable table = new RfcTable().add(Marked.class);
    assertThat(table.requirements()).containsExactly("6298 5.7", "9293 MUST-9", "9293 MUST-10");
    assertThat(table.tests("9293 MUST-9")).containsExactly("Marked", "Marked.another");
    assertThat(table.markdown())
        .contains("## RFC 6298")
        .contains("| 5.7 | Marked.aTest |")
        .contains("| MUST-9 | Marked<br>Marked.another |");
  }

  @Test
  void aMarkWithoutANumberOfAnRfcIsRefused() {
    assertThatThrownBy(() -> new RfcTable().add(Wrong.class))
        .hasMessageContaining("write the RFC's number");
  }
}
