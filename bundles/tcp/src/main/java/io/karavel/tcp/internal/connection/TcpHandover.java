package io.karavel.tcp.internal.connection;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.UnknownFields;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.internal.connection.recovery.SentSegments;

/**
 * The hand-over form of a connection: every variable under a tag of its own. Tags are never used
 * again for something else; a variable that is new has a new tag and a default where it is missing.
 */
final class TcpHandover {
  private static final int STATE = 1;
  private static final int OWED = 2;
  private static final int EVENTS = 3;
  private static final int FAILURE = 4;
  private static final int SOFT_ERROR = 5;
  private static final int ISS = 10;
  private static final int SND_UNA = 11;
  private static final int SND_NXT = 12;
  private static final int SND_WND = 13;
  private static final int SND_WL1 = 14;
  private static final int SND_WL2 = 15;
  private static final int MAX_SND_WND = 16;
  private static final int SND_SML = 17;
  private static final int RESET_SEQUENCE = 18;
  private static final int MTU_SEGMENT_BYTES = 19;
  private static final int PEER_SEGMENT_BYTES = 20;
  private static final int SND_WIND_SHIFT = 21;
  private static final int SEND_FLAGS = 22;
  private static final int IRS = 30;
  private static final int RCV_NXT = 31;
  private static final int RCV_ADV = 32;
  private static final int LAST_ACK_SENT = 33;
  private static final int RCV_MSS = 34;
  private static final int RCV_WIND_SHIFT = 35;
  private static final int RECEIVE_FLAGS = 36;
  private static final int QUICK_ACKS = 37;
  private static final int DUPLICATE_ACKS_OWED = 38;
  private static final int REASSEMBLY = 39;
  private static final int TS_OFFSET = 40;
  private static final int TS_RECENT = 41;
  private static final int TS_RECENT_NANOS = 42;
  private static final int SRTT = 50;
  private static final int RTTVAR = 51;
  private static final int MIN_RTT = 52;
  private static final int INITIAL_RTO = 53;
  private static final int SENT = 54;
  private static final int CONGESTION_NAME = 55;
  private static final int CONGESTION_WINDOW = 56;
  private static final int CONGESTION_THRESHOLD = 57;
  private static final int CONGESTION_OWN = 58;
  private static final int RECOVERY = 59;
  private static final int RECOVERY_POINT = 60;
  private static final int DUPLICATE_ACKS = 61;
  private static final int RENO_SACKED = 62;
  private static final int RTT_SEQUENCE = 63;
  private static final int KARN_SEQUENCE = 64;
  private static final int LOSS = 140;
  private static final int STATE_BEFORE = 141;
  private static final int CAUSE = 142;
  private static final int STATE_NANOS = 143;
  private static final int KEEPALIVE_IDLE_NANOS = 144;
  private static final int CLOSED_BY = 145;
  private static final int SENT_FIRST = 146;
  private static final int DELIVERY = 120;
  private static final int PACED_UNTIL = 121;
  private static final int PACING_DEADLINE = 122;
  private static final int KEPT_CONGESTION_NAME = 123;
  private static final int KEPT_CONGESTION_OWN = 124;
  private static final int RETRANSMIT_DEADLINE = 70;
  private static final int RETRANSMIT_ARMED = 71;
  private static final int RETRY_START = 72;
  private static final int BACKOFF = 73;
  private static final int RETRANSMITS = 74;
  private static final int ACK_DEADLINE = 75;
  private static final int ACK_SINCE = 76;
  private static final int KEEPALIVE_DEADLINE = 77;
  private static final int KEEPALIVE_PROBE_NANOS = 78;
  private static final int KEEPALIVE_PROBES = 79;
  private static final int FIN_WAIT_DEADLINE = 80;
  private static final int FIN_WAIT_BASE = 81;
  private static final int TRIM_DEADLINE = 82;
  private static final int RCV_UP = 83;
  private static final int SND_UP = 84;
  private static final int OPENED_NANOS = 90;
  private static final int LAST_RECEIVED_NANOS = 91;
  private static final int LAST_DATA_SENT_NANOS = 92;
  private static final int CHALLENGE_WINDOW_NANOS = 93;
  private static final int CHALLENGES_IN_WINDOW = 94;
  private static final int INVALID_ANSWER_NANOS = 95;
  private static final int RECEIVE_CAPACITY = 96;
  private static final int SEND_CAPACITY = 97;
  private static final int TUNE_NANOS = 98;
  private static final int TUNE_POSITION = 99;
  private static final int FIN_SEQUENCE = 100;
  private static final int UNANSWERED_NANOS = 101;
  private static final int ECN = 110;
  private static final int REDUCTION_POINT = 111;
  private static final int MIN_SEGMENT_BYTES = 112;
  private static final int FAST_OPEN = 114;
  private static final int MTU_PROBING = 115;
  private static final int PROVEN_SEGMENT_BYTES = 116;
  private static final int CLAIMED_SEGMENT_BYTES = 117;
  private static final int CLAIM_SEQUENCE = 118;
  private static final int FRAGMENTABLE = 119;
  private static final int ACK_TIMEOUT_NANOS = 130;
  private static final int LAST_TEXT_NANOS = 131;
  private static final int RECEIVE_RTT_NANOS = 132;
  private static final int RECEIVE_RTT_SEQUENCE = 133;
  private static final int RECEIVE_RTT_SINCE = 134;
  private static final int GROWING_WINDOW = 135;
  private static final int INITIAL_WINDOW_SEGMENTS = 113;

