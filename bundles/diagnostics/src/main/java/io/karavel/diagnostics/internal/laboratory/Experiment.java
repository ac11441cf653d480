package io.karavel.diagnostics.internal.laboratory;

import io.karavel.address.IpEndpoint;
import io.karavel.control.LossReport;
import io.karavel.control.LostMessage;
import io.karavel.diagnostics.internal.capture.StateChange;
import io.karavel.diagnostics.internal.trace.ConnectionWatch;
import io.karavel.diagnostics.internal.trace.Watched;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import io.karavel.wire.TcpHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * Follows what comes of a loss and holds the timetable against it. The message that is said again
 * is the lost one itself, or, when an acknowledgement is lost, the one that it acknowledges. One
 * thread.
 */
final class Experiment implements ConnectionWatch.Observer {
  private final LostMessage message;
  private final LostMessage repeated;
  private final int times;
  private final Supplier<TcpSettings> settings;
  private final LongFunction<TcpConnectionInfo> ask;
  private final Consumer<String> lines;
  private final SevenMessages messages = new SevenMessages();
  private final List<LossReport.Step> steps = new ArrayList<>();
  private Timetable timetable;
  private long firstNanos = Long.MIN_VALUE;

  /** A SYN of the peer has come that no SYN-ACK has answered yet. */
  private boolean peerSynWaits;

  private int transmissions;

  /**
   * Of these, answers to a repeated SYN: they do not count as retries, but begin the interval anew.
   */
  private int answers;

  /** By how much such answers have moved what is left of the timetable. */
  private long movedNanos;

  private int lost;
  private boolean lastWasLost;
  private long id;
  private String ending = "";

  /**
   * Nothing has happened yet.
   *
   * @param ask TCP's view of a connection by its number; null if it is not there
   */
  Experiment(
      LostMessage message,
      int times,
      Supplier<TcpSettings> settings,
      LongFunction<TcpConnectionInfo> ask,
      Consumer<String> lines) {
    this.message = message;
    this.times = times;
    this.settings = settings;
    this.ask = ask;
    this.lines = lines;
    repeated =
        switch (message) {
          case ACK -> LostMessage.SYN_ACK;
          case FIN1_ACK -> LostMessage.FIN1;
          case FIN2_ACK -> LostMessage.FIN2;
          default -> message;
        };
  }

  /** Why it is over; empty while it is not. */
  String ending() {
    return ending;
  }

  LossReport report() {
    return new LossReport(lost, ending, List.copyOf(steps));
  }

  /** It ends for a reason of its surroundings. */
  void end(String why) {
    if (ending.isEmpty()) {
      ending = why;
    }
  }

  @Override
  public void bound(IpEndpoint local, IpEndpoint remote, TcpConnectionInfo info) {
    if (info != null) {
      id = info.id();
      LossTap.begin(messages, info);
    }
    lines.accept(
        "losing "
            + message.word()
            + " "
            + times
            + (times == 1 ? " time" : " times")
            + " between us "
            + local
            + " and peer "
            + remote);
    lines.accept(
        String.format(
            Locale.ROOT, "%12s %12s %10s  %s", "predicted s", "happened s", "off by ms", "what"));
  }

  @Override
  public void segment(Watched segment) {
    if (!segment.ours()
        && (segment.flags() & (TcpHeader.SYN | TcpHeader.ACK)) == TcpHeader.SYN
        && segment.lost() == null) {
      peerSynWaits = true;
    }
    LostMessage is =
        messages.classify(
            segment.ours(),
            segment.sequence(),
            segment.acknowledgment(),
            segment.flags(),
            segment.payload());
    if (segment.has(TcpHeader.RST) && firstNanos != Long.MIN_VALUE) {
      step(segment.nanos(), -1, (segment.ours() ? "we send" : "the peer sends") + " RST");
    }
    if (is == null) {
      return;
    }
    if (is == repeated) {
      onRepeated(segment);
    } else if (is == message) {
      onAcknowledgement(segment);
    }
  }

