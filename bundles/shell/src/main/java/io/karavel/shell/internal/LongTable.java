package io.karavel.shell.internal;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.felix.service.command.Job;
import org.apache.karaf.shell.support.table.ShellTable;
import org.jline.terminal.Terminal;

/**
 * Prints what Karaf's {@link ShellTable} prints, without colours, for lists of thousands of rows:
 * that keeps every cell twice and formats each with patterns.
 *
 * @param <R> type of a row
 */
final class LongTable<R> {
  /** From so many rows on it is worth it. */
  static final int LEAST_ROWS = 1000;

  /** Where Karaf keeps the terminal of a session. */
  private static final String TERMINAL = ".jline.terminal";

  /** Characters printed at a time. */
  static final int CHUNK = 1 << 16;

  private final Listing<R> listing;
  private final List<R> rows;
  private final int[] widths;

  LongTable(Listing<R> listing, List<R> rows) {
    this.listing = listing;
    this.rows = rows;
    widths = new int[listing.names().size()];
  }

  /** The charset of the terminal that the command is given at; null if there is none. */
  static Charset charset() {
    Job job = Job.Utils.current();
    return job != null && job.session().get(TERMINAL) instanceof Terminal terminal
        ? terminal.encoding()
        : null;
  }

  /**
   * Prints.
   *
   * @param charset that of the terminal, which decides what the lines are drawn with; or null
   */
  void print(PrintStream out, Charset charset) {
    String[] widest = new String[widths.length];
    for (R row : rows) {
      for (int i = 0; i < widths.length; i++) {
        String text = listing.text(i, row);
        if (widest[i] == null || text.length() > widest[i].length()) {
          widest[i] = text;
        }
      }
    }
    String[] model = model(widest, charset);
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(listing.names().get(i).length(), widest[i].length());
    }
    StringBuilder text = new StringBuilder(CHUNK + 1024);
    text.append(model[0]).append(System.lineSeparator());
    text.append(model[1]).append(System.lineSeparator());
    String separator = model[1].indexOf('\u253c') >= 0 ? " \u2502 " : " | ";
    for (R row : rows) {
      append(text, row, separator);
      if (text.length() > CHUNK) {
        out.print(text);
        text.setLength(0);
      }
    }
    out.print(text);
    out.flush();
  }

  /** What Karaf prints of the widest cells: header, line, and a row. */
  private String[] model(String[] widest, Charset charset) {
    ShellTable table = listing.shellTable(false);
    table.addRow().addContent((Object[]) widest);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Charset used = charset == null ? StandardCharsets.US_ASCII : charset;
    table.print(new PrintStream(bytes, false, used), used, true);
    return bytes.toString(used).split("\\R");
  }

  private void append(StringBuilder text, R row, String separator) {
    for (int i = 0; i < widths.length; i++) {
      if (i > 0) {
        text.append(separator);
      }
      String cell = listing.text(i, row);
      int pad = widths[i] - cell.length();
      if (listing.isRight(i)) {
        pad(text, pad);
        text.append(cell);
      } else {
        text.append(cell);
        pad(text, pad);
      }
    }
    int end = text.length();
    while (text.charAt(end - 1) == ' ') {
      end--;
    }
    text.setLength(end);
    text.append(System.lineSeparator());
  }

  private static void pad(StringBuilder text, int blanks) {
    for (int i = 0; i < blanks; i++) {
      text.append(' ');
    }
  }
}
