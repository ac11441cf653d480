package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;

/** One stack: its ends, its listeners, and the resets it owes to segments that belong to nobody. */
final class Host {
  /** A RST that must be sent as the answer to a segment (RFC 9293 §3.10.7.1). */
  private record Answer(Tuple tuple, int rawSeq, boolean ack, int rawAck) {}

  final String name;
  final Counts counts = new Counts();
  final Settings settings = new Settings((Settings) null);
  final Map<Tuple, End> ends = new LinkedHashMap<>();
  final Map<Integer, Listening> listeners = new HashMap<>();
  final Map<Object, End> byToken = new HashMap<>();
  final Map<Object, End> connecting = new LinkedHashMap<>();

  /** The ports of those that connect, as far as they are known. */
  final Map<Object, Integer> bound = new HashMap<>();

  private final List<Answer> answers = new ArrayList<>();
  private final Map<Tuple, Long> vague = new HashMap<>();
  private final Map<End, String> reset = new LinkedHashMap<>();
  private final Deque<LongConsumer> waiting = new ArrayDeque<>();
  private final Map<Integer, Integer> mtu = new HashMap<>();
  private final Map<Integer, Long> resolved = new HashMap<>();
  final Neighbours neighbours = new Neighbours();
  final Paths paths = new Paths();
  final FastOpenRules fastOpen = new FastOpenRules(this);
  final CookieRules cookies = new CookieRules(this);
  boolean ethernet;
  private boolean away;
  private boolean deaf;
  private long lenientUntil = Long.MIN_VALUE;
  private boolean pacing;

  /** Congestion controls that somebody may want and that are not there. */
  final Set<String> absent = new HashSet<>();

  private long settledNanos;

  Host(String name) {
    this.name = name;
  }

  void mtu(int remote, int bytes) {
    mtu.put(remote, bytes);
  }

  /** What the way to a host carries, as far as it is known: what routers said goes before. */
  int mtuTo(int remote) {
    return paths.carried(remote, mtu.getOrDefault(remote, 1500), settledNanos);
  }

  /** The moment that was looked at last. */
  long now() {
    return settledNanos;
  }

  boolean isAway() {
    return away;
  }

  boolean isPacing(long now) {
    return pacing;
  }

  /** What waits for the pacing clock of one that leaves may still do so. */
  void congestionControl(String name, boolean there) {
    pacing = true;
    if (there) {
      absent.remove(name);
    } else {
      absent.add(name);
    }
  }

  /** A module is missing: what comes waits, and no timer fires. */
  void away(boolean value, boolean isDeaf, long now) {
    counts.blur();
    away = value;
    deaf = value && isDeaf;
    lenientUntil = now;
    for (End e : ends.values()) {
      e.touches++;
      e.headTimes.clear();
      e.probeTimes.clear();
      e.lastProgressNanos = now;
      e.blurred = true;
      e.model.lose("a module is missing");
      e.receiver.lose();
      e.keepalive.lose();
      e.lossShownNanos = End.NEVER;
      e.reducedAllowed = true;
      e.reducedOwed = false;
      e.keepaliveProbes = 0;
      e.lastArrivalNanos = Math.min(e.lastArrivalNanos, now);
    }
    if (!value) {
      while (!waiting.isEmpty()) {
        waiting.poll().accept(now);
      }
    }
  }

  /** The MAC address of a host is known now: what waited for it goes out. */
  void heardOf(int remote, long now) {
    resolved.put(remote, now);
    for (End e : ends.values()) {
      if (e.tuple.remote() == remote) {
        e.resolvedNanos = now;
        e.touches++;
      }
    }
  }

  /** A module is gone for good, and all connections with it. */
  void lost() {
    waiting.clear();
    fastOpen.forget();
    cookies.blur();
    for (End e : ends.values().toArray(End[]::new)) {
      boolean quiet = e.state == State.TIME_WAIT || e.orphan;
      e.touches++;
      close(e, quiet ? null : "MODULE_DISPOSED", End.UNKNOWN, "MODULE");
    }
  }

  /** Whether all modules are there, and nothing waits that came while one was missing. */
  boolean isWhole(long now) {
    return !away && !isLenient(now);
  }

  /** How many connections nobody holds any more. */
  long orphans() {
    return ends.values().stream().filter(e -> e.orphan && e.state != State.TIME_WAIT).count();
  }

  boolean isLenient(long now) {
    return now <= lenientUntil;
  }

