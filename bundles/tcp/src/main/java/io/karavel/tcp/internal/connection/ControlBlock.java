package io.karavel.tcp.internal.connection;

import io.karavel.engine.UnknownFields;
import io.karavel.tcp.CongestionControl;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.internal.connection.recovery.DeliveryRate;
import io.karavel.tcp.internal.connection.recovery.RttEstimator;
import io.karavel.tcp.internal.connection.recovery.SentSegments;
import io.karavel.tcp.spi.ByteRing;

/**
 * The variables of a connection, RFC 9293 §3.3.1, by the RFC's names. Written by the concerns of
 * this package only. Kept small: what only an active connection needs is null when idle.
 */
abstract class ControlBlock {
  /** No deadline. */
  static final long NEVER = Long.MAX_VALUE;

  // What is owed; bits of owed.
  static final int OWE_ACK = 1;
  static final int OWE_CHALLENGE = 2;
  static final int OWE_RESET = 4;
  static final int OWE_RESET_ANSWER = 8;
  static final int OWE_SYN = 16;
  static final int OWE_PROBE = 32;
  static final int OWE_KEEPALIVE = 64;
  static final int OWE_LOSS_PROBE = 128;

  /** Phases of loss recovery. */
  enum Recovery {
    /** No loss. */
    OPEN,
    /** Duplicate acknowledgements told of a loss. */
    RECOVERY,
    /** The retransmission timer told of a loss. */
    LOSS
  }

  final ConnectionContext context;
  final ByteRing receiveRing;
  final ByteRing sendRing;
  ConnectionOptions options;
  KeepaliveTimes keepalive;
  TcpState state = TcpState.CLOSED;

  /** The state before, what brought us here, and when; null if a predecessor did not say. */
  TcpState stateBefore;

  TcpCause cause;
  long stateNanos;

  /** Who let go of it, or is going to close it once it is open. */
  TcpCause closedBy = TcpCause.CLOSE;

  int owed;
  int events;
  TcpError failure;

  /** What ICMP told; named when retries are used up. */
  TcpError softError;

  // ---- send ----
  int iss;
  int sndUna;
  int sndNxt;
  int sndWnd;
  int sndWl1;
  int sndWl2;
  int maxSndWnd;

  /** End of the last segment sent smaller than a full one (Minshall). */
  int sndSml;

  /** SEG.SEQ of the RST owed in answer to an unacceptable acknowledgement. */
  int resetSequence;

  /** MTU less IP and TCP header without options, towards the peer. */
  int mtuSegmentBytes;

  /** The largest segment with options that was acknowledged since the MTU changed. */
  int provenSegmentBytes;

  /** What a router claims against that, and the sequence number it quoted; 0 if none does. */
  int claimedSegmentBytes;

  int claimSequence;

  /** A router carries less than any can be made to believe: packets may be fragmented. */
  boolean fragmentable;

  /** The search for the path's MTU; null where there is none. */
  MtuProbing mtuProbing;

  /** The peer's MSS option. */
  int peerSegmentBytes = 536;

  /** Smallest segment size that the peer can make us use: {@code minSendMss} at the opening. */
  int minSegmentBytes;

  /** {@code initialWindow} at the opening. */
  int initialWindowSegments;

  /** Payload of a full segment: options are taken off. */
  int sndMss;

  byte sndWindShift;
  boolean active;
  boolean finQueued;
  boolean finSent;
  boolean pushHeld;
  boolean congestionWindowLimited;

  /** Round trip that the acknowledgement in hand measured; 0 if none. Not kept beyond it. */
  long ackRttNanos;

  boolean timestamps;
  boolean sack;
  boolean windowScaling;
  boolean synRetransmitted;

  /** The SYN-ACK was said again in answer, or came from a cookie: no round trip is known. */
  boolean synAmbiguous;

  boolean nagle;

  /** Duplicates are reported where SACK was agreed on. */
  boolean dsack;

  /** ECN was agreed on, or is asked for by our SYN. */
  boolean ecn;

  /** Marked data has come; acknowledgements say so until the peer says CWR. */
  boolean ecnEchoing;

  /** Data that was marked ECN-capable has come. */
  boolean ecnSeen;

  /** The next new data carries CWR. */
  boolean cwrDue;

  /** The window was reduced for a mark, and not everything up to reductionPoint is acknowledged. */
  boolean congestionReducing;

  int reductionPoint;
  boolean sendTuned;
  boolean receiveTuned;

  // ---- receive ----
  int irs;
  int rcvNxt;

  /** Right edge of the window offered; never moves left. */
  int rcvAdv;

  /** RCV.NXT as last acknowledged: Last.ACK.sent. */
  int lastAckSent;

  /** Largest segment the peer has sent, an estimate of its MSS. */
  int rcvMss = 536;

  byte rcvWindShift;
  boolean inputEnded;

  /** A FIN has come ahead of data that is missing; it stands at finSequence. */
  boolean finAhead;

  boolean inputShutdown;
  boolean orphan;
  boolean interactive;
  byte quickAcks;

  /** How long an acknowledgement waits, by how fast data comes (Linux's ATO); 0 at first. */
  long ackTimeoutNanos;

  /** Time between the segment in hand and the one before. Not kept beyond it. */
  long gapNanos;

  /** When data came last. */
  long lastTextNanos;

  /** Round trip as the receiver sees it, for auto-tuning; 0 without a measurement. */
  long receiveRttNanos;

  /** Where the measurement by windows ends, and when it began; 0 before it. */
  int receiveRttSequence;

  long receiveRttSinceNanos;

  /** Duplicate acknowledgements owed beside the one of OWE_ACK, to a peer without SACK. */
  int duplicateAcksOwed;

