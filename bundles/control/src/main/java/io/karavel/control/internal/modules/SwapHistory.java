package io.karavel.control.internal.modules;

import io.karavel.control.Masking;
import io.karavel.control.SwapRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The swaps so far, latest first, kept in a file of tab-separated lines. Any thread. */
final class SwapHistory {
  private static final Logger LOG = LoggerFactory.getLogger(SwapHistory.class);
  private static final int COLUMNS = 11;

  /** Before swaps took more than a turn. */
  private static final int COLUMNS_BEFORE = 10;

  private final Path file;
  private final Deque<SwapRecord> records = new ArrayDeque<>();

  /** Begins with what is in the file; lines that cannot be read are left out. */
  SwapHistory(Path file) {
    this.file = file;
    if (Files.exists(file)) {
      try {
        Files.readAllLines(file).forEach(this::read);
      } catch (IOException e) {
        LOG.warn("The history of swaps cannot be read: {}", e.toString());
      }
    }
  }

  private void read(String line) {
    String[] cells = line.split("\t", -1);
    if (cells.length != COLUMNS && cells.length != COLUMNS_BEFORE) {
      return;
    }
    try {
      records.addLast(
          new SwapRecord(
              Instant.parse(cells[0]),
              cells[1],
              cells[2],
              cells[3],
              cells[4],
              cells[5],
              Integer.parseInt(cells[6]),
              Integer.parseInt(cells[7]),
              Long.parseLong(cells[8]),
              Long.parseLong(cells[cells.length == COLUMNS ? 10 : 8]),
              cells[9]));
    } catch (DateTimeParseException | NumberFormatException e) {
      LOG.warn("A line of the history of swaps cannot be read: {}", line);
    }
  }

  /** Adds a swap; the oldest beyond {@code limit} are forgotten. */
  synchronized void add(SwapRecord swap, int limit) {
    records.addFirst(swap);
    while (records.size() > limit) {
      records.removeLast();
    }
    try {
      Files.createDirectories(file.getParent());
      Path fresh = file.resolveSibling(file.getFileName() + ".new");
      Files.write(fresh, records.stream().map(SwapHistory::line).collect(Collectors.toList()));
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.warn("The history of swaps cannot be written: {}", e.toString());
    }
  }

  private static String line(SwapRecord swap) {
    return String.join(
        "\t",
        swap.time().toString(),
        swap.bundle(),
        swap.from(),
        swap.to(),
        Masking.text(swap.url()).replaceAll("\\s", " "),
        swap.result(),
        Integer.toString(swap.connections()),
        Integer.toString(swap.slots()),
        Long.toString(swap.longestPauseNanos()),
        swap.reason().replaceAll("\\s", " "),
        Long.toString(swap.wholeNanos()));
  }

  /** Latest first. */
  synchronized List<SwapRecord> all() {
    return new ArrayList<>(records);
  }
}
