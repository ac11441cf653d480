package io.karavel.itests;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every command with every option, as {@code commands.txt} lists them. */
final class Catalogue {
  /** What a line does. */
  enum Effect {
    /** It succeeds and leaves no record. */
    READS(true, 0),
    /** It succeeds and leaves one record. */
    CHANGES(true, 1),
    /** It fails and leaves one record. */
    FAILS(false, 1),
    /** It fails before anything could change. */
    FAILS_UNRECORDED(false, 0);

    final boolean succeeds;
    final int records;

    Effect(boolean succeeds, int records) {
      this.succeeds = succeeds;
      this.records = records;
    }
  }

  /** A line to be run. */
  static final class Line {
    final String command;
    final String text;
    final Effect effect;
    final boolean amidTraffic;

    Line(String command, String text, Effect effect, boolean amidTraffic) {
      this.command = command;
      this.text = text;
      this.effect = effect;
      this.amidTraffic = amidTraffic;
    }

    /** The line with more options; Karaf reads options only before the first argument. */
    String with(String options) {
      return text.replaceFirst("^\\S+", "$0 " + options);
    }
  }

  /** The least role of each command. */
  final Map<String, String> roles = new LinkedHashMap<>();

  final List<Line> lines = new ArrayList<>();

  /** Whether a command may change something: everybody may read. */
  boolean changes(String command) {
    return !roles.get(command).equals("viewer");
  }

  Catalogue() {
    String command = null;
    for (String raw : read().split("\n")) {
      String line = raw.strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String[] parts = line.split(" ", 2);
      if (raw.charAt(0) != ' ') {
        command = parts[0];
        roles.put(command, parts[1]);
        continue;
      }
      Effect effect = Effect.valueOf(parts[0].replace('-', '_').toUpperCase(java.util.Locale.ROOT));
      boolean amidTraffic = parts[1].startsWith("~");
      String text = amidTraffic ? parts[1].substring(1) : parts[1];
      if (!text.split(" ", 2)[0].equals(command)) {
        throw new IllegalStateException("'" + text + "' stands under " + command);
      }
      lines.add(new Line(command, text, effect, amidTraffic));
    }
  }

  private static String read() {
    try (InputStream in = Catalogue.class.getResourceAsStream("/commands.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
