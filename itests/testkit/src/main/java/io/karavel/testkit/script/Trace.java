package io.karavel.testkit.script;

import io.karavel.testkit.Durations;
import java.util.ArrayDeque;
import java.util.function.Supplier;

/** What happened so far, line by line, for the message of a failure. Bounded. */
final class Trace {
  private static final int LINES = 200;

  private record Line(long nanos, Supplier<String> what) {}

  private final ArrayDeque<Line> lines = new ArrayDeque<>();
  private long dropped;

  /** A line that is only put into words when it is shown. */
  void add(long nanos, Supplier<String> what) {
    lines.add(new Line(nanos, what));
    if (lines.size() > LINES) {
      lines.removeFirst();
      dropped++;
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (dropped > 0) {
      text.append("      (").append(dropped).append(" lines before)\n");
    }
    for (Line line : lines) {
      text.append(String.format("%12s  %s%n", Durations.format(line.nanos), line.what.get()));
    }
    return text.toString();
  }
}