  private TcpHandover() {}

  private static int bit(boolean value, int shift) {
    return value ? 1 << shift : 0;
  }

  private static int sendFlags(ControlBlock c) {
    return bit(c.active, 0)
        | bit(c.finQueued, 1)
        | bit(c.finSent, 2)
        | bit(c.pushHeld, 3)
        | bit(c.congestionWindowLimited, 4)
        | bit(c.timestamps, 5)
        | bit(c.sack, 6)
        | bit(c.windowScaling, 7)
        | bit(c.synRetransmitted, 8)
        | bit(c.nagle, 9)
        | bit(c.sendTuned, 10)
        | bit(c.forceRetransmit, 11)
        | bit(c.persisting, 12)
        | bit(c.routeSuspected, 13)
        | bit(c.synAmbiguous, 14)
        | bit(!c.dsack, 15)
        | bit(c.probedInVain, 16);
  }

  private static void sendFlags(ControlBlock c, int bits) {
    c.active = (bits & 1) != 0;
    c.finQueued = (bits & 1 << 1) != 0;
    c.finSent = (bits & 1 << 2) != 0;
    c.pushHeld = (bits & 1 << 3) != 0;
    c.congestionWindowLimited = (bits & 1 << 4) != 0;
    c.timestamps = (bits & 1 << 5) != 0;
    c.sack = (bits & 1 << 6) != 0;
    c.windowScaling = (bits & 1 << 7) != 0;
    c.synRetransmitted = (bits & 1 << 8) != 0;
    c.nagle = (bits & 1 << 9) != 0;
    c.sendTuned = (bits & 1 << 10) != 0;
    c.forceRetransmit = (bits & 1 << 11) != 0;
    c.persisting = (bits & 1 << 12) != 0;
    c.routeSuspected = (bits & 1 << 13) != 0;
    c.synAmbiguous = (bits & 1 << 14) != 0;
    c.dsack = (bits & 1 << 15) == 0;
    c.probedInVain = (bits & 1 << 16) != 0;
  }

  private static int receiveFlags(ControlBlock c) {
    return bit(c.inputEnded, 0)
        | bit(c.inputShutdown, 1)
        | bit(c.orphan, 2)
        | bit(c.interactive, 3)
        | bit(c.receiveTuned, 4)
        | bit(c.invalidAnswered, 5)
        | bit(c.finAhead, 6);
  }

