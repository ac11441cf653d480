package io.karavel.tcp.internal;

import io.karavel.engine.Counter;
import io.karavel.engine.Counters;

/** The counters of the connection manager, by Linux's names; the core has its own. */
final class TcpMib {
  /** Segments received, bad ones included. */
  final Counter inSegs;

  /** Segments received in error. */
  final Counter inErrs;

  /** Of these, wrong checksums. */
  final Counter inCsumErrors;

  /** Segments sent, each of a super-segment counted. */
  final Counter outSegs;

  /** SYNs and final ACKs that found an accept queue full. */
  final Counter listenOverflows;

  /** SYNs and final ACKs dropped by listeners for whatever reason. */
  final Counter listenDrops;

  /** Cookies sent. */
  final Counter syncookiesSent;

  /** Final ACKs that opened nothing because data is waited for. */
  final Counter deferAcceptDrop;

  /** Valid cookies received. */
  final Counter syncookiesRecv;

  /** Invalid cookies received. */
  final Counter syncookiesFailed;

  /** SYN queues that were full and answered with cookies. */
  final Counter reqQFullDoCookies;

  /** SYN queues that were full and dropped the SYN. */
  final Counter reqQFullDrop;

  /** TIME-WAIT records that ended by time. */
  final Counter timeWaited;

  /** TIME-WAIT records reused by outgoing connections. */
  final Counter timeWaitRecycled;

  /** Connections that skipped TIME-WAIT at its limit. */
  final Counter timeWaitOverflow;

  /** Orphans reset at their limit. */
  final Counter abortOnMemory;

  /** Connections refused at a limit. */
  final Counter connectionLimit;

  /** Accept queues that reset the peer. */
  final Counter abortOnOverflow;

  /** SYNs that asked for a Fast Open cookie. */
  final Counter fastOpenCookieReqd;

  /** Connections opened by data on a SYN. */
  final Counter fastOpenPassive;

  /** Of these, with a cookie of the key before. */
  final Counter fastOpenPassiveAltKey;

  /** SYNs whose Fast Open cookie was wrong. */
  final Counter fastOpenPassiveFail;

  /** SYNs whose data was not taken because too many such handshakes were not over. */
  final Counter fastOpenListenOverflow;

  /** Times that Fast Open seemed to be swallowed on the way. */
  final Counter fastOpenBlackhole;

  /** Connects that found no free port. */
  final Counter noFreePort;

  /** Embryos now. */
  final Counter embryos;

  /** TIME-WAIT records now. */
  final Counter timeWaits;

  /** Orphans now. */
  final Counter orphans;

  /** Connections now, in whatever state but TIME-WAIT. */
  final Counter connections;

  TcpMib(Counters counters) {
    inSegs = counters.counter("Tcp.InSegs");
    inErrs = counters.counter("Tcp.InErrs");
    inCsumErrors = counters.counter("Tcp.InCsumErrors");
    outSegs = counters.counter("Tcp.OutSegs");
    listenOverflows = counters.counter("TcpExt.ListenOverflows");
    deferAcceptDrop = counters.counter("TcpExt.TCPDeferAcceptDrop");
    listenDrops = counters.counter("TcpExt.ListenDrops");
    syncookiesSent = counters.counter("TcpExt.SyncookiesSent");
    syncookiesRecv = counters.counter("TcpExt.SyncookiesRecv");
    syncookiesFailed = counters.counter("TcpExt.SyncookiesFailed");
    reqQFullDoCookies = counters.counter("TcpExt.TCPReqQFullDoCookies");
    reqQFullDrop = counters.counter("TcpExt.TCPReqQFullDrop");
    timeWaited = counters.counter("TcpExt.TW");
    timeWaitRecycled = counters.counter("TcpExt.TWRecycled");
    timeWaitOverflow = counters.counter("TcpExt.TCPTimeWaitOverflow");
    abortOnMemory = counters.counter("TcpExt.TCPAbortOnMemory");
    connectionLimit = counters.counter("TcpExt.TCPConnectionLimit");
    abortOnOverflow = counters.counter("TcpExt.TCPAbortOnOverflow");
    fastOpenCookieReqd = counters.counter("TcpExt.TCPFastOpenCookieReqd");
    fastOpenPassive = counters.counter("TcpExt.TCPFastOpenPassive");
    fastOpenPassiveAltKey = counters.counter("TcpExt.TCPFastOpenPassiveAltKey");
    fastOpenPassiveFail = counters.counter("TcpExt.TCPFastOpenPassiveFail");
    fastOpenListenOverflow = counters.counter("TcpExt.TCPFastOpenListenOverflow");
    fastOpenBlackhole = counters.counter("TcpExt.TCPFastOpenBlackhole");
    noFreePort = counters.counter("TcpExt.TCPNoFreePort");
    embryos = counters.level("Tcp.Embryos");
    timeWaits = counters.level("Tcp.TimeWaits");
    orphans = counters.level("Tcp.Orphans");
    connections = counters.level("Tcp.Connections");
  }
}
