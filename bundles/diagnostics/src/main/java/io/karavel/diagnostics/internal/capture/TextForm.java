package io.karavel.diagnostics.internal.capture;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** A line a frame, with the time of day in UTC. */
public final class TextForm implements FileForm {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS").withZone(ZoneOffset.UTC);

  private final PrintStream out;
  private final EpochClock clock;

  /** Writes to a stream. */
  public TextForm(OutputStream out, EpochClock clock) {
    this.out = new PrintStream(out, false, StandardCharsets.UTF_8);
    this.clock = clock;
  }

  @Override
  public void frame(CapturedFrame frame) {
    long nanos = clock.epochNanos(frame.nanos());
    String comment = frame.comment();
    out.println(
        TIME.format(Instant.ofEpochSecond(0, nanos))
            + " "
            + frame.interfaceName()
            + (frame.received() ? " < " : " > ")
            + FrameText.of(frame.view())
            + (comment.isEmpty() ? "" : " [" + comment + "]"));
  }

  @Override
  public void flush() throws IOException {
    out.flush();
    if (out.checkError()) {
      throw new IOException("whoever read the lines has gone");
    }
  }

  @Override
  public void finish(long nowNanos, long lost) throws IOException {
    if (lost > 0) {
      out.println(lost + " frames matched and found no room");
    }
    flush();
  }
}