  private static void receiveFlags(ControlBlock c, int bits) {
    c.inputEnded = (bits & 1) != 0;
    c.inputShutdown = (bits & 1 << 1) != 0;
    c.orphan = (bits & 1 << 2) != 0;
    c.interactive = (bits & 1 << 3) != 0;
    c.receiveTuned = (bits & 1 << 4) != 0;
    c.invalidAnswered = (bits & 1 << 5) != 0;
    c.finAhead = (bits & 1 << 6) != 0;
  }

  private static int ecnFlags(ControlBlock c) {
    return bit(c.ecn, 0)
        | bit(c.ecnEchoing, 1)
        | bit(c.ecnSeen, 2)
        | bit(c.cwrDue, 3)
        | bit(c.congestionReducing, 4);
  }

  private static void ecnFlags(ControlBlock c, int bits) {
    c.ecn = (bits & 1) != 0;
    c.ecnEchoing = (bits & 1 << 1) != 0;
    c.ecnSeen = (bits & 1 << 2) != 0;
    c.cwrDue = (bits & 1 << 3) != 0;
    c.congestionReducing = (bits & 1 << 4) != 0;
  }

  static void export(ControlBlock c, HandoverWriter w) {
    w.putText(STATE, c.state.name()).putInt(OWED, c.owed).putInt(EVENTS, c.events);
    if (c.cause != null) {
      w.putText(STATE_BEFORE, c.stateBefore.name())
          .putText(CAUSE, c.cause.name())
          .putLong(STATE_NANOS, c.stateNanos);
    }
    if (c.closedBy != TcpCause.CLOSE) {
      w.putText(CLOSED_BY, c.closedBy.name());
    }
    if (c.failure != null) {
      w.putText(FAILURE, c.failure.name());
    }
    if (c.softError != null) {
      w.putText(SOFT_ERROR, c.softError.name());
    }
    w.putInt(ISS, c.iss)
        .putInt(SND_UNA, c.sndUna)
        .putInt(SND_NXT, c.sndNxt)
        .putInt(SND_WND, c.sndWnd)
        .putInt(SND_WL1, c.sndWl1)
        .putInt(SND_WL2, c.sndWl2)
        .putInt(MAX_SND_WND, c.maxSndWnd)
        .putInt(SND_SML, c.sndSml)
        .putInt(RESET_SEQUENCE, c.resetSequence)
        .putInt(MTU_SEGMENT_BYTES, c.mtuSegmentBytes)
        .putInt(PEER_SEGMENT_BYTES, c.peerSegmentBytes)
        .putInt(SND_WIND_SHIFT, c.sndWindShift)
        .putInt(SEND_FLAGS, sendFlags(c))
        .putInt(ECN, ecnFlags(c))
        .putInt(REDUCTION_POINT, c.reductionPoint)
        .putInt(MIN_SEGMENT_BYTES, c.minSegmentBytes)
        .putInt(INITIAL_WINDOW_SEGMENTS, c.initialWindowSegments);
    w.putInt(IRS, c.irs)
        .putInt(RCV_NXT, c.rcvNxt)
        .putInt(RCV_ADV, c.rcvAdv)
        .putInt(LAST_ACK_SENT, c.lastAckSent)
        .putInt(RCV_MSS, c.rcvMss)
        .putInt(RCV_WIND_SHIFT, c.rcvWindShift)
        .putInt(RECEIVE_FLAGS, receiveFlags(c))
        .putInt(QUICK_ACKS, c.quickAcks)
        .putInt(DUPLICATE_ACKS_OWED, c.duplicateAcksOwed);
    w.putInt(PROVEN_SEGMENT_BYTES, c.provenSegmentBytes)
        .putInt(CLAIMED_SEGMENT_BYTES, c.claimedSegmentBytes)
        .putInt(CLAIM_SEQUENCE, c.claimSequence)
        .putBoolean(FRAGMENTABLE, c.fragmentable)
        .putLong(ACK_TIMEOUT_NANOS, c.ackTimeoutNanos)
        .putLong(LAST_TEXT_NANOS, c.lastTextNanos)
        .putLong(RECEIVE_RTT_NANOS, c.receiveRttNanos)
        .putInt(RECEIVE_RTT_SEQUENCE, c.receiveRttSequence)
        .putLong(RECEIVE_RTT_SINCE, c.receiveRttSinceNanos);
    if (c.mtuProbing != null) {
      w.putBytes(MTU_PROBING, c.mtuProbing.toBytes());
    }
    if (c.fastOpen != null) {
      w.putBytes(FAST_OPEN, c.fastOpen.toBytes());
    }
    if (c.reassembly != null) {
      w.putBytes(REASSEMBLY, c.reassembly.toBytes());
    }
    w.putInt(TS_OFFSET, c.tsOffset)
        .putInt(TS_RECENT, c.tsRecent)
        .putLong(TS_RECENT_NANOS, c.tsRecentNanos);
    w.putLong(SRTT, c.rtt.smoothedNanos())
        .putLong(RTTVAR, c.rtt.variationNanos())
        .putLong(MIN_RTT, c.rtt.minimumNanos())
        .putLong(INITIAL_RTO, c.rtt.initialNanos());
    if (c.loss != null) {
      w.begin(LOSS);
      c.loss.export(w);
      w.end();
    }
    if (c.sent != null) {
      w.putBytes(SENT, c.sent.toBytes());
      byte[] first = c.sent.firstToBytes();
      if (first != null) {
        w.putBytes(SENT_FIRST, first);
      }
    }
    if (c.congestion != null) {
      w.putText(CONGESTION_NAME, c.congestion.name())
          .putInt(CONGESTION_WINDOW, c.congestion.congestionWindowBytes())
          .putInt(CONGESTION_THRESHOLD, c.congestion.slowStartThresholdBytes())
          .begin(CONGESTION_OWN);
      c.congestion.export(w);
      w.end();
    }
    if (c.delivery != null) {
      w.putBytes(DELIVERY, c.delivery.toBytes(c.sent));
    }
    if (c.keptCongestion != null) {
      w.putText(KEPT_CONGESTION_NAME, c.keptCongestion.name())
          .putBytes(KEPT_CONGESTION_OWN, c.keptCongestion.state());
    }
    w.putText(RECOVERY, c.recovery.name())
        .putInt(RECOVERY_POINT, c.recoveryPoint)
        .putInt(DUPLICATE_ACKS, c.duplicateAcks)
        .putInt(RENO_SACKED, c.renoSacked)
        .putInt(RTT_SEQUENCE, c.rttSequence)
        .putInt(KARN_SEQUENCE, c.karnSequence);
    exportTimes(c, w);
  }

