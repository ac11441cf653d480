package io.karavel.shell.internal;

import org.apache.karaf.shell.api.action.Option;

/** A command with a result: as a table or sentence, as plain columns, or as JSON. */
abstract class ReportingCommand extends ApplianceCommand {
  @Option(
      name = "--no-format",
      description = "Columns separated by tabs, without header or frame, for scripts")
  boolean noFormat;

  @Option(name = "--json", description = "JSON with the columns as keys")
  boolean json;

  /** In which of the three forms. */
  final Form form() {
    return json ? Form.JSON : noFormat ? Form.PLAIN : Form.TABLE;
  }

  /** The forms of a result. */
  enum Form {
    /** For eyes. */
    TABLE,
    /** Tab-separated. */
    PLAIN,
    /** JSON. */
    JSON
  }
}
