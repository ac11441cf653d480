package io.karavel.scripts.segments;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A segment of the notation, as far as the rules of RFC 9293 §3.10.7 look at it. */
record ArrivingSegment(
    boolean syn,
    boolean fin,
    boolean rst,
    boolean ack,
    boolean urg,
    int sequence,
    int text,
    int acknowledgment) {
  private static final Pattern FORM =
      Pattern.compile("(\\S+) (\\d+):(\\d+)\\((\\d+)\\)(?: ack (\\d+))?.*");

  static ArrivingSegment parse(String segment) {
    Matcher m = FORM.matcher(segment);
    if (!m.matches()) {
      throw new IllegalArgumentException(segment);
    }
    boolean ack = m.group(5) != null;
    return new ArrivingSegment(
        m.group(1).contains("S"),
        m.group(1).contains("F"),
        m.group(1).contains("R"),
        ack,
        m.group(1).contains("U"),
        Integer.parseUnsignedInt(m.group(2)),
        Integer.parseInt(m.group(4)),
        ack ? Integer.parseUnsignedInt(m.group(5)) : 0);
  }

  /** SEG.LEN. */
  int length() {
    return text + (syn ? 1 : 0) + (fin ? 1 : 0);
  }
}
