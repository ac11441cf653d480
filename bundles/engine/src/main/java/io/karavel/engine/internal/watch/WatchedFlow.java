package io.karavel.engine.internal.watch;

import io.karavel.tcp.spi.ByteRing;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.wire.TcpHeader;

/**
 * One connection as its frames show it, and the rules of RFC 9293 that can be judged by them
 * without asking TCP. What it cannot know, because it came later than the connection, it learns
 * first. Lane's thread.
 */
final class WatchedFlow {
  /** What is broken; a rule that the former module broke too is not held against the new one. */
  enum Rule {
    CHECKSUM("sends segments with a wrong checksum"),
    ACK_BEYOND("acknowledges what has not arrived"),
    ACK_BACK("takes acknowledgements back"),
    CONTENT("sends other bytes than the application wrote"),
    NOT_WRITTEN("sends bytes that nobody wrote"),
    LET_GO("lets go of bytes that the peer has not acknowledged"),
    UNANSWERED("does not answer segments"),
    UNACKNOWLEDGED("does not acknowledge what has arrived"),
    NOT_AGAIN("does not send again what is not acknowledged"),
    NO_PROBE("does not probe a window that is shut");

    final String text;

    Rule(String text) {
      this.text = text;
    }
  }

  private static final long NEVER = Long.MIN_VALUE;
  private static final int MOST_BACKOFF = 6;
  private static final int ROUND_TRIPS = 4;

  private final WireWatch watch;

  /** Null if the connection is younger than the watch. */
  private final StackSocket socket;

  private boolean over;

  // ---- what we send ----

  private boolean sentKnown;
  private int sentEnd;
  private boolean finSent;
  private boolean ackedKnown;
  private int acked;
  private boolean progress;
  private int sentAgain;
  private long lastSentNanos = NEVER;
  private long movedNanos = NEVER;
  private int sampleEnd;
  private long sampleNanos = NEVER;
  private long longestRoundTripNanos;
  private boolean peerShut;

  // ---- what arrives ----

  private final Arrived arrived = new Arrived();
  private boolean ackKnown;
  private int ack;
  private boolean shut;
  private long unansweredNanos = NEVER;
  private long unacknowledgedNanos = NEVER;

  // ---- where the sequence numbers lie in the send ring ----

  private int placements;
  private int placeSequence;
  private long placePosition;
  private long readBefore;

  WatchedFlow(WireWatch watch, StackSocket socket) {
    this.watch = watch;
    this.socket = socket;
  }

  /** All that is before it has arrived; said by a module that is trusted. */
  void stands(int receiveNext) {
    if (!arrived.isKnown()) {
      arrived.next(receiveNext);
    }
  }

  /** The first byte in the send ring has this number; said by a module that is trusted. */
  void lies(int sendUnacknowledged) {
    ByteRing ring = socket == null ? null : socket.sendRing();
    if (ring != null && !ring.isDiscarded() && placements < 2) {
      placeSequence = sendUnacknowledged;
      placePosition = ring.readPosition();
      placements = 2;
    }
  }

  // ---- frames ----

  /** A segment for the device; false if it breaks a rule and must not get there. */
  boolean sent(SegmentView s, long nowNanos) {
    if (s.has(TcpHeader.RST)) {
      if (!over && isWanted()) {
        watch.reset();
      }
      over = true;
      return true;
    }
    if (s.has(TcpHeader.SYN)) {
      forget();
    }
    Rule rule = judge(s);
    if (rule != null && watch.broken(rule, socket)) {
      return false;
    }
    lastSentNanos = nowNanos;
    unansweredNanos = NEVER;
    if (shut && s.window > 0) {
      unacknowledgedNanos = NEVER; // what came while it was shut may have been refused
    }
    shut = s.window == 0;
    finSent |= s.has(TcpHeader.FIN);
    count(s, nowNanos);
    if (s.has(TcpHeader.ACK) && rule == null) {
      acknowledges(s.acknowledgment, nowNanos);
    }
    return true;
  }

  /** The rule that a segment of ours breaks, or null. */
  private Rule judge(SegmentView s) {
    if (s.has(TcpHeader.ACK)) {
      if (ackKnown && s.acknowledgment - ack < 0) {
        return Rule.ACK_BACK;
      }
      if (arrived.isKnown() && s.acknowledgment - arrived.next() > 0) {
        if (!watch.isLearning()) {
          return Rule.ACK_BEYOND;
        }
        arrived.next(s.acknowledgment); // what came out of order before we looked
      }
    }
    ByteRing ring = socket == null ? null : socket.sendRing();
    if (s.payload == 0 || placements < 2 || ring == null || ring.isDiscarded()) {
      return null;
    }
    long position = placePosition + (s.sequence - placeSequence);
    long acknowledged = Math.max(0, ring.readPosition() - position);
    if (acknowledged >= s.payload) {
      return null; // sent before that was known, or a probe
    }
    if (position + s.payload > ring.writePosition()) {
      return Rule.NOT_WRITTEN;
    }
    return s.carries(ring, position, (int) acknowledged) ? null : Rule.CONTENT;
  }