  /** Takes a segment now, or when the module that is missing is there again. */
  void soon(long now, LongConsumer action) {
    if (deaf) {
      waiting.add(action);
    } else {
      action.accept(now);
    }
  }

  /** From now on until a moment nobody can tell from outside whether the connection is there. */
  void vague(End e, long until) {
    counts.blur();
    vague.put(e.tuple, until);
    ends.remove(e.tuple, e);
    e.state = State.CLOSED;
  }

  /** The same of a connection that may be there now. */
  void unclear(Tuple tuple) {
    counts.blur();
    vague.put(tuple, End.NEVER);
  }

  boolean isVague(Tuple tuple, long now) {
    Long until = vague.get(tuple);
    return until != null && now <= until;
  }

  void certain(Tuple tuple) {
    vague.remove(tuple);
  }

  /** The end is over; what its application may be told, or null. */
  void close(End e, String error, long now, String... causes) {
    if (e.state == State.SYN_RECEIVED) {
      FastOpenRules.onSettled(e, List.of(causes).contains("RST"), now);
    }
    counts.givenUp(e, List.of(causes));
    e.model.lose(SenderModel.OVER);
    e.move(State.CLOSED, now, causes);
    ends.remove(e.tuple, e);
    if (e.resetOwed != null) {
      reset.put(e, e.resetOwed);
      e.resetOwed = null;
    }
    e.error = error;
  }

  /** A connection is complete: whether its listener has room for it. */
  boolean takeOpened(End e, long now) {
    Listening listening = listeners.get(e.tuple.localPort());
    if (listening == null) {
      return false;
    }
    if (listening.waiting.size() >= Math.max(1, listening.backlog)) {
      if (e.settings.flag("abortOnOverflow")) {
        e.resetOwed = "the accept queue is full and abortOnOverflow is set";
        close(e, null, now, "LIMIT");
      }
      return false;
    }
    listening.waiting.add(e);
    return true;
  }

  // ---- arrivals ----

  void arrive(Seg s, long now) {
    Tuple tuple = new Tuple(s.destination, s.destinationPort, s.source, s.sourcePort);
    if (isVague(tuple, now)) {
      if (s.syn()) {
        vague.put(tuple, End.NEVER);
      }
      return;
    }
    End e = ends.get(tuple);
    if (e != null && (OpeningRules.mayBeOver(e) || TimerRules.mayBeGivenUp(e, now))) {
      vague(e, End.NEVER);
      return;
    }
    Listening listening = listeners.get(s.destinationPort);
    if (e != null) {
      boolean reopens =
          e.state == State.TIME_WAIT
              && s.syn()
              && listening != null
              && listening.waiting.size() < Math.max(1, listening.backlog)
              && TimeWaitRules.mayReopen(e, s);
      if (!reopens) {
        boolean toListener = s.syn() && listening != null && TimeWaitRules.mayReopen(e, s);
        if (e.state == State.TIME_WAIT && toListener) {
          return; // which has no room for it
        }
        Arrivals.on(e, s, now);
        return;
      }
      close(e, null, now, "SYN");
    }
    if (s.rst()) {
      return;
    }
    if (listening == null) {
      expectReset(tuple, s);
    } else if (s.ack()) {
      if (!cookies.onAck(listening, tuple, s, now)) {
        expectReset(tuple, s);
      }
    } else if (s.syn() && listening.waiting.size() < Math.max(1, listening.backlog)) {
      if (cookies.areGiven()) {
        cookies.onSyn(listening, tuple, s, now);
      } else {
        OpeningRules.embryo(this, listening, tuple, s, now);
      }
    }
  }

  void expectReset(Tuple tuple, Seg s) {
    if (s.rst()) {
      return;
    }
    answers.add(
        s.ack()
            ? new Answer(tuple, s.rawAck, false, 0)
            : new Answer(tuple, 0, true, s.rawSeq + s.length()));
  }

  // ---- segments sent ----

