package io.karavel.tcp.internal.connection;

import io.karavel.engine.Counter;
import io.karavel.engine.Counters;
import io.karavel.engine.Histogram;

/** The counters that the core writes, looked up once per lane; Linux's MIB names. Lane's thread. */
public final class TcpCounters {
  /** Connections opened from here. */
  public final Counter activeOpens;

  /** Connections opened by peers. */
  public final Counter passiveOpens;

  /** Openings that failed. */
  public final Counter attemptFails;

  /** Connections that went from ESTABLISHED or CLOSE-WAIT to CLOSED: reset, or given up. */
  public final Counter estabResets;

  /** Connections in ESTABLISHED or CLOSE-WAIT now. */
  public final Counter currEstab;

  /** Segments sent again. */
  public final Counter retransSegs;

  /** RSTs sent. */
  public final Counter outRsts;

  /** Retransmission timeouts. */
  public final Counter timeouts;

  /** SYNs and SYN-ACKs sent again. */
  public final Counter synRetrans;

  /** Segments sent again by fast retransmit. */
  public final Counter fastRetrans;

  /** Segments sent again by SACK recovery or in slow start after a timeout. */
  public final Counter slowStartRetrans;

  /** Recoveries begun by duplicate acknowledgements. */
  public final Counter renoRecovery;

  /** Recoveries begun by SACK. */
  public final Counter sackRecovery;

  /** Peers that dropped data they had selectively acknowledged. */
  public final Counter sackReneging;

  /** SACK blocks that made no sense. */
  public final Counter sackDiscard;

  /** Challenge acknowledgements sent. */
  public final Counter challengeAck;

  /** SYNs on connections that exist. */
  public final Counter synChallenge;

  /** Answers to unacceptable segments that the rate limit kept back. */
  public final Counter ackSkipped;

  /** Segments dropped by PAWS. */
  public final Counter pawsEstab;

  /** Acknowledgements sent by the delayed-ACK timer. */
  public final Counter delayedAcks;

  /** Delayed ACKs that the peer had not waited for. */
  public final Counter delayedAckLost;

  /** Segments queued out of order. */
  public final Counter ofoQueue;

  /** Segments out of order dropped for want of memory or ranges. */
  public final Counter ofoDrop;

  /** DSACKs sent for old data. */
  public final Counter dsackOldSent;

  /** DSACKs sent for out-of-order data. */
  public final Counter dsackOfoSent;

  /** DSACKs received. */
  public final Counter dsackRecv;

  /** Connections ended by data after close. */
  public final Counter abortOnData;

  /** Connections reset because the application closed with data unread. */
  public final Counter abortOnClose;

  /** Connections ended because retries were used up. */
  public final Counter abortOnTimeout;

  /** Connections ended in FIN-WAIT-2 by {@code lingerFinWaitSeconds}. */
  public final Counter abortOnLinger;

  /** Keepalive probes sent. */
  public final Counter keepAlive;

  /** Zero-window probes sent. */
  public final Counter windowProbes;

  /** Zero windows announced. */
  public final Counter toZeroWindowAdv;

  /** Windows opened again from zero. */
  public final Counter fromZeroWindowAdv;

  /** Received data that found no buffer memory. */
  public final Counter receivePruned;

  /** ICMP errors outside what is in flight. */
  public final Counter outOfWindowIcmps;

  /** Tail loss probes sent. */
  public final Counter lossProbes;

  /** Losses that a tail loss probe repaired. */
  public final Counter lossProbeRecovery;

  /** Retransmissions that were lost in their turn. */
  public final Counter lostRetransmit;

  /** Timeouts that F-RTO found to be spurious. */
  public final Counter spuriousRtos;

  /** Timeouts taken back because the first transmission had arrived. */
  public final Counter lossUndo;

  /** Recoveries taken back at their end because the first transmission had arrived. */
  public final Counter fullUndo;

  /** Recoveries taken back in their course because the first transmission had arrived. */
  public final Counter partialUndo;

  /** Recoveries taken back because every retransmission was reported as a duplicate. */
  public final Counter dsackUndo;

  /** Windows reduced because the peer told of marks. */
  public final Counter ecnReductions;

  /** Time from the first SYN to the end of the handshake. */
  public final Histogram handshakeNanos;

  /** Measured round-trip times. */
  public final Histogram rttNanos;

  /** SYNs whose data was acknowledged by the SYN-ACK. */
  public final Counter fastOpenActive;

  /** SYNs whose data was not. */
  public final Counter fastOpenActiveFail;

