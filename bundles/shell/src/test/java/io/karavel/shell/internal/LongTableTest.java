package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.karaf.shell.support.table.ShellTable;
import org.junit.jupiter.api.Test;

/** A long table is byte for byte the one that Karaf prints of the same rows. */
class LongTableTest {
  private record Row(Integer number, String text, String last) {}

  private static final Listing<Row> LISTING =
      new Listing<Row>()
          .number("number", Row::number)
          .column("text", Row::text)
          .column("wide header", row -> row.text().length() > 3 ? "" : row.text())
          .number("n", row -> row.text().length())
          .column("last", Row::last);

  private static List<Row> rows(long seed, int count) {
    Random random = new Random(seed);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Integer number = random.nextInt(5) == 0 ? null : random.nextInt(1 << random.nextInt(31));
      String text = "käse ünd 10.77.0.2:80 ".substring(0, random.nextInt(22));
      rows.add(new Row(number, text, random.nextBoolean() ? "" : " x" + random.nextInt(2000)));
    }
    return rows;
  }

  private static String karaf(List<Row> rows, Charset charset) {
    ShellTable table = LISTING.shellTable(false);
    for (Row row : rows) {
      table
          .addRow()
          .addContent(
              IntStream.range(0, LISTING.names().size())
                  .mapToObj(i -> (Object) LISTING.text(i, row))
                  .toArray());
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    table.print(new PrintStream(bytes, true, StandardCharsets.UTF_8), charset, true);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void isTheOneThatKarafPrints() {
    for (long seed = 0; seed < 20; seed++) {
      List<Row> rows = rows(seed, 1 + (int) seed * 150);
      for (Charset charset : List.of(StandardCharsets.UTF_8, StandardCharsets.US_ASCII)) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new LongTable<>(LISTING, rows)
            .print(new PrintStream(bytes, true, StandardCharsets.UTF_8), charset);
        assertThat(bytes.toString(StandardCharsets.UTF_8))
            .as("seed " + seed + " " + charset)
            .isEqualTo(karaf(rows, charset));
      }
    }
  }

  @Test
  void withoutATerminalItIsDrawnAsKarafDrawsItThere() {
    List<Row> rows = rows(1, 3);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new LongTable<>(LISTING, rows)
        .print(new PrintStream(bytes, true, StandardCharsets.UTF_8), null);
    assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo(karaf(rows, null));
  }
}
