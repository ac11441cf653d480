package io.karavel.scripts.segments;

import io.karavel.engine.DropReason;

/**
 * At which step of RFC 9293 §3.10.7 a segment's processing ends, as its drop reason; null if it
 * reaches the end. Numbers are relative; the window is 65535 bytes from R.
 */
final class ExpectedDrop {
  private static final int WINDOW = 65535;

  private final String state;
  private final boolean syn;
  private final boolean fin;
  private final boolean rst;
  private final boolean ack;
  private final int sequence;
  private final int text;
  private final int length;
  private final int acknowledgment;

  private ExpectedDrop(String state, ArrivingSegment segment) {
    this.state = state;
    syn = segment.syn();
    fin = segment.fin();
    rst = segment.rst();
    ack = segment.ack();
    sequence = segment.sequence();
    text = segment.text();
    length = segment.length();
    acknowledgment = segment.acknowledgment();
  }

  static DropReason of(String state, String segment) {
    return new ExpectedDrop(state, ArrivingSegment.parse(segment)).reason();
  }

  private DropReason reason() {
    return switch (state) {
      case "CLOSED" -> rst ? DropReason.TCP_STRAY_RST : DropReason.TCP_NO_SOCKET;
      case "LISTEN" -> inListen();
      case "SYN_SENT" -> inSynSent();
      case "TIME_WAIT" -> inTimeWait();
      default -> inOtherStates();
    };
  }

  private DropReason inListen() {
    if (rst) {
      return DropReason.TCP_STRAY_RST;
    }
    if (ack) {
      return DropReason.TCP_ACK;
    }
    return syn ? null : DropReason.TCP_FLAGS;
  }

  private DropReason inSynSent() {
    if (ack && acknowledgment != 1) {
      return DropReason.TCP_ACK;
    }
    if (rst) {
      return ack ? null : DropReason.TCP_SEQUENCE;
    }
    return syn ? null : DropReason.TCP_FLAGS;
  }

  /** An exact reset and a SYN that reopens are of use, all else is not. */
  private DropReason inTimeWait() {
    boolean used = rst ? sequence == 2 : syn && !ack && sequence - 2 > 0;
    return used ? null : DropReason.TCP_TIME_WAIT;
  }

  private DropReason inOtherStates() {
    boolean opening = state.equals("SYN_RECEIVED") || state.equals("SIMULTANEOUS");
    boolean finCame =
        state.equals("CLOSE_WAIT") || state.equals("CLOSING") || state.equals("LAST_ACK");
    boolean dataSent = state.equals("ESTABLISHED") || state.equals("CLOSE_WAIT");
    int next = finCame ? 2 : 1;
    int sent = dataSent ? 101 : opening ? 1 : 2;
    if (opening && syn && sequence == 0 && !rst) {
      boolean simultaneous = state.equals("SIMULTANEOUS");
      if (!ack) {
        // Their SYN again: an embryo counts it as its own, a connection as old.
        return simultaneous ? DropReason.TCP_OLD_DATA : null;
      }
      if (simultaneous) {
        return null;
      }
    }
    if (!isAcceptable(next)) {
      if (rst) {
        return DropReason.TCP_SEQUENCE;
      }
      if (syn) {
        return DropReason.TCP_SYN_CHALLENGED;
      }
      boolean old = sequence - next < 0 && length > 0 && !state.equals("SYN_RECEIVED");
      return old ? DropReason.TCP_OLD_DATA : DropReason.TCP_SEQUENCE;
    }
    if (rst) {
      return sequence == next ? null : DropReason.TCP_RST_CHALLENGED;
    }
    if (syn) {
      return DropReason.TCP_SYN_CHALLENGED;
    }
    if (!ack) {
      return DropReason.TCP_FLAGS;
    }
    boolean acceptableAck =
        opening ? acknowledgment == 1 : acknowledgment - sent <= 0 && 1 - acknowledgment <= WINDOW;
    if (!acceptableAck) {
      return DropReason.TCP_ACK;
    }
    boolean ended = state.equals("LAST_ACK") && acknowledgment == 2;
    return finCame && !ended && (text > 0 || fin) ? DropReason.TCP_DATA_AFTER_FIN : null;
  }

  private boolean isAcceptable(int next) {
    int first = sequence - next;
    int last = first + Math.max(length, 1) - 1;
    return first >= 0 && first < WINDOW || last >= 0 && last < WINDOW;
  }
}
