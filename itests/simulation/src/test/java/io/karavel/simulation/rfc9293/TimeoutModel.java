package io.karavel.simulation.rfc9293;

/** The retransmission timer, which probes a closed window too: RFC 6298 §5, 5482, 9293 §3.8.6. */
final class TimeoutModel {
  /** How long cork holds back (docs/configuration.md). */
  private static final long CORK_NANOS = 200_000_000L;

  private final End e;
  private final RoundTrip rtt;
  private final Scoreboard board;

  /** When it expires. */
  long at = End.NEVER;

  /** How often the interval is doubled (§5.5). */
  int backoff;

  /** Timeouts in a row. */
  int expiries;

  /**
   * Nothing is out whose acknowledgement would make it go on: it waits for a window to open (RFC
   * 9293 §3.8.6.1), or to override what holds small segments back (§3.8.6.2.1).
   */
  boolean persists;

  /** A probe of a closed window is due now. */
  boolean probeOwed;

  private long armedNanos;
  private long firstSentNanos;
  private long heldNanos;

  /** Since when the probes of a closed window have had no answer. */
  private long unansweredNanos;

  TimeoutModel(End e, RoundTrip rtt, Scoreboard board) {
    this.e = e;
    this.rtt = rtt;
    this.board = board;
  }

  /** RTO as it is backed off. */
  long interval() {
    long most = e.settings.millis("rtoMaxMillis");
    long value = rtt.timeout(e);
    for (int i = 0; i < backoff && value < most; i++) {
      value = Math.min(most, 2 * value);
    }
    return value;
  }

  void arm(long now) {
    armedNanos = now;
    setDeadline();
  }

  /** Something was sent: §5.1. */
  void start(long now) {
    if (persists) {
      persists = false;
      backoff = 0;
      expiries = 0;
      arm(now);
    } else if (at == End.NEVER) {
      arm(now);
    }
  }

  /** Something waits, and nothing is out. */
  void hold(long now) {
    if (at == End.NEVER) {
      persists = true;
      backoff = 0;
      expiries = 0;
      heldNanos = now;
      arm(now);
    }
  }

  /** What it waited for has come. */
  void stop() {
    persists = false;
    probeOwed = false;
    at = End.NEVER;
  }

  /** The window is open again. */
  void onWindowOpened() {
    backoff = 0;
    expiries = 0;
  }

  /** A probe of a closed window goes, or what was in flight is sent again as one. */
  void noteProbe() {
    if (expiries == 0 || isAnswered()) {
      unansweredNanos = armedNanos;
    }
  }

  private boolean isAnswered() {
    return e.lastArrivalNanos >= armedNanos;
  }

  /** Whether nobody has answered for as long as retries2 allows: RFC 1122 §4.2.2.17. */
  boolean isUnanswered(long now) {
    long budget = e.settings.budgetNanos(e.settings.number("retries2"));
    return expiries > 0 && !isAnswered() && now - unansweredNanos >= budget;
  }

  /** Whether its probes may come to an end. */
  boolean persistsTooLong(long now) {
    long user = e.settings.userTimeoutNanos();
    return e.orphan || user > 0 && now - heldNanos >= user || isUnanswered(now);
  }

  /** Parameters have changed: as if they had been so when it was armed; what is over is due now. */
  void onParameters(long now) {
    if (at != End.NEVER) {
      setDeadline();
      at = Math.max(at, now);
    }
  }

  private void setDeadline() {
    boolean corked = persists && e.window > 0 && e.settings.option("cork", false);
    at = armedNanos + (corked ? CORK_NANOS : interval());
    long user = e.settings.userTimeoutNanos();
    if (user > 0 && persists) {
      at = Math.min(at, heldNanos + user);
    } else if (user > 0 && !board.isEmpty()) {
      long first = expiries > 0 ? firstSentNanos : board.all.get(0).firstNanos;
      at = Math.min(at, first + user);
    }
  }

  /** Something was acknowledged: §5.2, §5.3; the back-off stays until a round trip is known. */
  void onProgress(boolean measured, long now) {
    if (measured || e.outstanding() == 0) {
      backoff = 0;
    }
    expiries = 0;
    persists = false;
    probeOwed = false;
    if (e.outstanding() > 0) {
      arm(now);
    } else {
      at = End.NEVER;
    }
  }

  /** It has expired: for how long the first segment has not been acknowledged. */
  long silence(long now) {
    at = End.NEVER;
    if (expiries == 0) {
      firstSentNanos = board.all.get(0).firstNanos;
    }
    return now - firstSentNanos;
  }

  /** Whether nothing was heard for as long as some retries stand for when it expired last. */
  boolean wasSilent(long retries) {
    return !persists
        && expiries > 0
        && armedNanos - firstSentNanos >= e.settings.budgetNanos(retries);
  }

  /** Whether the peer may have been silent for as long as it may be. */
  boolean isSpent(long silence) {
    long retries = e.settings.number(e.orphan ? "orphanRetries" : "retries2");
    boolean hastened = e.orphan && retries == 0 && (e.softError != null || isAtMost());
    long counted = e.orphan && retries == 0 ? 8 : retries;
    return hastened || silence >= e.settings.budgetNanos(counted);
  }

  private boolean isAtMost() {
    return interval() >= e.settings.millis("rtoMaxMillis");
  }

  /** When it ends the connection if nothing is heard; -1 if that is not told here. */
  long endNanos(LossProbeModel probe) {
    long retries = e.settings.number(e.orphan ? "orphanRetries" : "retries2");
    boolean timed = e.settings.userTimeoutNanos() > 0;
    boolean probed = probe.isProbe && probe.at != End.NEVER;
    if (board.isEmpty()
        || persists
        || timed
        || probed
        || e.window == 0
        || e.orphan && retries == 0) {
      return -1;
    }
    long since = expiries > 0 ? firstSentNanos : board.all.get(0).firstNanos;
    long most = e.settings.millis("rtoMaxMillis");
    long end = at;
    long wait = interval();
    for (int i = expiries; i == 0 || end - since < e.settings.budgetNanos(retries); i++) {
      wait = Math.min(most, 2 * wait);
      end += wait;
    }
    return end;
  }

  /** What is lost is marked: §5.5, §5.6. */
  void backOff(long now) {
    expiries++;
    if (!isAtMost()) {
      backoff++;
    }
    arm(now);
  }
}
