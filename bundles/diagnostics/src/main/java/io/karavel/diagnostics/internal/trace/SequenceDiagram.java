package io.karavel.diagnostics.internal.trace;

import io.karavel.address.IpEndpoint;
import io.karavel.diagnostics.internal.capture.StateChange;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpState;
import io.karavel.wire.TcpHeader;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Draws a connection as it is taught: our end left, the peer right, an arrow a segment, numbers
 * relative to the initial ones, our states as they are and the peer's as its segments tell. One
 * thread.
 */
public final class SequenceDiagram implements ConnectionWatch.Observer {
  private static final int ARROW = 56;
  private static final int STATE = 14;

  private final Consumer<String> lines;
  private PeerState peer = new PeerState(TcpState.CLOSED);
  private TcpState shown;
  private boolean ourBase;
  private boolean theirBase;
  private int ourFirst;
  private int theirFirst;
  private long beginNanos = Long.MIN_VALUE;
  private long segments;
  private boolean over;

  /** Draws to {@code lines}. */
  public SequenceDiagram(Consumer<String> lines) {
    this.lines = lines;
  }

  /** Segments drawn. */
  public long segments() {
    return segments;
  }

  /** Whether our end is CLOSED again. */
  public boolean isOver() {
    return over;
  }

  @Override
  public void bound(IpEndpoint local, IpEndpoint remote, TcpConnectionInfo info) {
    TcpState ours = info == null ? null : info.state();
    if (info != null) {
      ourBase = base(info, "iss", true);
      theirBase = base(info, "irs", false);
      peer = new PeerState(guess(info.state()));
    }
    lines.accept(
        String.format(
            Locale.ROOT,
            "%11s  %-" + STATE + "s  %-" + ARROW + "s  %s",
            "seconds",
            "",
            "us " + local,
            "peer " + remote));
    if (ours != null) {
      lines.accept(row("", ours.label(), "", "(" + peer.state().label() + ")"));
      shown = ours;
    }
  }

  private boolean base(TcpConnectionInfo info, String key, boolean ours) {
    if (!(info.details().get(key) instanceof Number number)) {
      return false;
    }
    if (ours) {
      ourFirst = (int) number.longValue();
    } else {
      theirFirst = (int) number.longValue();
    }
    return true;
  }

  private static TcpState guess(TcpState ours) {
    return switch (ours) {
      case SYN_SENT, CLOSED, LISTEN -> TcpState.CLOSED;
      case SYN_RECEIVED -> TcpState.SYN_SENT;
      case FIN_WAIT_2 -> TcpState.CLOSE_WAIT;
      case CLOSE_WAIT -> TcpState.FIN_WAIT_2;
      case LAST_ACK -> TcpState.FIN_WAIT_2;
      case CLOSING -> TcpState.CLOSING;
      case TIME_WAIT -> TcpState.CLOSED;
      default -> TcpState.ESTABLISHED;
    };
  }

  @Override
  public void state(StateChange change) {
    if (change.state() != shown) {
      shown = change.state();
      lines.accept(row(seconds(change.nanos()), shown.label(), "", ""));
    }
    over = shown == TcpState.CLOSED;
  }

  @Override
  public void segment(Watched segment) {
    segments++;
    if (segment.ours() && !ourBase) {
      ourBase = true;
      ourFirst = segment.sequence() - (segment.has(TcpHeader.SYN) ? 0 : 1);
    }
    if (!segment.ours() && !theirBase) {
      theirBase = true;
      theirFirst = segment.sequence() - (segment.has(TcpHeader.SYN) ? 0 : 1);
    }
    if (segment.has(TcpHeader.SYN)) {
      // a new opening of the same ends has new numbers
      ourFirst = segment.ours() ? segment.sequence() : ourFirst;
      theirFirst = segment.ours() ? theirFirst : segment.sequence();
    }
    TcpState before = peer.state();
    TcpState after = peer.on(segment);
    lines.accept(
        row(
            seconds(segment.nanos()),
            "",
            arrow(segment),
            (after == before ? "" : "(" + after.label() + ")")
                + (segment.discarded() == null ? "" : " discarded: " + segment.discarded())));
  }

  private String arrow(Watched segment) {
    String text = " " + label(segment) + " ";
    int dashes = Math.max(4, ARROW - 2 - text.length());
    String left = "-".repeat(dashes / 2);
    String right = "-".repeat(dashes - dashes / 2);
    if (segment.lost() != null) {
      String lost = " X lost: " + segment.lost();
      return segment.ours()
          ? "|" + left + text + "--" + lost
          : " ".repeat(Math.max(0, dashes / 2 - 2))
              + "X--"
              + text
              + right
              + "|"
              + lost.substring(2);
    }
    return segment.ours() ? "|" + left + text + right + ">" : "<" + left + text + right + "|";
  }

  private String label(Watched s) {
    StringBuilder text = new StringBuilder();
    flag(text, s, TcpHeader.SYN, "SYN");
    flag(text, s, TcpHeader.FIN, "FIN");
    flag(text, s, TcpHeader.RST, "RST");
    flag(text, s, TcpHeader.PSH, "PSH");
    flag(text, s, TcpHeader.URG, "URG");
    flag(text, s, TcpHeader.ACK, "ACK");
    int base = s.ours() ? ourFirst : theirFirst;
    int other = s.ours() ? theirFirst : ourFirst;
    if (s.payload() > 0 || (s.flags() & (TcpHeader.SYN | TcpHeader.FIN | TcpHeader.RST)) != 0) {
      text.append(" seq ").append(Integer.toUnsignedLong(s.sequence() - base));
    }
    if (s.payload() > 0) {
      text.append(':')
          .append(Integer.toUnsignedLong(s.sequence() + s.payload() - base))
          .append(" (")
          .append(s.payload())
          .append(')');
    }
    if (s.has(TcpHeader.ACK)) {
      text.append(" ack ").append(Integer.toUnsignedLong(s.acknowledgment() - other));
    }
    return text.append(" win ").append(s.window()).toString();
  }

  private static void flag(StringBuilder text, Watched s, int flag, String name) {
    if (s.has(flag)) {
      text.append(text.isEmpty() ? "" : " ").append(name);
    }
  }

  private String seconds(long nanos) {
    if (beginNanos == Long.MIN_VALUE) {
      beginNanos = nanos;
    }
    return String.format(Locale.ROOT, "%.6f", (nanos - beginNanos) / 1e9);
  }

  private static String row(String time, String ours, String arrow, String theirs) {
    return String.format(
            Locale.ROOT, "%11s  %-" + STATE + "s  %-" + ARROW + "s  %s", time, ours, arrow, theirs)
        .stripTrailing();
  }
}