  private static void exportTimes(ControlBlock c, HandoverWriter w) {
    w.putLong(RETRANSMIT_DEADLINE, c.retransmitDeadline)
        .putLong(RETRANSMIT_ARMED, c.retransmitArmedNanos)
        .putLong(RETRY_START, c.retryStartNanos)
        .putInt(BACKOFF, c.backoff)
        .putInt(RETRANSMITS, c.retransmits)
        .putLong(ACK_DEADLINE, c.ackDeadline)
        .putLong(ACK_SINCE, c.ackSinceNanos)
        .putLong(KEEPALIVE_DEADLINE, c.keepaliveDeadline)
        .putLong(KEEPALIVE_PROBE_NANOS, c.keepaliveProbeNanos)
        .putInt(KEEPALIVE_PROBES, c.keepaliveProbes)
        .putLong(KEEPALIVE_IDLE_NANOS, c.keepaliveIdleNanos)
        .putLong(FIN_WAIT_DEADLINE, c.finWaitDeadline)
        .putLong(FIN_WAIT_BASE, c.finWaitBaseNanos)
        .putLong(TRIM_DEADLINE, c.trimDeadline)
        .putLong(RCV_UP, c.rcvUpPosition)
        .putLong(SND_UP, c.sndUpPosition)
        .putLong(OPENED_NANOS, c.openedNanos)
        .putLong(LAST_RECEIVED_NANOS, c.lastReceivedNanos)
        .putLong(LAST_DATA_SENT_NANOS, c.lastDataSentNanos)
        .putLong(CHALLENGE_WINDOW_NANOS, c.challengeWindowNanos)
        .putInt(CHALLENGES_IN_WINDOW, c.challengesInWindow)
        .putLong(INVALID_ANSWER_NANOS, c.invalidAnswerNanos)
        .putInt(RECEIVE_CAPACITY, c.receiveRing.capacityBytes())
        .putInt(SEND_CAPACITY, c.sendRing.capacityBytes())
        .putLong(TUNE_NANOS, c.tuneNanos)
        .putLong(TUNE_POSITION, c.tunePosition)
        .putInt(GROWING_WINDOW, c.growingWindow)
        .putInt(FIN_SEQUENCE, c.finSequence)
        .putLong(UNANSWERED_NANOS, c.unansweredNanos)
        .putLong(PACED_UNTIL, c.pacedUntilNanos)
        .putLong(PACING_DEADLINE, c.pacingDeadline);
    UnknownFields.write(c.unknown, w);
  }