  private void count(SegmentView s, long nowNanos) {
    int end = s.sequence + s.length;
    if (s.length > 0 && (!sentKnown || end - sentEnd > 0)) {
      if (inFlight() <= 0) {
        movedNanos = nowNanos;
        sentAgain = 0;
      }
      if (sampleNanos == NEVER) {
        sampleNanos = nowNanos;
        sampleEnd = end;
      }
      sentEnd = end;
      sentKnown = true;
      watch.sent(false, nowNanos);
    } else if (s.length > 0) {
      sentAgain++;
      sampleNanos = NEVER;
      watch.sent(true, nowNanos);
    } else if (peerShut) {
      sentAgain++;
    }
  }

  private void acknowledges(int value, long nowNanos) {
    boolean further = !ackKnown || value != ack;
    ack = value;
    ackKnown = true;
    if (!arrived.isKnown()) {
      arrived.next(value);
    }
    if (ack == arrived.next()) {
      unacknowledgedNanos = NEVER;
    } else if (further) {
      unacknowledgedNanos = nowNanos;
    }
  }

  void arrived(SegmentView s, long nowNanos) {
    if (s.has(TcpHeader.RST)) {
      if (!over && isWanted()) {
        watch.reset();
      }
      over = true;
      return;
    }
    if (s.has(TcpHeader.SYN)) {
      return;
    }
    if (s.length > 0) {
      arrivedData(s, nowNanos);
    }
    if (s.has(TcpHeader.ACK)) {
      peerShut = s.window == 0;
      int value = s.acknowledgment;
      if (!ackedKnown || value - acked > 0) {
        if (sentKnown && value - sentEnd > 0) {
          sentEnd = value; // sent before we looked
        }
        progress |= ackedKnown;
        acked = value;
        ackedKnown = true;
        sentAgain = 0;
        movedNanos = nowNanos;
        if (sampleNanos != NEVER && value - sampleEnd >= 0) {
          longestRoundTripNanos = Math.max(longestRoundTripNanos, nowNanos - sampleNanos);
          sampleNanos = NEVER;
        }
      }
    }
    ByteRing ring = socket == null ? null : socket.sendRing();
    readBefore = ring == null ? 0 : ring.readPosition();
  }

  private void arrivedData(SegmentView s, long nowNanos) {
    int end = s.sequence + s.length;
    boolean again = ackKnown && end - ack <= 0 || arrived.isKnown() && end - arrived.next() <= 0;
    watch.arrived(again, nowNanos);
    arrived.add(s.sequence, end);
    if (ackKnown && unansweredNanos == NEVER) {
      unansweredNanos = nowNanos;
    }
    if (ackKnown && arrived.isKnown() && arrived.next() - ack > 0 && unacknowledgedNanos == NEVER) {
      unacknowledgedNanos = nowNanos;
    }
  }

  /** The segment that {@link #arrived} has been served. */
  void served() {
    ByteRing ring = socket == null ? null : socket.sendRing();
    if (ring == null || ring.isDiscarded() || !ackedKnown || finSent) {
      return;
    }
    long read = ring.readPosition();
    if (read == readBefore) {
      return;
    }
    long expected = placePosition + (acked - placeSequence);
    if (placements >= 2 && expected < read) {
      broken(Rule.LET_GO);
    } else if (placements < 2) {
      // twice the same: an acknowledgement may have waited somewhere
      placements = placements > 0 && expected == read ? 2 : 1;
      placeSequence = acked;
      placePosition = read;
    }
  }

  // ---- time ----

  /** Looks whether anything is overdue. */
  void look(long nowNanos, long sinceNanos, long patienceNanos) {
    if (over) {
      return;
    }
    if (isOverdue(unansweredNanos, sinceNanos, patienceNanos, nowNanos)) {
      broken(Rule.UNANSWERED);
    }
    if (!shut && isOverdue(unacknowledgedNanos, sinceNanos, 2 * patienceNanos, nowNanos)) {
      broken(Rule.UNACKNOWLEDGED);
    }
    if (socket == null || socket.isOver() || !progress || watch.isWayLost()) {
      return;
    }
    long allowance =
        patienceNanos + ROUND_TRIPS * longestRoundTripNanos << Math.min(sentAgain, MOST_BACKOFF);
    long quietNanos = Math.max(lastSentNanos, movedNanos);
    if (!isOverdue(quietNanos, sinceNanos, allowance, nowNanos)) {
      return;
    }
    ByteRing ring = socket.sendRing();
    if (peerShut && ring != null && ring.available() > 0) {
      broken(Rule.NO_PROBE);
    } else if (inFlight() > 0) {
      broken(Rule.NOT_AGAIN);
    }
  }

  private static boolean isOverdue(long since, long atLeast, long allowance, long nowNanos) {
    return since != NEVER && nowNanos - Math.max(since, atLeast) > allowance;
  }

  private int inFlight() {
    return sentKnown && ackedKnown ? sentEnd - acked : 0;
  }

  /** Whether the application still wants it; unknown of young ones, which count as wanted. */
  private boolean isWanted() {
    return socket == null ? ackKnown && ackedKnown : !socket.isClosed() && !socket.isOver();
  }

  private void broken(Rule rule) {
    watch.broken(rule, socket);
  }

  private void forget() {
    over = false;
    sentKnown = false;
    finSent = false;
    ackedKnown = false;
    progress = false;
    sentAgain = 0;
    sampleNanos = NEVER;
    arrived.forget();
    ackKnown = false;
    unansweredNanos = NEVER;
    unacknowledgedNanos = NEVER;
    placements = 0;
  }
}
