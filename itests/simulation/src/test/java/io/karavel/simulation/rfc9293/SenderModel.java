package io.karavel.simulation.rfc9293;

/**
 * The sender that an end must be, as the RFCs of recovery and congestion control and
 * docs/bundles/tcp.md make it: it follows the wire from the handshake on and knows at any moment
 * what is lost, what may go and when each timer expires. {@link ModelRules} holds an end against
 * it. What it does not follow (a path that is suspected, a module that is missing) makes it lose
 * the thread until the connection is over.
 */
final class SenderModel {
  /** RFC 6675, RFC 8985: nothing is wrong, fast recovery, recovery after a timeout. */
  enum Phase {
    OPEN,
    RECOVERY,
    LOSS
  }

  private static final int DUPLICATE_THRESHOLD = 3;
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000_000_000L;

  /** Why a connection is followed no longer that sends nothing any more. */
  static final String OVER = "it is over";

  final End e;
  final RoundTrip rtt = new RoundTrip();
  final Scoreboard board = new Scoreboard();
  final UndoModel undo = new UndoModel();
  final TimeoutModel timer;
  final LossProbeModel probe = new LossProbeModel(this);
  final AckModel acks = new AckModel(this);
  private final WindowChoice choice = new WindowChoice(this);
  final MtuSearchModel search = new MtuSearchModel(this);
  final SendBufferModel buffer;
  final ClosedWindowModel closed = new ClosedWindowModel(this);
  final ReductionModel reduction = new ReductionModel();
  RackModel rack = new RackModel();

  /** Null before data is sent, or where the algorithm is not known. */
  WindowModel window;

  /** Whether the window is followed. */
  boolean windowKnown = true;

  /** The peer's window lets something go that has not gone: what paces it is not known. */
  boolean mayWaitForPacing;

  /** Whether everything else is. */
  boolean followed;

  /** Why it is not. */
  String lostBecause = "it is not open yet";

  Phase phase = Phase.OPEN;
  long recoveryPoint;
  long duplicateAcks;
  long renoSacked;

  /** Nothing was heard for as long as retries1 stands for. */
  boolean suspectsRoute;

  /** One retransmission goes whatever the window says. */
  boolean force;

  /** Whether the window was what held it back when it last had nothing more to send. */
  boolean limited;

  /** Behind the last segment that was smaller than a full one (Minshall). */
  long smallEnd = 1;

  /** New data that was no probe has just gone. */
  boolean freshWent;

  private long lastSentNanos;

  /** What was written when it looked last what may go. */
  long looked;

  /** When memory is given back if nothing happens, and what was known of losses with it. */
  private long trimAt = End.NEVER;

  boolean hasLossState;
  long segmentWas;

  SenderModel(End e) {
    this.e = e;
    timer = new TimeoutModel(e, rtt, board);
    buffer = new SendBufferModel(e);
  }

  void lose(String why) {
    if (followed) {
      followed = false;
      e.mayBeSearched |= search.runs;
      lostBecause = why;
      if (!why.equals(OVER)) {
        e.host.counts.blurModels();
      }
    }
  }

  /** Payload of a full segment. */
  static long segment(End e) {
    return Math.max(1, e.segmentLimit() - (e.timestamps ? 12 : 0));
  }

  long segment() {
    return segment(e);
  }

  /** SND.NXT, which goes back behind the probe of a window that has opened. */
  long nxt() {
    return closed.takenBack ? e.una : e.nxt;
  }

  long outstanding() {
    return nxt() - e.una;
  }

  /** Behind the last byte that was not sent. */
  long unsent() {
    return Math.max(0, e.writtenEnd() - nxt());
  }

  /** Whether there is a FIN that was not sent. */
  boolean isFinDue() {
    return e.finQueuedAt >= 0 && (e.finSentAt < 0 || e.finSentAt >= nxt());
  }

  /** What the peer's window takes beyond SND.NXT. */
  long offered() {
    return e.una + e.window - nxt();
  }

  // ---- opening ----

