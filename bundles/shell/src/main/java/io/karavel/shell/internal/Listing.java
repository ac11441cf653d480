package io.karavel.shell.internal;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.karaf.shell.support.table.Col;
import org.apache.karaf.shell.support.table.ShellTable;

/**
 * Columns over rows of a type, printed as a table, as tab-separated lines or as a JSON array whose
 * keys are the columns.
 *
 * @param <R> type of a row
 */
final class Listing<R> {
  private record Column<R>(
      String name, boolean right, Function<R, ?> value, Function<String, String> colour) {}

  private final List<Column<R>> columns = new ArrayList<>();

  /** A column of text. */
  Listing<R> column(String name, Function<R, ?> value) {
    columns.add(new Column<>(name, false, value, null));
    return this;
  }

  /** A column of text with colours for some of its values; null is none. */
  Listing<R> column(String name, Function<R, ?> value, Function<String, String> colour) {
    columns.add(new Column<>(name, false, value, colour));
    return this;
  }

  /** A column of numbers. */
  Listing<R> number(String name, Function<R, ?> value) {
    columns.add(new Column<>(name, true, value, null));
    return this;
  }

  /** The names of the columns. */
  List<String> names() {
    return columns.stream().map(Column::name).toList();
  }

  /** A row as keys and values. */
  Map<String, Object> asMap(R row) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (Column<R> column : columns) {
      map.put(column.name(), column.value().apply(row));
    }
    return map;
  }

  /** All rows as maps. */
  List<Map<String, Object>> asMaps(List<R> rows) {
    return rows.stream().map(this::asMap).toList();
  }

  /**
   * Prints rows.
   *
   * @param empty what a table says when there are none
   */
  void print(List<R> rows, ReportingCommand.Form form, boolean coloured, String empty)
      throws IOException {
    PrintStream out = ApplianceCommand.out();
    switch (form) {
      case JSON -> Values.print(out, json -> json(json, rows));
      case PLAIN -> plain(out, "", rows);
      case TABLE -> table(out, rows, coloured, empty);
    }
  }

  private void json(JsonGenerator json, List<R> rows) throws IOException {
    json.writeStartArray();
    for (R row : rows) {
      json.writeStartObject();
      for (Column<R> column : columns) {
        json.writeFieldName(column.name());
        Values.json(json, column.value().apply(row));
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** Tab-separated lines, each beginning with a prefix. */
  void plain(PrintStream out, String prefix, List<R> rows) {
    StringBuilder text = new StringBuilder();
    for (R row : rows) {
      text.append(prefix);
      for (int i = 0; i < columns.size(); i++) {
        text.append(i == 0 ? "" : "\t").append(text(i, row));
      }
      text.append(System.lineSeparator());
      if (text.length() > LongTable.CHUNK) {
        out.print(text);
        text.setLength(0);
      }
    }
    out.print(text);
    out.flush();
  }

  /** A table for eyes. */
  void table(PrintStream out, List<R> rows, boolean coloured, String empty) {
    if (rows.size() > LongTable.LEAST_ROWS) {
      new LongTable<>(this, rows).print(out, LongTable.charset());
      return;
    }
    ShellTable table = shellTable(coloured).emptyTableText(empty);
    for (R row : rows) {
      Object[] content = new Object[columns.size()];
      for (int i = 0; i < content.length; i++) {
        content[i] = text(i, row);
      }
      table.addRow().addContent(content);
    }
    table.print(out);
  }

  /** A cell. */
  String text(int column, R row) {
    return Values.text(columns.get(column).value().apply(row));
  }

  /** Whether a column is of numbers. */
  boolean isRight(int column) {
    return columns.get(column).right();
  }

  /** The columns without a row. */
  ShellTable shellTable(boolean coloured) {
    ShellTable table = new ShellTable();
    for (Column<R> column : columns) {
      Col col = table.column(column.name());
      if (column.right()) {
        col.alignRight();
      }
      if (coloured) {
        col.bold();
        if (column.colour() != null) {
          col.colorProvider(text -> column.colour().apply(text.trim()));
        }
      }
    }
    return table;
  }
}
