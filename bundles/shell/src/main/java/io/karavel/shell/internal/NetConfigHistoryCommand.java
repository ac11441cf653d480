package io.karavel.shell.internal;

import io.karavel.control.ConfigurationRecord;
import io.karavel.control.KeyChange;
import io.karavel.control.Masking;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code net:config-history}. */
@Service
@Command(
    scope = "net",
    name = "config-history",
    description = "Who changed which key when, through which door, from what to what",
    detailedDescription = "Example: net:config-history --limit 20")
public final class NetConfigHistoryCommand extends ConfigurationCommand {
  /** For the shell. */
  public NetConfigHistoryCommand() {}

  private record Row(ConfigurationRecord record, KeyChange change) {
    Object shown(String value) {
      return change == null ? null : ConfigurationCommand.shown(change, value);
    }
  }

  @Override
  void run() throws Exception {
    List<Row> rows = new ArrayList<>();
    for (ConfigurationRecord record : configurations().history()) {
      if (record.changes().isEmpty()) {
        rows.add(new Row(record, null));
      }
      record.changes().forEach(change -> rows.add(new Row(record, change)));
    }
    print(
        new Listing<Row>()
            .number("change", row -> row.record().id())
            .column("time", row -> row.record().time().truncatedTo(ChronoUnit.SECONDS))
            .column("user", row -> row.record().user())
            .column("door", row -> row.record().door())
            .column(
                "key",
                row -> row.change() == null ? "" : row.change().pid() + "." + row.change().key())
            .column("old", row -> row.change() == null ? "" : row.shown(row.change().before()))
            .column("new", row -> row.change() == null ? "" : row.shown(row.change().after()))
            .column("result", row -> row.record().result())
            .column("text", row -> Masking.text(row.record().text())),
        rows,
        "nothing was changed yet");
  }
}