  /** The connection is open. */
  void onOpened(Seg s, long now) {
    rtt.initial = e.synInitialNanos;
    if (!e.host.isWhole(now)) {
      lostBecause = "a module is missing";
      e.host.counts.blurModels();
      return;
    }
    boolean clear = !e.synTimedOut && !e.synAmbiguous && !e.cookie;
    boolean clock = !e.timestamps || e.lastTsNanos >= 0;
    boolean early = e.early && !e.active || e.una < 1 + e.synData;
    if (early) {
      lostBecause = "of data with its SYN not all was taken, or it answered before it was open";
      e.host.counts.blurModels();
      return;
    }
    if (e.pathStale) {
      lostBecause = "another was told of the way";
      e.host.counts.blurModels();
      return;
    }
    if (e.host.ethernet || e.synTimes.isEmpty() || e.simultaneous || !clock) {
      lostBecause = "when its SYN went out is not known";
      e.host.counts.blurModels();
      return;
    }
    if (clear) {
      rtt.measure(now - e.synTimes.get(0));
    } else if (e.timestamps && s.timestamps && s.tsEcr != 0) {
      int millis = e.lastTsVal + (int) (now / MILLI - e.lastTsNanos / MILLI) - s.tsEcr;
      if (millis >= 0) {
        rtt.measure(Math.max(1, millis) * MILLI);
      }
    }
    if (e.synTimedOut && !rtt.isMeasured()) {
      rtt.initial = Math.max(3 * SECOND, rtt.initial); // RFC 6298 §5.7
    }
    followed = true;
    segmentWas = segment();
    buffer.onSettings();
    search.onSettings(now);
  }

  WindowModel window() {
    return choice.window();
  }

  /**
   * The name of it that is to be shown.
   *
   * @param begun whether there is a window yet
   */
  String congestionControl(boolean begun) {
    return choice.shown(begun);
  }

  // ---- time ----

  /** What is due by now happens. */
  void expire(long now) {
    while (followed) {
      long next = Math.min(timer.at, Math.min(probe.at, trimAt));
      if (next > now || next == End.NEVER) {
        return;
      }
      if (next == probe.at) {
        onLossTimer(next);
      } else if (next == timer.at && timer.persists) {
        closed.expire(next);
      } else if (next == timer.at) {
        timeOut(next);
      } else {
        trim(next);
      }
    }
  }

  private void onLossTimer(long now) {
    if (probe.isProbe) {
      probe.onExpiry();
      return;
    }
    probe.at = End.NEVER;
    if (!board.isEmpty()) {
      acks.detect(0, now);
    }
  }

  private void timeOut(long now) {
    if (board.isEmpty()) {
      timer.at = End.NEVER;
      return;
    }
    long silence = timer.silence(now);
    long user = e.settings.userTimeoutNanos();
    boolean isPeers = e.window == 0 && !e.orphan; // it has no room
    if (isPeers && timer.isUnanswered(now)) {
      lose(ClosedWindowModel.AT_AN_END);
      return;
    }
    if (isPeers) {
      timer.noteProbe();
    }
    boolean reneged = board.all.get(0).sacked; // RFC 2018 §8
    boolean suspected = silence >= e.settings.budgetNanos(e.settings.number("retries1"));
    if (user > 0 && silence >= user || !isPeers && timer.isSpent(silence)) {
      lose("it may be given up");
      return;
    }
    count("TCPTimeouts");
    search.forget();
    IcmpRules.onTimeout(e, now);
    if (!isPeers && suspected) {
      suspectsRoute = true;
      search.onSilence(now);
    }
    boolean repeated = timer.expiries > 0;
    window().onTimeout(e.outstanding(), repeated, segment());
    acks.marked = false;
    if (!repeated) {
      undo.begin(board.isAgainOnItsWay());
    }
    undo.forwardRto = e.settings.flag("frto") && !reneged;
    undo.newDataFirst = false;
    probe.forget();
    probe.at = End.NEVER;
    reduction.rules = false;
    hasLossState = true;
    if (reneged) {
      count("TCPSACKReneging");
      board.forgetSacks();
    }
    board.timeout(rack, e.sack && rack.known, now);
    renoSacked = 0;
    duplicateAcks = 0;
    phase = Phase.LOSS;
    recoveryPoint = e.nxt;
    force = true;
    timer.backOff(now);
    e.host.fastOpen.onTimeout(e, timer.expiries, false, now);
  }