  /** Reads everything; the congestion control is made anew by its name, or by its successor's. */
  static void open(ControlBlock c, HandoverReader r) throws HandoverException {
    String congestionName = null;
    int window = 0;
    int threshold = 0;
    HandoverReader own = null;
    byte[] ownBytes = null;
    byte[] delivery = null;
    String keptName = null;
    byte[] keptBytes = null;
    long smoothed = 0;
    long variation = 0;
    long minimum = 0;
    while (r.next()) {
      switch (r.tag()) {
        case CONGESTION_NAME -> congestionName = r.textValue();
        case CONGESTION_WINDOW -> window = r.intValue();
        case CONGESTION_THRESHOLD -> threshold = r.intValue();
        case CONGESTION_OWN -> {
          own = r.nested();
          ownBytes = r.bytes();
        }
        case DELIVERY -> delivery = r.bytes();
        case KEPT_CONGESTION_NAME -> keptName = r.textValue();
        case KEPT_CONGESTION_OWN -> keptBytes = r.bytes();
        case SRTT -> smoothed = r.longValue();
        case RTTVAR -> variation = r.longValue();
        case MIN_RTT -> minimum = r.longValue();
        case INITIAL_RTO -> c.rtt.initialNanos(r.longValue());
        default -> {
          if (!openSend(c, r) && !openReceive(c, r)) {
            openTimes(c, r);
          }
        }
      }
    }
    c.rtt.restore(smoothed, variation, minimum);
    c.sndMss = Outgoing.sendMss(c);
    if (congestionName != null) {
      CongestionChoice.open((TcpConnection) c, congestionName, window, threshold, own, ownBytes);
      if (keptName != null && keptBytes != null && c.keptCongestion == null) {
        c.keptCongestion = new KeptCongestion(keptName, keptBytes);
      }
      if (c.delivery != null && delivery != null && !c.delivery.fromBytes(delivery, c.sent)) {
        throw new HandoverException("field " + DELIVERY + ": the delivery rate's state is torn");
      }
    }
  }

  private static <E extends Enum<E>> E constant(Class<E> type, HandoverReader r)
      throws HandoverException {
    String name = r.textValue();
    try {
      return Enum.valueOf(type, name);
    } catch (IllegalArgumentException e) {
      throw new HandoverException(
          "field " + r.tag() + ": '" + name + "' is no " + type.getSimpleName(), e);
    }
  }

  /** Null for one that only a later version knows: nothing but words depends on it. */
  static TcpCause cause(String name) {
    for (TcpCause cause : TcpCause.values()) {
      if (cause.name().equals(name)) {
        return cause;
      }
    }
    return null;
  }

