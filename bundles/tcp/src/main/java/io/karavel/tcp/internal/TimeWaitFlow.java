package io.karavel.tcp.internal;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.internal.connection.TimeWaitRecord;

/** A TIME-WAIT record with its addresses. */
final class TimeWaitFlow extends TimeWaitRecord implements Flow, DeadlineHeap.Entry {
  private final int localIpv4;
  private final int remoteIpv4;
  private final int ports;
  private final long id;
  private int heapIndex;

  /** What remains of a connection. */
  TimeWaitFlow(Connection connection, TcpSettings settings, long nowNanos) {
    super(connection.core(), settings, nowNanos);
    localIpv4 = connection.localIpv4();
    remoteIpv4 = connection.remoteIpv4();
    ports = connection.localPort() << 16 | connection.remotePort();
    id = connection.id();
  }

  /** Of kept state. */
  TimeWaitFlow(int localIpv4, int remoteIpv4, int ports, long id, HandoverReader reader)
      throws HandoverException {
    super(reader);
    this.localIpv4 = localIpv4;
    this.remoteIpv4 = remoteIpv4;
    this.ports = ports;
    this.id = id;
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
    return id;
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