  /** A parameter or option has another value. */
  void changed(String name, long now) {
    expire(now);
    if (name.equals("congestionControl")) {
      choice.change();
    }
    timer.onParameters(now);
    onLimits();
    buffer.onSettings();
    if (e.state.isSynchronized()) {
      search.onSettings(now);
    }
    e.receiver.changed(name);
    e.keepalive.onParameters();
  }

  /** Budgets may be others: what they were at the last timeout counts from now on. */
  void onLimits() {
    boolean isPeers = e.window == 0 && !e.orphan;
    if (followed && !isPeers && timer.wasSilent(e.settings.number("retries1"))) {
      suspectsRoute = true;
    }
  }

  private void trim(long now) {
    trimAt = End.NEVER;
    long used = Math.max(e.lastArrivalNanos, lastSentNanos);
    if (now - used < SECOND) {
      trimAt = used + SECOND;
    } else if (hasLossState && board.isEmpty() && !e.hasUnsent()) {
      rack = new RackModel();
      undo.forget();
      undo.again.clear();
      probe.forget();
      hasLossState = false;
    }
  }

  /** Bytes were written, read or came in order. */
  void onUse(long now) {
    expire(now);
    if (trimAt == End.NEVER) {
      trimAt = now + SECOND;
    }
  }

  boolean isReducing() {
    return phase == Phase.RECOVERY && reduction.rules;
  }

  // ---- what is sent ----

  /** Bytes on their way: RFC 6675; without SACK duplicates tell of what has arrived. */
  long pipe() {
    return Math.max(0, board.pipe() - renoSacked * segment());
  }

  /** How much congestion control lets go. */
  long room() {
    return isReducing() ? reduction.room : window().window - pipe();
  }

  /** After a pause the window begins anew: RFC 5681 §4.1. */
  void restart(long now) {
    if (outstanding() == 0
        && window != null
        && lastSentNanos != 0
        && e.settings.flag("slowStartAfterIdle")
        && now - lastSentNanos > rtt.timeout(e)) {
      window.onIdle(now - lastSentNanos, e.initialWindow * segment(), now);
    }
  }

  private void count(String name) {
    e.host.counts.model(name);
  }

  /** A lost segment goes again; it is the first that is. */
  void onRepeated(Flying first, long end, int timestamp, long now) {
    long from = first.from;
    count(phase == Phase.LOSS ? "TCPSlowStartRetrans" : "TCPFastRetrans");
    for (Flying f = first; f != null && f.to <= end; f = board.after(f)) {
      f.repeated = true;
      f.again = true;
      f.sentNanos = now;
      f.timestamp = timestamp;
    }
    force = false;
    undo.onRepeated(this, from, end, timestamp);
    countOut(end - from);
    timer.start(now);
  }

  private void countOut(long bytes) {
    if (isReducing()) {
      reduction.onSent(bytes);
    }
  }

  /** New data or a FIN goes, SND.NXT behind it not moved yet. */
  void onFresh(long from, long end, long cut, boolean fin, int timestamp, long now) {
    long data = fin ? end - 1 : end;
    hasLossState = true;
    closed.takenBack = false;
    for (long at = from; at < data; at += cut) {
      add(at, Math.min(data, at + cut), now, timestamp);
    }
    if (fin) {
      add(data, end, now, timestamp);
    }
    if ((data - from) % cut != 0) {
      smallEnd = end;
    }
    freshWent = data > from && !probe.owed;
    lastSentNanos = now;
    if (trimAt == End.NEVER) {
      trimAt = now + SECOND;
    }
    countOut(data - from);
    timer.start(now);
  }

  private void add(long from, long to, long now, int timestamp) {
    Flying f = new Flying(from, to, now, timestamp);
    f.repeated = from < closed.freshFrom;
    board.all.add(f);
  }

  /** After it SND.NXT has moved. */
  void afterFresh(long now) {
    if (probe.owed) {
      probe.onSent(false, now);
    } else {
      probe.plan(now);
    }
  }

  /** The last segment goes again as a probe. */
  void onProbeRepeated(int timestamp, long now) {
    Flying last = board.last();
    last.repeated = true;
    last.sentNanos = now;
    last.timestamp = timestamp;
    probe.onSent(true, now);
  }
}