  void send(Seg s, int segmentSize, long now) {
    Tuple tuple = new Tuple(s.source, s.sourcePort, s.destination, s.destinationPort);
    if (!s.sumsAreRight) {
      throw new Violation(tuple + ": checksum: wrong in what is sent: " + s);
    }
    paths.expire(this, now);
    End e = ends.get(tuple);
    if (s.rst()) {
      counts.add("Tcp.OutRsts", 1);
      onReset(tuple, s, now);
      return;
    }
    if (isVague(tuple, now)) {
      if (s.syn() && !s.ack() && bind(tuple, s, now) != null) {
        certain(tuple);
        OpeningRules.onSent(ends.get(tuple), s, now);
      }
      return;
    }
    if (e == null && cookies.onSent(tuple, s, now)) {
      return;
    }
    if (s.syn() && !s.ack() && (e == null || e.state == State.TIME_WAIT)) {
      e = bind(tuple, s, now);
    }
    boolean waited = ethernet && (s.syn() || resolved.getOrDefault(tuple.remote(), -1L) == now);
    if (e == null && (isLenient(now) || waited)) {
      // it waited for a module or for a MAC address, and its connection is over meanwhile
      return;
    }
    if (e == null) {
      throw new Violation(tuple + ": nothing but a RST can be sent without a connection: " + s);
    }
    e.judged = s;
    e.sends++;
    SegmentRules.onSent(e, s, segmentSize, now);
    e.judged = null;
  }

  /** The first SYN of a connection that an application opens. */
  private End bind(Tuple tuple, Seg syn, long now) {
    for (Iterator<Map.Entry<Object, End>> all = connecting.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Object, End> entry = all.next();
      End wish = entry.getValue();
      if (wish.tuple.remote() == tuple.remote()
          && wish.tuple.remotePort() == tuple.remotePort()
          && (wish.tuple.localPort() == 0 || wish.tuple.localPort() == tuple.localPort())
          && bound.getOrDefault(entry.getKey(), tuple.localPort()) == tuple.localPort()) {
        all.remove();
        bound.remove(entry.getKey());
        End old = ends.get(tuple);
        if (old != null) {
          TimeWaitRules.onReuse(old, syn, now);
          close(old, null, now, "CONNECT");
        }
        End e = new End(this, tuple);
        e.takeApplication(wish);
        e.active = true;
        counts.add("Tcp.ActiveOpens", 1);
        e.move(State.SYN_SENT, now, "CONNECT");
        e.pathMtu = mtuTo(tuple.remote());
        e.synInitialNanos = settings.millis("rtoInitialMillis");
        e.initialWindow = settings.number("initialWindow");
        e.blurred = ethernet;
        e.synOwed = "the application connects";
        e.lastArrivalNanos = now;
        ends.put(tuple, e);
        byToken.put(entry.getKey(), e);
        return e;
      }
    }
    return null;
  }

  private void onReset(Tuple tuple, Seg s, long now) {
    for (Answer answer : answers) {
      boolean same =
          answer.tuple().equals(tuple)
              && answer.rawSeq() == s.rawSeq
              && answer.ack() == s.ack()
              && (!s.ack() || answer.rawAck() == s.rawAck);
      if (same) {
        answers.remove(answer);
        return;
      }
    }
    End open = ends.get(tuple);
    if (open != null && OpeningRules.mayBeOver(open)) {
      vague(open, End.NEVER);
      return;
    }
    if (open != null) {
      // it may be sent before the checker is told that its moment has come
      TimerRules.keepaliveMayGiveUp(open, now);
    }
    for (End e : reset.keySet()) {
      if (e.tuple.equals(tuple)) {
        reset.remove(e);
        ResetRules.check(e, s, now);
        return;
      }
    }
    if (isVague(tuple, now) || isLenient(now) || ethernet) {
      return;
    }
    throw new Violation(
        tuple + ": RST: nothing has come that it answers, and nobody has asked for it: " + s);
  }

  // ---- the end of a moment ----

  void settled(long now) {
    settledNanos = now;
    paths.expire(this, now);
    vague.values().removeIf(until -> now > until);
    if (away) {
      return;
    }
    if (isLenient(now) || ethernet) {
      // what is owed may wait for a module, or for a MAC address in vain
      answers.clear();
      reset.clear();
    }
    cookies.settled(now);
    for (End e : new ArrayList<>(ends.values())) {
      OpeningRules.settled(e, now);
      if (e.state == State.CLOSED) {
        continue;
      }
      e.receiver.settled(now);
      e.keepalive.settled(now);
      ReceiverRules.settled(e, now);
      SenderRules.settled(e, now);
      ModelRules.settled(e, now);
      RecoveryRules.settled(e, now);
      TimerRules.settled(e, now);
    }
    for (Answer answer : answers) {
      throw new Violation(
          answer.tuple() + ": RST: a segment that belongs to nobody must be answered with one");
    }
    for (Map.Entry<End, String> entry : reset.entrySet()) {
      throw new Violation(entry.getKey().tuple + ": RST: none was sent: " + entry.getValue());
    }
  }
}