  private static boolean openSend(ControlBlock c, HandoverReader r) throws HandoverException {
    switch (r.tag()) {
      case STATE -> c.state = constant(TcpState.class, r);
      case STATE_BEFORE -> c.stateBefore = constant(TcpState.class, r);
      case CAUSE -> c.cause = cause(r.textValue());
      case CLOSED_BY -> {
        TcpCause by = cause(r.textValue());
        c.closedBy = by == null ? TcpCause.CLOSE : by;
      }
      case STATE_NANOS -> c.stateNanos = r.longValue();
      case OWED -> c.owed = r.intValue();
      case EVENTS -> c.events = r.intValue();
      case FAILURE -> c.failure = constant(TcpError.class, r);
      case SOFT_ERROR -> c.softError = constant(TcpError.class, r);
      case ISS -> c.iss = r.intValue();
      case SND_UNA -> c.sndUna = r.intValue();
      case SND_NXT -> c.sndNxt = r.intValue();
      case SND_WND -> c.sndWnd = r.intValue();
      case SND_WL1 -> c.sndWl1 = r.intValue();
      case SND_WL2 -> c.sndWl2 = r.intValue();
      case MAX_SND_WND -> c.maxSndWnd = r.intValue();
      case SND_SML -> c.sndSml = r.intValue();
      case RESET_SEQUENCE -> c.resetSequence = r.intValue();
      case MTU_SEGMENT_BYTES -> c.mtuSegmentBytes = r.intValue();
      case PEER_SEGMENT_BYTES -> c.peerSegmentBytes = r.intValue();
      case SND_WIND_SHIFT -> c.sndWindShift = (byte) r.intValue();
      case SEND_FLAGS -> sendFlags(c, r.intValue());
      case ECN -> ecnFlags(c, r.intValue());
      case REDUCTION_POINT -> c.reductionPoint = r.intValue();
      case ACK_TIMEOUT_NANOS -> c.ackTimeoutNanos = r.longValue();
      case LAST_TEXT_NANOS -> c.lastTextNanos = r.longValue();
      case RECEIVE_RTT_NANOS -> c.receiveRttNanos = r.longValue();
      case RECEIVE_RTT_SEQUENCE -> c.receiveRttSequence = r.intValue();
      case RECEIVE_RTT_SINCE -> c.receiveRttSinceNanos = r.longValue();
      case PROVEN_SEGMENT_BYTES -> c.provenSegmentBytes = r.intValue();
      case CLAIMED_SEGMENT_BYTES -> c.claimedSegmentBytes = r.intValue();
      case CLAIM_SEQUENCE -> c.claimSequence = r.intValue();
      case FRAGMENTABLE -> c.fragmentable = r.booleanValue();
      case MTU_PROBING -> {
        c.mtuProbing = MtuProbing.fromBytes(r.bytes());
        if (c.mtuProbing == null) {
          throw new HandoverException("field " + MTU_PROBING + ": the search for the MTU is torn");
        }
      }
      case MIN_SEGMENT_BYTES -> c.minSegmentBytes = r.intValue();
      case INITIAL_WINDOW_SEGMENTS -> c.initialWindowSegments = r.intValue();
      case LOSS -> c.loss().open(r.nested());
      case SENT -> {
        c.sent = SentSegments.fromBytes(r.bytes(), c.loss().rack);
        if (c.sent == null) {
          throw new HandoverException("field " + SENT + ": the map of sent segments is torn");
        }
      }
      case SENT_FIRST -> {
        if (c.sent != null) {
          c.sent.firstFromBytes(r.bytes());
        }
      }
      case RECOVERY -> c.recovery = constant(ControlBlock.Recovery.class, r);
      case RECOVERY_POINT -> c.recoveryPoint = r.intValue();
      case DUPLICATE_ACKS -> c.duplicateAcks = r.intValue();
      case RENO_SACKED -> c.renoSacked = r.intValue();
      case RTT_SEQUENCE -> c.rttSequence = r.intValue();
      case KARN_SEQUENCE -> c.karnSequence = r.intValue();
      default -> {
        return false;
      }
    }
    return true;
  }

