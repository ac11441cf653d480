package io.karavel.tcp.internal;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.internal.connection.ConnectionContext;
import io.karavel.tcp.internal.connection.ConnectionOptions;
import io.karavel.tcp.internal.connection.Embryo;

/** An embryo in the SYN queue of a listener, with its addresses. */
final class QueuedEmbryo extends Embryo implements Flow, DeadlineHeap.Entry {
  private final ListenState listener;
  private final int localIpv4;
  private final int remoteIpv4;
  private final int ports;
  private int heapIndex;

  /** Of a SYN. */
  QueuedEmbryo(
      ConnectionContext context,
      ListenState listener,
      ConnectionOptions options,
      Arrival arrival,
      int iss,
      int timestampOffset,
      int mtuSegmentBytes,
      long nowNanos) {
    super(context, options, arrival.segment, iss, timestampOffset, mtuSegmentBytes, nowNanos);
    this.listener = listener;
    localIpv4 = arrival.localIpv4;
    remoteIpv4 = arrival.remoteIpv4;
    ports = arrival.localPort << 16 | arrival.remotePort;
  }

  /** Of kept state. */
  QueuedEmbryo(
      ConnectionContext context,
      ListenState listener,
      int localIpv4,
      int remoteIpv4,
      int ports,
      HandoverReader reader)
      throws HandoverException {
    super(context, reader);
    this.listener = listener;
    this.localIpv4 = localIpv4;
    this.remoteIpv4 = remoteIpv4;
    this.ports = ports;
  }

  ListenState listener() {
    return listener;
  }

  @Override
  protected int deferRetries() {
    int seconds = listener.listener().optionOr(TcpOption.DEFER_ACCEPT_SECONDS, 0);
    return seconds == 0 ? 0 : retriesWithin(seconds);
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
    return 0;
  }

  @Override
  public int heapIndex() {
    return heapIndex;
  }

  @Override
  public void heapIndex(int index) {
    heapIndex = index;
  }
}
