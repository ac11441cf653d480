package io.karavel.control.internal.modules;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.SwapRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The swaps that are remembered, in memory and in their file. */
class SwapHistoryTest {
  @TempDir Path directory;

  private static SwapRecord swap(int number) {
    return new SwapRecord(
        Instant.ofEpochSecond(number),
        "io.karavel.tcp",
        "0.1." + number,
        "0.1." + (number + 1),
        "file:/tcp.jar",
        "committed",
        number,
        1,
        1_000_000,
        5_000_000,
        "");
  }

  @Test
  void linesOfAnEarlierVersionAreRead() throws IOException {
    Path file = directory.resolve("history.tsv");
    new SwapHistory(file).add(swap(1), 4);
    assertThat(new SwapHistory(file).all()).containsExactly(swap(1));
    String line = Files.readString(file).strip();
    Files.writeString(file, line.substring(0, line.lastIndexOf('\t') + 1).stripTrailing() + "\t\n");
    SwapRecord read = new SwapHistory(file).all().get(0);
    assertThat(read.longestPauseNanos()).isEqualTo(1_000_000);
    assertThat(read.wholeNanos()).isEqualTo(1_000_000);
  }

  private static List<Integer> numbers(SwapHistory history) {
    return history.all().stream().map(SwapRecord::connections).toList();
  }

  @Test
  void historyEntriesHoldsForWhatIsRememberedAlready() {
    Path file = directory.resolve("history.tsv");
    SwapHistory history = new SwapHistory(file);
    for (int number = 1; number <= 5; number++) {
      history.add(swap(number), 4);
    }
    assertThat(numbers(history)).containsExactly(5, 4, 3, 2);
    history.add(swap(6), 2);
    assertThat(numbers(history)).containsExactly(6, 5);
    assertThat(numbers(new SwapHistory(file))).containsExactly(6, 5);
    history.add(swap(7), 3);
    assertThat(numbers(history)).containsExactly(7, 6, 5);
  }
}
