package io.karavel.simulation.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Which lines of the core the packet scripts reach and {@code -Dkaravel.unreached=100} seeds do
 * not, or hardly: a list to be worked down. Not part of a build.
 */
@EnabledIfSystemProperty(named = "karavel.unreached", matches = "\\d+")
class UnreachedTest {
  @Test
  void printsWhatSeedsHardlyReach() throws Exception {
    Path measured = Files.createTempFile("karavel-reached", ".bin");
    Process worker =
        MutantsTest.worker(measured, 0, 0, Long.getLong("karavel.unreached").longValue());
    try (BufferedReader reader = worker.inputReader(StandardCharsets.UTF_8)) {
      reader.lines().filter(line -> line.startsWith(Unreached.RESULT)).forEach(System.out::println);
    }
    assertThat(worker.waitFor()).isZero();
    Files.deleteIfExists(measured);
  }
}