  private static boolean openReceive(ControlBlock c, HandoverReader r) throws HandoverException {
    switch (r.tag()) {
      case IRS -> c.irs = r.intValue();
      case RCV_NXT -> c.rcvNxt = r.intValue();
      case RCV_ADV -> c.rcvAdv = r.intValue();
      case LAST_ACK_SENT -> c.lastAckSent = r.intValue();
      case RCV_MSS -> c.rcvMss = r.intValue();
      case RCV_WIND_SHIFT -> c.rcvWindShift = (byte) r.intValue();
      case RECEIVE_FLAGS -> receiveFlags(c, r.intValue());
      case QUICK_ACKS -> c.quickAcks = (byte) r.intValue();
      case DUPLICATE_ACKS_OWED -> c.duplicateAcksOwed = r.intValue();
      case FAST_OPEN -> {
        c.fastOpen = FastOpen.fromBytes(r.bytes());
        if (c.fastOpen == null) {
          throw new HandoverException("field " + FAST_OPEN + ": what Fast Open keeps is torn");
        }
      }
      case REASSEMBLY -> {
        c.reassembly = Reassembly.fromBytes(r.bytes());
        if (c.reassembly == null) {
          throw new HandoverException("field " + REASSEMBLY + ": the ranges are torn");
        }
      }
      case TS_OFFSET -> c.tsOffset = r.intValue();
      case TS_RECENT -> c.tsRecent = r.intValue();
      case TS_RECENT_NANOS -> c.tsRecentNanos = r.longValue();
      default -> {
        return false;
      }
    }
    return true;
  }

  private static void openTimes(ControlBlock c, HandoverReader r) throws HandoverException {
    switch (r.tag()) {
      case RETRANSMIT_DEADLINE -> c.retransmitDeadline = r.longValue();
      case RETRANSMIT_ARMED -> c.retransmitArmedNanos = r.longValue();
      case RETRY_START -> c.retryStartNanos = r.longValue();
      case BACKOFF -> c.backoff = r.intValue();
      case RETRANSMITS -> c.retransmits = r.intValue();
      case ACK_DEADLINE -> c.ackDeadline = r.longValue();
      case ACK_SINCE -> c.ackSinceNanos = r.longValue();
      case KEEPALIVE_DEADLINE -> c.keepaliveDeadline = r.longValue();
      case KEEPALIVE_PROBE_NANOS -> c.keepaliveProbeNanos = r.longValue();
      case KEEPALIVE_IDLE_NANOS -> c.keepaliveIdleNanos = r.longValue();
      case KEEPALIVE_PROBES -> c.keepaliveProbes = r.intValue();
      case FIN_WAIT_DEADLINE -> c.finWaitDeadline = r.longValue();
      case FIN_WAIT_BASE -> c.finWaitBaseNanos = r.longValue();
      case TRIM_DEADLINE -> c.trimDeadline = r.longValue();
      case RCV_UP -> c.rcvUpPosition = r.longValue();
      case SND_UP -> c.sndUpPosition = r.longValue();
      case OPENED_NANOS -> c.openedNanos = r.longValue();
      case LAST_RECEIVED_NANOS -> c.lastReceivedNanos = r.longValue();
      case LAST_DATA_SENT_NANOS -> c.lastDataSentNanos = r.longValue();
      case CHALLENGE_WINDOW_NANOS -> c.challengeWindowNanos = r.longValue();
      case CHALLENGES_IN_WINDOW -> c.challengesInWindow = r.intValue();
      case INVALID_ANSWER_NANOS -> c.invalidAnswerNanos = r.longValue();
      case RECEIVE_CAPACITY -> c.receiveRing.capacityBytes(r.intValue());
      case SEND_CAPACITY -> c.sendRing.capacityBytes(r.intValue());
      case TUNE_NANOS -> c.tuneNanos = r.longValue();
      case TUNE_POSITION -> c.tunePosition = r.longValue();
      case GROWING_WINDOW -> c.growingWindow = r.intValue();
      case PACED_UNTIL -> c.pacedUntilNanos = r.longValue();
      case PACING_DEADLINE -> c.pacingDeadline = r.longValue();
      case UNANSWERED_NANOS -> c.unansweredNanos = r.longValue();
      case FIN_SEQUENCE -> c.finSequence = r.intValue();
      default -> c.unknown = UnknownFields.with(c.unknown, r);
    }
  }
}
