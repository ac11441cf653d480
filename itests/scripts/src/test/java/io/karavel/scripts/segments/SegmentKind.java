package io.karavel.scripts.segments;

import java.util.EnumSet;
import java.util.Set;

/** The kinds of segment that RFC 9293 §3.10.7 with RFC 5961 tells apart. */
enum SegmentKind {
  /** A SYN that is the embryo's own. */
  SYN_OWN,
  SYN_LEFT_OF_WINDOW,
  SYN_IN_WINDOW,
  SYN_RIGHT_OF_WINDOW,
  SYN_ACK,
  RST_EXACT,
  RST_LEFT_OF_WINDOW,
  RST_IN_WINDOW,
  RST_RIGHT_OF_WINDOW,
  NO_ACK,
  /** Below SND.UNA − MAX.SND.WND. */
  ACK_TOO_OLD,
  ACK_OLD,
  /** Equal to SND.UNA. */
  ACK_DUPLICATE,
  ACK_NEW,
  ACK_TOO_NEW,
  /** An acceptable ACK whose sequence number is not. */
  ACK_LEFT_OF_WINDOW,
  ACK_RIGHT_OF_WINDOW,
  TEXT_LEFT_OF_WINDOW,
  /** Begins before RCV.NXT and ends behind it. */
  TEXT_OVERLAPPING,
  TEXT_EXACT,
  TEXT_AHEAD,
  TEXT_RIGHT_OF_WINDOW,
  FIN_LEFT_OF_WINDOW,
  FIN_EXACT,
  FIN_AHEAD,
  FIN_RIGHT_OF_WINDOW,
  URGENT_IN_WINDOW,
  URGENT_OUT_OF_WINDOW,
  // where there are no sequence numbers yet
  SYN,
  SYN_WITH_TEXT,
  SYN_ACK_OF_LESS,
  SYN_ACK_OF_OURS,
  SYN_ACK_OF_MORE,
  RST,
  RST_ACK_OF_LESS,
  RST_ACK_OF_OURS,
  RST_ACK_OF_MORE,
  ACK_OF_LESS,
  ACK_OF_OURS,
  ACK_OF_MORE,
  TEXT,
  TEXT_WITHOUT_ACK,
  FIN,
  FIN_WITHOUT_ACK,
  URGENT;

  private static final int WINDOW = 65535;

  /** What must be tried in a state. */
  static Set<SegmentKind> of(String state) {
    return switch (state) {
      case "CLOSED", "LISTEN" ->
          EnumSet.of(
              SYN,
              SYN_WITH_TEXT,
              SYN_ACK_OF_MORE,
              RST,
              RST_ACK_OF_MORE,
              ACK_OF_MORE,
              TEXT,
              TEXT_WITHOUT_ACK,
              FIN,
              FIN_WITHOUT_ACK,
              URGENT);
      case "SYN_SENT" -> {
        Set<SegmentKind> all = EnumSet.range(SYN, URGENT);
        all.remove(SYN_WITH_TEXT);
        yield all;
      }
      case "SYN_RECEIVED", "SIMULTANEOUS" -> EnumSet.range(SYN_OWN, URGENT_OUT_OF_WINDOW);
      // nothing is unacknowledged any more
      case "FIN_WAIT_2", "TIME_WAIT" -> {
        Set<SegmentKind> all = EnumSet.range(SYN_LEFT_OF_WINDOW, URGENT_OUT_OF_WINDOW);
        all.remove(ACK_NEW);
        yield all;
      }
      default -> EnumSet.range(SYN_LEFT_OF_WINDOW, URGENT_OUT_OF_WINDOW);
    };
  }

  /** The kinds that a segment is of in the state of a table. */
  static Set<SegmentKind> of(SegmentTable table, ArrivingSegment s) {
    return switch (table.state()) {
      case "CLOSED", "LISTEN", "SYN_SENT" -> early(s, table.next());
      default -> late(table, s);
    };
  }

