package io.karavel.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.RfcTable;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Writes {@code target/rfc-coverage.md}, the table of requirements and the scripts that cover them.
 */
class RfcCoverageTest {
  @Test
  void theTableOfCoveredRequirementsIsWritten() throws URISyntaxException {
    Path classes = Path.of(getClass().getProtectionDomain().getCodeSource().getLocation().toURI());
    RfcTable table = new RfcTable().scan(classes, getClass().getClassLoader());
    Path file = Path.of("target", "rfc-coverage.md");
    table.write(file);
    assertThat(file).exists();
    assertThat(table.requirements()).contains("9293 MUST-10", "6298 5.7");
    assertThat(Files.exists(file)).isTrue();
  }
}