  private void onRepeated(Watched segment) {
    if (firstNanos == Long.MIN_VALUE) {
      firstNanos = segment.nanos();
      timetable = segment.ours() ? predict() : null;
    }
    int number = transmissions++;
    boolean answer = repeated == LostMessage.SYN_ACK && number > 0 && peerSynWaits;
    peerSynWaits = false;
    if (answer) {
      onAnswer(segment.nanos() - firstNanos);
    }
    int repetition = number - answers;
    long predicted =
        timetable == null || answer || repetition >= timetable.transmissions().size()
            ? -1
            : timetable.transmissions().get(repetition) + movedNanos;
    String what =
        name(repeated)
            + (number == 0 ? "" : " again")
            + (segment.ours() ? "" : " (the peer's own timetable)")
            + (answer ? " in answer to the peer's SYN" : "")
            + note(segment);
    step(segment.nanos(), predicted, what);
    if (message == repeated) {
      count(segment);
    }
  }

  /** The interval that runs begins anew: the peer's timetable ruled, not ours. */
  private void onAnswer(long happenedNanos) {
    answers++;
    int repetition = transmissions - 1 - answers;
    if (timetable != null && repetition < timetable.transmissions().size()) {
      movedNanos = happenedNanos - timetable.transmissions().get(repetition);
    }
  }

  private void onAcknowledgement(Watched segment) {
    step(segment.nanos(), -1, name(message) + note(segment));
    count(segment);
  }

  private void count(Watched segment) {
    lastWasLost = segment.lost() != null;
    if (lastWasLost) {
      lost++;
      if (lost == times && timetable != null) {
        announceRest();
      }
    } else if (lost > 0) {
      end("arrived");
    }
  }

  /** What will come if nothing else happens. */
  private void announceRest() {
    int repetition = transmissions - answers;
    if (repetition < timetable.transmissions().size()) {
      lines.accept(
          String.format(
              Locale.ROOT,
              "%12.3f %12s %10s  %s",
              (timetable.transmissions().get(repetition) + movedNanos) / 1e9,
              "",
              "",
              name(repeated) + " again, expected"));
    } else {
      lines.accept(
          String.format(
              Locale.ROOT,
              "%12.3f %12s %10s  %s",
              (timetable.giveUpNanos() + movedNanos) / 1e9,
              "",
              "",
              "giving up, expected"));
    }
  }

  private static String note(Watched segment) {
    return segment.lost() == null ? ", arrives" : ", lost (" + segment.lost() + ")";
  }

  private Timetable predict() {
    TcpSettings now = settings.get();
    switch (repeated) {
      case SYN:
        return Timetable.ofCount(now, now.synRetries());
      case SYN_ACK:
        return Timetable.ofCount(now, now.synAckRetries());
      default:
        break;
    }
    TcpConnectionInfo info = id == 0 ? null : ask.apply(id);
    if (info == null || info.details().get("rto") == null) {
      return null;
    }
    String rto = String.valueOf(info.details().get("rto"));
    double millis = Double.parseDouble(rto.replace(" ms", ""));
    boolean orphan = Boolean.TRUE.equals(info.details().get("orphan"));
    return Timetable.ofBudget(now, Math.round(millis * 1e6), orphan);
  }

  @Override
  public void state(StateChange change) {
    if (change.id() != 0) {
      id = change.id();
    }
    if (firstNanos == Long.MIN_VALUE) {
      return;
    }
    boolean closed = change.state() == TcpState.CLOSED;
    boolean gaveUp = closed && lastWasLost;
    step(
        change.nanos(),
        gaveUp && timetable != null ? timetable.giveUpNanos() + movedNanos : -1,
        "we are now " + change.state().label() + (gaveUp ? ", giving up" : ""));
    if (closed) {
      end(gaveUp ? "gave up" : "closed");
    }
  }

  private void step(long nanos, long predicted, String what) {
    long happened = nanos - firstNanos;
    steps.add(new LossReport.Step(happened, predicted, what));
    lines.accept(
        predicted < 0
            ? String.format(Locale.ROOT, "%12s %12.3f %10s  %s", "", happened / 1e9, "", what)
            : String.format(
                Locale.ROOT,
                "%12.3f %12.3f %10.1f  %s",
                predicted / 1e9,
                happened / 1e9,
                (happened - predicted) / 1e6,
                what));
  }

  private static String name(LostMessage message) {
    return switch (message) {
      case SYN -> "SYN";
      case SYN_ACK -> "SYN-ACK";
      case ACK -> "ACK of the SYN-ACK";
      case FIN1 -> "first FIN";
      case FIN1_ACK -> "ACK of the first FIN";
      case FIN2 -> "second FIN";
      case FIN2_ACK -> "ACK of the second FIN";
    };
  }
}