  /** Probes of the path's MTU that arrived. */
  public final Counter mtuProbeSuccess;

  /** Probes that did not. */
  public final Counter mtuProbeFail;

  /** Connections whose large segments seem to be swallowed on the way. */
  public final Counter mtuBlackholes;

  /** Looks all of them up. */
  public TcpCounters(Counters counters) {
    activeOpens = counters.counter("Tcp.ActiveOpens");
    passiveOpens = counters.counter("Tcp.PassiveOpens");
    attemptFails = counters.counter("Tcp.AttemptFails");
    estabResets = counters.counter("Tcp.EstabResets");
    currEstab = counters.level("Tcp.CurrEstab");
    retransSegs = counters.counter("Tcp.RetransSegs");
    outRsts = counters.counter("Tcp.OutRsts");
    timeouts = counters.counter("TcpExt.TCPTimeouts");
    synRetrans = counters.counter("TcpExt.TCPSynRetrans");
    fastRetrans = counters.counter("TcpExt.TCPFastRetrans");
    slowStartRetrans = counters.counter("TcpExt.TCPSlowStartRetrans");
    renoRecovery = counters.counter("TcpExt.TCPRenoRecovery");
    sackRecovery = counters.counter("TcpExt.TCPSackRecovery");
    sackReneging = counters.counter("TcpExt.TCPSACKReneging");
    sackDiscard = counters.counter("TcpExt.TCPSACKDiscard");
    challengeAck = counters.counter("TcpExt.TCPChallengeACK");
    synChallenge = counters.counter("TcpExt.TCPSYNChallenge");
    ackSkipped = counters.counter("TcpExt.TCPACKSkippedSeq");
    pawsEstab = counters.counter("TcpExt.PAWSEstab");
    delayedAcks = counters.counter("TcpExt.DelayedACKs");
    delayedAckLost = counters.counter("TcpExt.DelayedACKLost");
    ofoQueue = counters.counter("TcpExt.TCPOFOQueue");
    ofoDrop = counters.counter("TcpExt.TCPOFODrop");
    dsackOldSent = counters.counter("TcpExt.TCPDSACKOldSent");
    dsackOfoSent = counters.counter("TcpExt.TCPDSACKOfoSent");
    dsackRecv = counters.counter("TcpExt.TCPDSACKRecv");
    abortOnData = counters.counter("TcpExt.TCPAbortOnData");
    abortOnClose = counters.counter("TcpExt.TCPAbortOnClose");
    abortOnTimeout = counters.counter("TcpExt.TCPAbortOnTimeout");
    abortOnLinger = counters.counter("TcpExt.TCPAbortOnLinger");
    keepAlive = counters.counter("TcpExt.TCPKeepAlive");
    windowProbes = counters.counter("TcpExt.TCPWinProbe");
    toZeroWindowAdv = counters.counter("TcpExt.TCPToZeroWindowAdv");
    fromZeroWindowAdv = counters.counter("TcpExt.TCPFromZeroWindowAdv");
    receivePruned = counters.counter("TcpExt.TCPRcvQDrop");
    fastOpenActive = counters.counter("TcpExt.TCPFastOpenActive");
    fastOpenActiveFail = counters.counter("TcpExt.TCPFastOpenActiveFail");
    lossProbes = counters.counter("TcpExt.TCPLossProbes");
    lossProbeRecovery = counters.counter("TcpExt.TCPLossProbeRecovery");
    lostRetransmit = counters.counter("TcpExt.TCPLostRetransmit");
    spuriousRtos = counters.counter("TcpExt.TCPSpuriousRTOs");
    lossUndo = counters.counter("TcpExt.TCPLossUndo");
    fullUndo = counters.counter("TcpExt.TCPFullUndo");
    partialUndo = counters.counter("TcpExt.TCPPartialUndo");
    dsackUndo = counters.counter("TcpExt.TCPDSACKUndo");
    mtuProbeSuccess = counters.counter("TcpExt.TCPMTUPSuccess");
    mtuProbeFail = counters.counter("TcpExt.TCPMTUPFail");
    mtuBlackholes = counters.counter("TcpExt.TCPMTUPBlackholes");
    ecnReductions = counters.counter("TcpExt.TCPEcnReductions");
    handshakeNanos = counters.histogram("Tcp.HandshakeNanos");
    rttNanos = counters.histogram("Tcp.RttNanos");
    outOfWindowIcmps = counters.counter("TcpExt.OutOfWindowIcmps");
  }
}
