package io.karavel.tcp.internal;

import io.karavel.engine.Timer;
import io.karavel.engine.UnknownFields;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.internal.connection.TcpConnection;
import io.karavel.tcp.spi.StackListener;
import io.karavel.tcp.spi.StackSocket;

/**
 * A connection as the lane keeps it: the core with its addresses, its socket, its place in the list
 * of those that owe something, and its one timer, which is the object itself. The timer is moved
 * only forward in urgency: it may expire early, finds nothing due and is armed again.
 */
final class Connection extends Timer implements Flow {

  private final TcpFlusher flusher;
  private final TcpConnection core;
  private final StackSocket socket;
  private final int localIpv4;
  private final int remoteIpv4;
  private final int ports;

  /** The listener that will have it once it opens; null afterwards, or if it was opened here. */
  ListenState pendingListener;

  /** The listener that it came from and counts for, as long as that is open; or null. */
  ListenState origin;

  /** The listener in whose Fast Open queue it is, as long as its handshake is not over; or null. */
  ListenState fastOpenListener;

  /** Next of those that owe something; the flusher's. */
  Connection nextOwing;

  /** Whether it is in the flusher's list. */
  boolean owing;

  /** Whether the lane's other module has it. */
  boolean gone;

  /** Whether the application is to be told at the end of the burst. */
  boolean signalDue;

  /** Whether the socket was last told that too much is unsent. */
  boolean outputHeld;

  /** Whose doing it is when its socket is closed. */
  TcpCause closing = TcpCause.CLOSE;

  /** Fields of a later version; null mostly. */
  UnknownFields unknown;

  /** Whether it counts as an orphan. */
  boolean orphan;

  /** OVER or ENTER_TIME_WAIT of {@link io.karavel.tcp.internal.connection.ConnectionEvents}. */
  int lifecycle;

  /** The state the socket shows and the summary counts. */
  TcpState state;

  /** Payload bytes of a super-segment on its route; 0 without segmentation. */
  int segmentationBytes;

  /** MTU of its route in bytes. */
  int mtu;

  /** {@code IpOutput.routeRevision()} when the route was looked up; -1 to look again. */
  int routeRevision = -1;

  /** {@code PathMtus.revision()} then. */
  int pathRevision = -1;

  /** Generation of the slot ip when the route was looked up. */
  int ipGeneration = -1;

  /** When the neighbour was last confirmed. */
  long confirmedNanos;

  /** TTL of its packets; 0 for IP's default. */
  int timeToLive;

  /** DSCP octet of its packets. */
  int trafficClass;

  Connection(
      TcpFlusher flusher,
      TcpConnection core,
      StackSocket socket,
      int localIpv4,
      int localPort,
      int remoteIpv4,
      int remotePort) {
    this.flusher = flusher;
    this.core = core;
    this.socket = socket;
    this.localIpv4 = localIpv4;
    this.remoteIpv4 = remoteIpv4;
    this.ports = localPort << 16 | remotePort;
    state = core.state();
    headerOptions();
  }

  /** Takes over what the socket's options say about the IP header. */
  void headerOptions() {
    timeToLive = socket.optionOr(TcpOption.TIME_TO_LIVE, 0);
    trafficClass = socket.optionOr(TcpOption.TRAFFIC_CLASS, 0);
  }

  TcpConnection core() {
    return core;
  }

  StackSocket socket() {
    return socket;
  }

  /** The listener whose accept queue it is bound for, or null. */
  StackListener listener() {
    return pendingListener == null ? null : pendingListener.listener();
  }

  @Override
  public int localIpv4() {
    return localIpv4;
  }

  @Override
  public int localPort() {
    return ports >>> 16;
  }

  @Override
  public int remoteIpv4() {
    return remoteIpv4;
  }

  @Override
  public int remotePort() {
    return ports & 0xffff;
  }

  @Override
  public long id() {
    return socket.id();
  }

  @Override
  public String kind() {
    String name = core.timerName();
    return name.isEmpty() ? "tcp" : name;
  }

  @Override
  public void onExpiry(long nowNanos) {
    flusher.onExpiry(this, nowNanos);
  }
}
