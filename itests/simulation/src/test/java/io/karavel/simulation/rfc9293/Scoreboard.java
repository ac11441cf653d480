package io.karavel.simulation.rfc9293;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/** What was sent and is not acknowledged, segment by segment: RFC 6675 §3, RFC 8985 §5.1. */
final class Scoreboard {
  private static final Comparator<Flying> BY_TIME =
      Comparator.<Flying>comparingLong(f -> f.sentNanos).thenComparingLong(f -> f.to);

  final List<Flying> all = new ArrayList<>();

  // ---- what the acknowledgement in hand told ----

  /** When the first of it was sent that had not been acknowledged selectively; -1 if none was. */
  long sampleNanos;

  int sampleTimestamp;

  /** Some of it had been sent more than once. */
  boolean sampleRepeated;

  /** Repetitions that were lost in their turn, since it was asked last. */
  private int lostAgain;

  /** The longest that it acknowledges whole. */
  long longest;

  int takeLostAgain() {
    int count = lostAgain;
    lostAgain = 0;
    return count;
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  Flying last() {
    return all.get(all.size() - 1);
  }

  long sacked() {
    return all.stream().filter(f -> f.sacked).mapToLong(Flying::length).sum();
  }

  int sackedSegments() {
    return (int) all.stream().filter(f -> f.sacked).count();
  }

  long lost() {
    return all.stream().filter(f -> f.lost).mapToLong(Flying::length).sum();
  }

  /** What is on its way: the pipe of RFC 6675 §4. */
  long pipe() {
    return all.stream().filter(Flying::isFlying).mapToLong(Flying::length).sum();
  }

  boolean isAgainOnItsWay() {
    return all.stream().anyMatch(f -> f.again);
  }

  /** The first that is lost and was not sent again; null if there is none. */
  Flying nextLost() {
    for (Flying f : all) {
      if (f.lost && !f.again && !f.sacked) {
        return f;
      }
    }
    return null;
  }

  Flying after(Flying f) {
    int next = all.indexOf(f) + 1;
    return next < all.size() ? all.get(next) : null;
  }

  /** Lets go of what is acknowledged; answers how much of it had been told by SACK before. */
  long acknowledge(long ack, RackModel rack) {
    sampleNanos = -1;
    sampleRepeated = false;
    longest = 0;
    long before = 0;
    Iterator<Flying> each = all.iterator();
    while (each.hasNext()) {
      Flying f = each.next();
      if (f.from >= ack) {
        break;
      }
      sampleRepeated |= f.repeated;
      if (!f.sacked && sampleNanos < 0) {
        sampleNanos = f.sentNanos;
        sampleTimestamp = f.timestamp;
      }
      long end = Math.min(ack, f.to);
      before += f.sacked ? end - f.from : 0;
      if (f.to <= ack) {
        longest = Math.max(longest, f.length());
        if (!f.sacked) {
          rack.onDelivered(f);
        }
        each.remove();
      } else {
        f.from = ack;
      }
    }
    return before;
  }

  /** A block of SACK; answers how much of it is news. */
  long sack(long left, long right, RackModel rack) {
    long news = 0;
    for (Flying f : all) {
      if (!f.sacked && f.from >= left && f.to <= right) {
        rack.onDelivered(f);
        f.sacked = true;
        f.lost = false;
        f.again = false;
        news += f.length();
      }
    }
    return news;
  }

  /**
   * RFC 8985 §6.2 step 5: what was sent so long before what has arrived is lost.
   *
   * @return how long until the next one is; 0 if none is waited for
   */
  long detect(RackModel rack, long window, long now) {
    List<Flying> flying = new ArrayList<>(all.stream().filter(Flying::isFlying).toList());
    flying.sort(BY_TIME);
    for (Flying f : flying) {
      if (!rack.known || !Flying.isSentAfter(rack.sentNanos, rack.end, f.sentNanos, f.to)) {
        return 0;
      }
      long left = f.sentNanos + rack.rttNanos + window - now;
      if (left > 0) {
        return left;
      }
      lostAgain += f.again ? 1 : 0;
      f.lost = true;
      f.again = false;
    }
    return 0;
  }

  /** Marks the first as lost; whether it was not before. */
  boolean loseFirst() {
    Flying first = all.get(0);
    if (first.sacked || first.lost) {
      return false;
    }
    first.lost = true;
    return true;
  }

  /** The timer expired: RFC 8985 §6.3, RFC 6675 §5.1. */
  void timeout(RackModel rack, boolean byRack, long now) {
    for (Flying f : all) {
      boolean recent = byRack && f != all.get(0) && f.sentNanos + rack.rttNanos > now;
      if (!f.sacked && !recent) {
        f.lost = true;
        f.again = false;
      }
    }
  }

  /** What was sent as a probe of a closed window and what followed was not taken. */
  void loseAll() {
    for (Flying f : all) {
      if (!f.sacked) {
        f.lost = true;
        f.again = false;
      }
    }
  }

  /** What is longer than segments may be now is lost; whether anything is. */
  boolean loseLonger(long most) {
    boolean any = false;
    for (Flying f : all) {
      if (f.length() > most && !f.sacked) {
        any = true;
        f.lost = true;
        f.again = false;
      }
    }
    return any;
  }

  /** Segments may be so long now. */
  void cut(long most) {
    List<Flying> parts = new ArrayList<>();
    for (Flying f : all) {
      for (long at = f.from; at < f.to; at += most) {
        parts.add(f.part(at, Math.min(f.to, at + most)));
      }
    }
    all.clear();
    all.addAll(parts);
  }

  long longestSacked() {
    return all.stream().filter(f -> f.sacked).mapToLong(Flying::length).max().orElse(0);
  }

  /** The peer has let go of what it had told: RFC 2018 §8. */
  void forgetSacks() {
    for (Flying f : all) {
      f.lost |= f.sacked;
      f.sacked = false;
    }
  }

  void loseNone() {
    for (Flying f : all) {
      f.lost = false;
      f.again = false;
    }
  }
}
