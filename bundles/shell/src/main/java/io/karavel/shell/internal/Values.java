package io.karavel.shell.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Values as text and as JSON: the one place that decides how a thing is written. */
final class Values {
  private Values() {}

  /** What writes JSON. */
  @FunctionalInterface
  interface JsonBody {
    void write(JsonGenerator json) throws IOException;
  }

  /** As text on one line. */
  static String text(Object value) {
    if (value == null || value instanceof Optional<?> none && none.isEmpty()) {
      return "";
    }
    if (value instanceof Optional<?> some) {
      return text(some.get());
    }
    if (value instanceof Double number) {
      return decimal(number);
    }
    if (value instanceof Map<?, ?> map) {
      StringBuilder all = new StringBuilder();
      map.forEach(
          (key, inner) ->
              all.append(all.length() == 0 ? "" : ", ")
                  .append(key)
                  .append('=')
                  .append(text(inner)));
      return all.toString();
    }
    if (value instanceof Iterable<?> list) {
      StringBuilder all = new StringBuilder();
      for (Object inner : list) {
        all.append(all.length() == 0 ? "" : ", ").append(text(inner));
      }
      return all.toString();
    }
    String text = value.toString();
    return isPlain(text) ? text : text.replaceAll("\\p{Cntrl}+", " ");
  }

  /** Whether there is no control character in it, as in nearly every cell of a long list. */
  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ' || text.charAt(i) == 0x7f) {
        return false;
      }
    }
    return true;
  }

  private static String decimal(double number) {
    if (number == Math.rint(number) && Math.abs(number) < 1e15) {
      return Long.toString((long) number);
    }
    if (!(Math.abs(number) < 1e12)) {
      return String.format(Locale.ROOT, "%.3f", number);
    }
    // quick: a long list has one in each row
    long thousandths = Math.round(Math.abs(number) * 1000);
    String fraction = Long.toString(1000 + thousandths % 1000);
    return (number < 0 ? "-" : "") + thousandths / 1000 + "." + fraction.substring(1);
  }

  /** As JSON: numbers as numbers, times as ISO-8601 UTC, nothing as null. */
  static void json(JsonGenerator json, Object value) throws IOException {
    if (value == null || value instanceof Optional<?> none && none.isEmpty()) {
      json.writeNull();
    } else if (value instanceof Optional<?> some) {
      json(json, some.get());
    } else if (value instanceof Integer number) {
      json.writeNumber(number);
    } else if (value instanceof Long number) {
      json.writeNumber(number);
    } else if (value instanceof Double number) {
      json.writeNumber(Math.rint(number * 1000) / 1000);
    } else if (value instanceof Boolean flag) {
      json.writeBoolean(flag);
    } else if (value instanceof Map<?, ?> map) {
      json.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        json.writeFieldName(String.valueOf(entry.getKey()));
        json(json, entry.getValue());
      }
      json.writeEndObject();
    } else if (value instanceof Iterable<?> list) {
      json.writeStartArray();
      for (Object inner : list) {
        json(json, inner);
      }
      json.writeEndArray();
    } else {
      json.writeString(value.toString());
    }
  }

  /** Writes one JSON text and a line end. */
  static void print(PrintStream out, JsonBody body) throws IOException {
    JsonGenerator json =
        new JsonFactory()
            .createGenerator(out)
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .useDefaultPrettyPrinter();
    try (json) {
      body.write(json);
    }
    out.println();
  }

  /** Writes one JSON text on one line. */
  static void printLine(PrintStream out, JsonBody body) throws IOException {
    JsonGenerator json =
        new JsonFactory().createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    try (json) {
      body.write(json);
    }
    out.println();
  }

  /** Nanoseconds as milliseconds. */
  static double millis(long nanos) {
    return nanos / 1e6;
  }
}
