package io.karavel.simulation.run;

import io.karavel.simulation.rfc9293.Watched;
import io.karavel.tcp.TcpExplanation;
import io.karavel.tcp.TcpExplanation.ArmedTimer;
import io.karavel.tcp.TcpExplanation.Step;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What was foretold of a connection, while nothing but its own timers does anything to it. */
final class Foretold {
  /** Timers that show nothing on the wire. */
  private static final Set<String> SILENT = Set.of("time-wait", "fin-wait-2", "trim");

  /** Timers whose expiry may send, or find that nothing is to be sent. */
  private static final Set<String> VAGUE = Set.of("reordering", "pacing", "loss-probe");

  private final Node node;
  private final Watched end;
  private final TcpExplanation why;
  private final long askedNanos;
  private final long touches;
  private final long endNanos;

  /** The timers that must send something, by time; null for one that only may. */
  private final TreeMap<Long, String> toBeSent = new TreeMap<>();

  private long sends;

  /** Something that was foretold was sent: where it is paced, more of it may follow. */
  private boolean hasSent;

  Foretold(Node node, Watched end, TcpExplanation why, long now) {
    this.node = node;
    this.end = end;
    this.why = why;
    askedNanos = now;
    touches = end.touches();
    sends = end.sends();
    long over = Long.MAX_VALUE;
    for (ArmedTimer timer : why.timers()) {
      if (timer.end() >= 0) {
        over = Math.min(over, now + timer.end());
      }
    }
    endNanos = over;
    why.timers().forEach(this::take);
    toBeSent.tailMap(endNanos, true).clear();
  }

  private void take(ArmedTimer timer) {
    if (SILENT.contains(timer.kind())) {
      return;
    }
    for (Step step : timer.steps()) {
      boolean may = VAGUE.contains(timer.kind()) || step.action().startsWith("nothing");
      if (!may) {
        toBeSent.put(askedNanos + step.inNanos(), timer.kind());
      }
    }
  }

  /** Whether nothing of it shows on the wire. */
  boolean isSilent() {
    return toBeSent.isEmpty();
  }

  /** Whether anything sends in between that only may, so that the rest is not foretold. */
  private boolean isVague() {
    return why.timers().stream().anyMatch(timer -> VAGUE.contains(timer.kind()));
  }

  /** Whether more was foretold than is told. */
  private boolean isCut() {
    return why.timers().stream().anyMatch(t -> t.steps().size() == ArmedTimer.MOST_STEPS);
  }

  /** Looks at a moment when everything in it has happened. */
  boolean isOver(long now, Map<String, Long> happened) {
    if (end.touches() != touches || node.tcpAway || isVague()) {
      return true;
    }
    if (now >= endNanos) {
      mustBeGone(now);
      String kind =
          why.timers().stream()
              .filter(t -> t.end() >= 0 && askedNanos + t.end() == endNanos)
              .map(ArmedTimer::kind)
              .findFirst()
              .orElseThrow();
      happened.merge("the end by " + kind + where(), 1L, Long::sum);
      return true;
    }
    if (end.isVague() || end.lacksAddress() && !isSilent()) {
      return true;
    }
    boolean sent = end.sends() != sends;
    sends = end.sends();
    Long due = toBeSent.isEmpty() ? null : toBeSent.firstKey();
    if (due != null && due == now) {
      if (!sent) {
        return false; // its turn comes, perhaps behind something else of this moment
      }
      hasSent = true;
      happened.merge(toBeSent.remove(due) + where(), 1L, Long::sum);
      toBeSent.values().remove("delayed-ack"); // it went along
      return isFulfilled();
    }
    if (due != null && due < now) {
      wrong("nothing happened at " + due + ", and it is " + now);
    }
    if (sent && node.paces && hasSent) {
      return true;
    }
    if (sent) {
      wrong("something was sent at " + now);
    }
    return isFulfilled();
  }

  /** Whether all that was foretold has happened. */
  private boolean isFulfilled() {
    return toBeSent.isEmpty() && (endNanos == Long.MAX_VALUE || isCut());
  }

  private String where() {
    return node.isBareIp() ? "" : " on Ethernet";
  }

  private void mustBeGone(long now) {
    TcpExplanation then =
        node.stack.tcpControl().why(Questions.local(end.tuple()), Questions.remote(end.tuple()));
    if (then != null && now - then.sinceNanos() < askedNanos) {
      wrong("it was to end at " + endNanos + ", but is there: " + then);
    }
  }

  private void wrong(String what) {
    throw new AssertionError(
        node + " " + end.tuple() + ": foretold at " + askedNanos + ": " + why + "; but " + what);
  }
}
