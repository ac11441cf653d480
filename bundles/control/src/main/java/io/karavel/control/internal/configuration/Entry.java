package io.karavel.control.internal.configuration;

import io.karavel.control.ConfigurationRecord;
import io.karavel.control.KeyChange;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * A record of a change on one line: cells between tabs, at the end a checksum, so that a line that
 * was torn is known as such.
 *
 * @param record the change
 * @param confirmSeconds time it may go unconfirmed; 0 if it need not be
 * @param deadline when it goes back unless confirmed; {@link Instant#EPOCH} for never
 */
record Entry(ConfigurationRecord record, int confirmSeconds, Instant deadline) {
  private static final int HEAD = 9;
  private static final int PER_KEY = 4;
  private static final char ABSENT = '-';
  private static final char PRESENT = '=';

  static Entry of(ConfigurationRecord record) {
    return new Entry(record, 0, Instant.EPOCH);
  }

  /** The same with another result. */
  Entry with(String result, String text) {
    return new Entry(
        new ConfigurationRecord(
            record.id(),
            record.time(),
            record.user(),
            record.door(),
            record.changes(),
            result,
            text),
        confirmSeconds,
        deadline);
  }

  /** The same of other keys. */
  Entry with(List<KeyChange> changes) {
    return new Entry(
        new ConfigurationRecord(
            record.id(),
            record.time(),
            record.user(),
            record.door(),
            changes,
            record.result(),
            record.text()),
        confirmSeconds,
        deadline);
  }

  String line() {
    List<String> cells = new ArrayList<>();
    cells.add(Long.toString(record.id()));
    cells.add(record.time().toString());
    cells.add(escape(record.user()));
    cells.add(escape(record.door()));
    cells.add(escape(record.result()));
    cells.add(escape(record.text()));
    cells.add(Integer.toString(confirmSeconds));
    cells.add(deadline.toString());
    cells.add(Integer.toString(record.changes().size()));
    for (KeyChange change : record.changes()) {
      cells.add(escape(change.pid()));
      cells.add(escape(change.key()));
      cells.add(optional(change.before()));
      cells.add(optional(change.after()));
    }
    String text = String.join("\t", cells);
    return text + "\t" + sum(text);
  }

  /** What a line says; null if it is torn or from elsewhere. */
  static Entry parse(String line) {
    int last = line.lastIndexOf('\t');
    if (last < 0 || !sum(line.substring(0, last)).equals(line.substring(last + 1))) {
      return null;
    }
    String[] cells = line.substring(0, last).split("\t", -1);
    try {
      int keys = cells.length < HEAD ? -1 : Integer.parseInt(cells[HEAD - 1]);
      if (keys < 0 || cells.length != HEAD + PER_KEY * keys) {
        return null;
      }
      List<KeyChange> changes = new ArrayList<>();
      for (int at = HEAD; at < cells.length; at += PER_KEY) {
        changes.add(
            new KeyChange(
                unescape(cells[at]),
                unescape(cells[at + 1]),
                present(cells[at + 2]),
                present(cells[at + 3])));
      }
      ConfigurationRecord record =
          new ConfigurationRecord(
              Long.parseLong(cells[0]),
              Instant.parse(cells[1]),
              unescape(cells[2]),
              unescape(cells[3]),
              changes,
              unescape(cells[4]),
              unescape(cells[5]));
      return new Entry(record, Integer.parseInt(cells[6]), Instant.parse(cells[7]));
    } catch (NumberFormatException | DateTimeParseException e) {
      return null;
    }
  }

  private static String sum(String text) {
    CRC32 crc = new CRC32();
    crc.update(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return Long.toHexString(crc.getValue());
  }

  private static String optional(String value) {
    return value == null ? String.valueOf(ABSENT) : PRESENT + escape(value);
  }

  private static String present(String cell) {
    return cell.isEmpty() || cell.charAt(0) == ABSENT ? null : unescape(cell.substring(1));
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r");
  }

  private static String unescape(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        char next = text.charAt(++i);
        c = next == 't' ? '\t' : next == 'n' ? '\n' : next == 'r' ? '\r' : next;
      }
      plain.append(c);
    }
    return plain.toString();
  }
}
