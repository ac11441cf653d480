package io.karavel.diagnostics.internal.capture;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;

/** The columns of a frame on a line, between tabs or as a JSON object: for scripts. */
public final class RowForm implements FileForm {
  private static final String[] COLUMNS = {
    "time", "interface", "direction", "length", "frame", "comment"
  };
  private static final int LENGTH = 3;

  private final PrintStream out;
  private final EpochClock clock;
  private final boolean json;

  /** Writes to a stream. */
  public RowForm(OutputStream out, EpochClock clock, boolean json) {
    this.out = new PrintStream(out, false, StandardCharsets.UTF_8);
    this.clock = clock;
    this.json = json;
  }

  @Override
  public void frame(CapturedFrame frame) {
    String[] row = {
      DateTimeFormatter.ISO_INSTANT.format(
          Instant.ofEpochSecond(0, clock.epochNanos(frame.nanos()))),
      frame.interfaceName(),
      frame.received() ? "in" : "out",
      Integer.toString(frame.wireLength()),
      FrameText.of(frame.view()),
      frame.comment()
    };
    out.print(json ? object(row) : String.join("\t", row));
    out.print('\n');
  }

  private static String object(String[] row) {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < row.length; i++) {
      text.append(i == 0 ? "\"" : ",\"").append(COLUMNS[i]).append("\":");
      if (i == LENGTH) {
        text.append(row[i]);
      } else {
        // names, addresses and words of ours: nothing in them is a control character
        String value = row[i].replace("\\", "\\\\").replace("\"", "\\\"");
        text.append('"').append(value).append('"');
      }
    }
    return text.append('}').toString();
  }

  @Override
  public void flush() throws IOException {
    out.flush();
    if (out.checkError()) {
      throw new IOException("whoever read the lines has gone");
    }
  }

  /** How many were lost is told beside, so that every line is a frame. */
  @Override
  public void finish(long nowNanos, long lost) throws IOException {
    flush();
  }
}