  int finSequence;

  Reassembly reassembly;

  /** What is particular to a connection opened with Fast Open; else null. */
  FastOpen fastOpen;

  // ---- timestamps ----
  int tsOffset;
  int tsRecent;
  long tsRecentNanos;

  // ---- recovery and congestion ----
  final RttEstimator rtt;
  SentSegments sent;

  /** Null until data is sent. */
  LossVariables loss;

  CongestionControl congestion;

  /** What made it. */
  CongestionControlFactory congestionFactory;

  /** State of the algorithm that is wanted but not there; null if there is none. */
  KeptCongestion keptCongestion;

  /** Rate samples; null unless the congestion control wants them. */
  DeliveryRate delivery;

  /** Before this nothing is sent; 0 if the last transmission was not paced. */
  long pacedUntilNanos;

  Recovery recovery = Recovery.OPEN;
  int recoveryPoint;
  int duplicateAcks;

  /** Segments that duplicate acknowledgements say have left the network, without SACK. */
  int renoSacked;

  /** An RTT is measured again once this is acknowledged. */
  int rttSequence;

  /** Data before this was sent twice without the map knowing (window probes). */
  int karnSequence;

  boolean forceRetransmit;

  // ---- timers ----
  long retransmitDeadline = NEVER;
  long retransmitArmedNanos;
  long retryStartNanos;

  /** When the waiting began that nothing has ended yet, though probes were sent. */
  long unansweredNanos;

  /** Whether the last probe of a closed window followed one that had no answer. */
  boolean probedInVain;

  int backoff;
  int retransmits;
  boolean persisting;
  boolean routeSuspected;
  long ackDeadline = NEVER;
  long ackSinceNanos;
  long keepaliveDeadline = NEVER;
  long keepaliveProbeNanos;

  /** When the keepalive timer last found something in flight; as long ago as can be if never. */
  long keepaliveIdleNanos = Long.MIN_VALUE;

  int keepaliveProbes;
  long finWaitDeadline = NEVER;
  long finWaitBaseNanos;
  long trimDeadline = NEVER;
  long pacingDeadline = NEVER;

  /** RCV.UP: position in the receive ring behind the last urgent byte; 0 before any. */
  long rcvUpPosition;

  /** SND.UP: position in the send ring behind the last urgent byte; 0 before any. */
  long sndUpPosition;

  // ---- times ----
  long openedNanos;
  long tuneNanos;
  long tunePosition;

  /** While the window follows a receive buffer that has grown: the most that is offered; else 0. */
  int growingWindow;

  long lastReceivedNanos;
  long lastDataSentNanos;
  long challengeWindowNanos;
  int challengesInWindow;
  long invalidAnswerNanos;

  /** Of a later version; null mostly. */
  UnknownFields unknown;

  boolean invalidAnswered;

  ControlBlock(
      ConnectionContext context,
      ConnectionOptions options,
      KeepaliveTimes keepalive,
      ByteRing receiveRing,
      ByteRing sendRing) {
    this.context = context;
    this.options = options;
    this.keepalive = keepalive;
    this.receiveRing = receiveRing;
    this.sendRing = sendRing;
    this.nagle = context.settings().nagle();
    this.dsack = context.settings().dsack();
    this.minSegmentBytes = context.settings().minSendMssBytes();
    this.initialWindowSegments = context.settings().initialWindowSegments();
    this.rtt = new RttEstimator(context.settings().rtoInitialNanos());
  }

  /** Whether small segments go at once. */
  boolean noDelay() {
    return options.noDelay(!nagle);
  }

  TcpSettings settings() {
    return context.settings();
  }

  TcpCounters counters() {
    return context.counters();
  }

  void owe(int bits) {
    owed |= bits;
  }

  void event(int bits) {
    events |= bits;
  }

  /** Sequence space sent and not acknowledged. */
  int flight() {
    return sndNxt - sndUna;
  }

  /** Bytes held to be in the network: sent, neither acknowledged, nor SACKed, nor lost (pipe). */
  int inFlight() {
    if (sent == null) {
      return flight();
    }
    return Math.max(0, sent.inFlightBytes() - renoSacked * sndMss);
  }

  /** Takes a measurement of the round-trip time. */
  void measured(long rttNanos) {
    rtt.sample(rttNanos);
    counters().rttNanos.record(rttNanos);
  }

  /** Whether our SYN is not acknowledged yet. */
  boolean synUnacknowledged() {
    return state == TcpState.SYN_SENT || state == TcpState.SYN_RECEIVED;
  }

  /** Position in the send ring of a sequence number from SND.UNA on. */
  long sendPosition(int sequence) {
    int dataUna = synUnacknowledged() ? iss + 1 : sndUna;
    return sendRing.readPosition() + (sequence - dataUna);
  }

  /** Bytes written and never sent. */
  int unsent() {
    if (finSent) {
      return 0;
    }
    return (int) (sendRing.writePosition() - sendPosition(sndNxt));
  }

  /** Our timestamp clock: milliseconds. */
  int tsNow(long nowNanos) {
    return (int) (nowNanos / 1_000_000L) + tsOffset;
  }

  /** The window the peer may still fill. */
  int rcvWnd() {
    return rcvAdv - rcvNxt;
  }

  LossVariables loss() {
    if (loss == null) {
      loss = new LossVariables();
    }
    return loss;
  }

  SentSegments sentSegments() {
    if (sent == null) {
      sent = new SentSegments(loss().rack);
      if (delivery != null) {
        sent.delivery(delivery);
      }
    }
    return sent;
  }

  abstract CongestionControl congestionControl();
}
