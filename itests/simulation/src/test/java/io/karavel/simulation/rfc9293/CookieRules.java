package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * SYN cookies (RFC 4987 §3.6) of a stack that answers every SYN with one: nothing is kept and
 * nothing repeated, and what brings a cookie back in time opens. What it remembers of the SYN
 * docs/bundles/tcp.md says: a size of the peer's segments, and in its timestamp the other options.
 */
final class CookieRules {
  private static final int[] SIZES = {216, 536, 1024, 1220, 1360, 1440, 1460, 8960};

  /** A cookie is good for its own period and the next. */
  private static final long PERIOD_NANOS = 64_000_000_000L;

  /** So long after the last one was given nobody looks for one. */
  private static final long LOOKED_FOR_NANOS = 2 * PERIOD_NANOS;

  /** Options take the low bits of the timestamp, which goes back by as much at most. */
  private static final int MOST_BACK_MILLIS = 63;

  private record Given(Seg syn, End answer, long sentNanos) {}

  private final Host host;
  private final Map<Tuple, List<Given>> given = new HashMap<>();

  /** What is to be answered at once. */
  private final Map<Tuple, Given> owed = new LinkedHashMap<>();

  /** Of which it cannot be told from outside what their cookies stand for. */
  private final Set<Tuple> vague = new HashSet<>();

  private long lastNanos = Long.MIN_VALUE;

  CookieRules(Host host) {
    this.host = host;
  }

  boolean areGiven() {
    return host.settings.word("synCookies").equals("always");
  }

  /** What is told of later connections is told otherwise from now on, or kept under other keys. */
  void blur() {
    vague.addAll(given.keySet());
    vague.addAll(owed.keySet());
    given.clear();
    owed.clear();
  }

  /** A SYN to a listener that has room. */
  void onSyn(Listening listening, Tuple tuple, Seg syn, long now) {
    if (host.ethernet || !host.isWhole(now)) {
      vague.add(tuple);
      return;
    }
    owed.put(tuple, new Given(syn, embryo(listening, tuple, syn, now), now));
  }

  private End embryo(Listening listening, Tuple tuple, Seg syn, long now) {
    End e = OpeningRules.make(host, listening, tuple, syn, now);
    e.cookie = true;
    return e;
  }

  /** A segment goes whose connection there is not: whether it is the answer to a SYN. */
  boolean onSent(Tuple tuple, Seg s, long now) {
    if (!s.syn() || !s.ack() || !areGiven()) {
      return false;
    }
    Given due = owed.remove(tuple);
    lastNanos = now;
    if (due == null) {
      return vague.contains(tuple);
    }
    host.counts.add("TcpExt.SyncookiesSent", 1);
    End e = due.answer();
    e.judged = s;
    check(e, s, now);
    List<Given> its = given.computeIfAbsent(tuple, t -> new ArrayList<>());
    for (Given earlier : its) {
      boolean same = earlier.syn().rawSeq == due.syn().rawSeq && earlier.syn().mss == due.syn().mss;
      if (same
          && period(now) == period(earlier.sentNanos())
          && earlier.answer().rawIss != s.rawSeq) {
        e.fail("SYN cookie (RFC 4987 §3.6)", "another one for the same SYN");
      }
    }
    its.add(due);
    return true;
  }

  private static void check(End e, Seg s, long now) {
    if (s.rawAck != e.rawIrs + 1 || s.length() != 1) {
      e.fail("SYN cookie", "it acknowledges the SYN and carries nothing");
    }
    if (s.cookie != null) {
      e.fail("SYN cookie", "no Fast Open cookie goes with it");
    }
    if (!e.timestamps) {
      e.sack = false;
      e.scaling = false;
      e.sendShift = 0;
      e.receiveShift = 0;
      e.ecn = false;
    }
    e.rawIss = s.rawSeq;
    OptionRules.check(e, s, now);
    if (s.timestamps != e.timestamps || s.scale >= 0 != e.scaling || s.sackPermitted != e.sack) {
      e.fail("SYN cookie", "options that the SYN had not, or that are not remembered");
    }
    e.offeredScale = s.scale;
    e.receiveShift = Math.max(0, s.scale);
    EcnRules.onSyn(e, s, true);
    e.synWindow = s.window;
    e.advertised = 1L + s.window;
    e.ownMss = s.mss;
    e.synsSent = 1;
  }