  private static Set<SegmentKind> early(ArrivingSegment s, int next) {
    if (s.urg()) {
      return EnumSet.of(URGENT);
    }
    int beyond = s.acknowledgment() - next;
    if (s.rst()) {
      return EnumSet.of(
          s.ack() ? by(beyond, RST_ACK_OF_LESS, RST_ACK_OF_OURS, RST_ACK_OF_MORE) : RST);
    }
    if (s.syn()) {
      SegmentKind withoutAck = s.text() > 0 ? SYN_WITH_TEXT : SYN;
      return EnumSet.of(
          s.ack() ? by(beyond, SYN_ACK_OF_LESS, SYN_ACK_OF_OURS, SYN_ACK_OF_MORE) : withoutAck);
    }
    if (s.fin()) {
      return EnumSet.of(s.ack() ? FIN : FIN_WITHOUT_ACK);
    }
    if (s.text() > 0) {
      return EnumSet.of(s.ack() ? TEXT : TEXT_WITHOUT_ACK);
    }
    return EnumSet.of(by(beyond, ACK_OF_LESS, ACK_OF_OURS, ACK_OF_MORE));
  }

  /** The kind for an acknowledgment below, at, or beyond SND.NXT. */
  private static SegmentKind by(int beyond, SegmentKind less, SegmentKind ours, SegmentKind more) {
    if (beyond == 0) {
      return ours;
    }
    return beyond < 0 ? less : more;
  }

  private static Set<SegmentKind> late(SegmentTable table, ArrivingSegment s) {
    int first = s.sequence() - table.receive();
    int end = first + s.length();
    boolean left = first < 0;
    boolean right = first >= WINDOW;
    if (s.rst()) {
      if (left || right) {
        return EnumSet.of(left ? RST_LEFT_OF_WINDOW : RST_RIGHT_OF_WINDOW);
      }
      return EnumSet.of(first == 0 ? RST_EXACT : RST_IN_WINDOW);
    }
    if (s.syn()) {
      return EnumSet.of(syn(table, s, left, right));
    }
    if (s.urg()) {
      return EnumSet.of(left || right ? URGENT_OUT_OF_WINDOW : URGENT_IN_WINDOW);
    }
    if (!s.ack()) {
      return EnumSet.of(NO_ACK);
    }
    if (s.length() == 0) {
      return EnumSet.of(bare(table, s, left, right));
    }
    Set<SegmentKind> kinds = EnumSet.noneOf(SegmentKind.class);
    if (s.acknowledgment() > table.next() || table.una() - s.acknowledgment() > WINDOW) {
      return kinds; // the ACK decides, not where it stands
    }
    if (s.text() > 0) {
      kinds.add(text(first, end));
    }
    if (s.fin()) {
      int at = end - 1;
      if (at < 0) {
        kinds.add(FIN_LEFT_OF_WINDOW);
      } else if (right) {
        kinds.add(FIN_RIGHT_OF_WINDOW);
      } else {
        kinds.add(first <= 0 ? FIN_EXACT : FIN_AHEAD);
      }
    }
    return kinds;
  }

  private static SegmentKind syn(
      SegmentTable table, ArrivingSegment s, boolean left, boolean right) {
    if (s.ack()) {
      return SYN_ACK;
    }
    if (s.sequence() == 0 && of(table.state()).contains(SYN_OWN)) {
      return SYN_OWN;
    }
    if (left) {
      return SYN_LEFT_OF_WINDOW;
    }
    return right ? SYN_RIGHT_OF_WINDOW : SYN_IN_WINDOW;
  }

  private static SegmentKind bare(
      SegmentTable table, ArrivingSegment s, boolean left, boolean right) {
    if (left || right) {
      return left ? ACK_LEFT_OF_WINDOW : ACK_RIGHT_OF_WINDOW;
    }
    int old = table.una() - s.acknowledgment();
    if (old > 0) {
      return old > WINDOW ? ACK_TOO_OLD : ACK_OLD;
    }
    if (old == 0) {
      return ACK_DUPLICATE;
    }
    return s.acknowledgment() - table.next() > 0 ? ACK_TOO_NEW : ACK_NEW;
  }

  private static SegmentKind text(int first, int end) {
    if (first < 0) {
      return end <= 0 ? TEXT_LEFT_OF_WINDOW : TEXT_OVERLAPPING;
    }
    if (first >= WINDOW) {
      return TEXT_RIGHT_OF_WINDOW;
    }
    return first == 0 ? TEXT_EXACT : TEXT_AHEAD;
  }
}