  private static long period(long nanos) {
    return Math.floorDiv(nanos, PERIOD_NANOS);
  }

  /**
   * A segment with an ACK, and no connection that it belongs to.
   *
   * @return whether it opens one, or would if there were room
   */
  boolean onAck(Listening listening, Tuple tuple, Seg s, long now) {
    if (s.syn() || s.rst() || host.settings.word("synCookies").equals("off")) {
      return false;
    }
    if (vague.contains(tuple)) {
      host.unclear(tuple);
      return true;
    }
    if (lastNanos == Long.MIN_VALUE || now - lastNanos > LOOKED_FOR_NANOS) {
      return false;
    }
    Given of = null;
    Given told = null;
    for (Given one : given.getOrDefault(tuple, List.of())) {
      boolean its = one.answer().rawIss == s.rawAck - 1 && one.syn().rawSeq == s.rawSeq - 1;
      if (its && period(now) - period(one.sentNanos()) <= 1) {
        of = one;
        boolean echoed = s.timestamps && one.answer().lastTsVal == s.tsEcr;
        told = echoed ? one : told;
      }
    }
    if (of == null) {
      host.counts.add("TcpExt.SyncookiesFailed", 1);
      return false;
    }
    host.counts.add("TcpExt.SyncookiesRecv", 1);
    if (listening.waiting.size() >= Math.max(1, listening.backlog)) {
      if (host.settings.flag("abortOnOverflow")) {
        host.expectReset(tuple, s);
      }
      return true;
    }
    if (s.timestamps && told == null) {
      host.unclear(tuple); // what it echoes stands for other options
      return true;
    }
    open(listening, tuple, told == null ? of : told, s, now);
    return true;
  }

  private void open(Listening listening, Tuple tuple, Given of, Seg s, long now) {
    End e = embryo(listening, tuple, of.syn(), now);
    End answer = of.answer();
    e.rawIss = answer.rawIss;
    e.nxt = 1;
    e.peerMss = size(of.syn().mss);
    e.timestamps = s.timestamps;
    e.tsRecent = s.tsVal;
    e.lastTsVal = answer.lastTsVal;
    e.lastTsNanos = s.timestamps ? of.sentNanos() : -1;
    e.cookieStamped = true;
    e.sack = s.timestamps && answer.sack;
    e.ecn = s.timestamps && answer.ecn;
    e.scaling = s.timestamps && answer.scaling;
    e.sendShift = e.scaling ? answer.sendShift : 0;
    e.receiveShift = e.scaling ? answer.receiveShift : 0;
    e.offeredScale = e.scaling ? answer.offeredScale : -1;
    e.synWindow = answer.synWindow;
    e.advertised = answer.advertised;
    e.ownMss = answer.ownMss;
    e.synsSent = 1;
    e.synOwed = null;
    host.ends.put(tuple, e);
    Arrivals.on(e, s, now);
    if (e.state == State.SYN_RECEIVED) {
      host.ends.remove(tuple, e); // it is refused, and nothing is kept of it
    }
  }

  private static int size(int told) {
    int mss = told > 0 ? told : 536;
    int known = SIZES[0];
    for (int size : SIZES) {
      known = size <= mss ? size : known;
    }
    return known;
  }

  /** Whether a timestamp may follow one that was as far back as the options in it put it. */
  static boolean isNear(long step, long millis) {
    return step >= millis - 1 && step <= millis + 1 + MOST_BACK_MILLIS;
  }

  /** Everything that happens at this moment has happened. */
  void settled(long now) {
    if (!host.isWhole(now)) {
      blur();
      return;
    }
    for (Given due : owed.values()) {
      due.answer().fail("SYN cookie", "a SYN to a listener must be answered at once");
    }
  }
}
