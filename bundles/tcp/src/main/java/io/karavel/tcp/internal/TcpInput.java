package io.karavel.tcp.internal;

import io.karavel.engine.DropReason;
import io.karavel.engine.Drops;
import io.karavel.ip.spi.TransportProtocol;
import io.karavel.packet.PacketBuffer;
import io.karavel.tcp.internal.connection.Resets;
import io.karavel.tcp.internal.connection.Segment;
import io.karavel.wire.HeaderVerdict;
import io.karavel.wire.InternetChecksum;
import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionParser;
import java.nio.ByteBuffer;

/**
 * The way of a segment from IP: checked, parsed, and given to its connection, TIME-WAIT record,
 * embryo or listener; answered with RST if it belongs to nobody (RFC 9293 §3.10.7.1).
 */
final class TcpInput {
  private static final long CONFIRM_NANOS = 1_000_000_000L;

  private final TcpLane lane;
  private final Flows flows;
  private final TcpOutput output;
  private final TcpFlusher flusher;
  private final Listeners listeners;
  private final TimeWaits timeWaits;
  private final Drops drops;
  private final Arrival arrival = new Arrival();
  private final TcpOptionParser options = new TcpOptionParser();

  TcpInput(
      TcpLane lane,
      Flows flows,
      TcpOutput output,
      TcpFlusher flusher,
      Listeners listeners,
      TimeWaits timeWaits) {
    this.lane = lane;
    this.flows = flows;
    this.output = output;
    this.flusher = flusher;
    this.listeners = listeners;
    this.timeWaits = timeWaits;
    drops = lane.context.drops();
  }

  /** A datagram from IP, which is released here. */
  void onDatagram(PacketBuffer datagram) {
    lane.mib.inSegs.increment();
    ByteBuffer memory = datagram.memory();
    int offset = datagram.offset();
    int length = datagram.linearLength();
    if (TcpHeader.validate(memory, offset, length) != HeaderVerdict.OK) {
      lane.mib.inErrs.increment();
      drops.drop(datagram, DropReason.TCP_TRUNCATED);
      return;
    }
    if (datagram.checksumState() == PacketBuffer.CHECKSUM_UNKNOWN
        && !checksumIsValid(datagram, memory, offset, length)) {
      lane.mib.inErrs.increment();
      lane.mib.inCsumErrors.increment();
      drops.drop(datagram, DropReason.TCP_CHECKSUM);
      return;
    }
    arrival.localIpv4 = datagram.destinationIpv4();
    arrival.localPort = TcpHeader.destinationPort(memory, offset);
    arrival.remoteIpv4 = datagram.sourceIpv4();
    arrival.remotePort = TcpHeader.sourcePort(memory, offset);
    if (arrival.localPort == 0
        || arrival.remotePort == 0
        || !isUnicast(arrival.localIpv4)
        || !isUnicast(arrival.remoteIpv4)) {
      drops.drop(datagram, DropReason.TCP_ADDRESS);
      return;
    }
    parse(datagram, memory, offset, length);
    deliver();
    datagram.release();
  }

  private static boolean isUnicast(int ipv4) {
    return ipv4 != 0 && ipv4 >>> 28 < 0xe;
  }

  private static boolean checksumIsValid(
      PacketBuffer datagram, ByteBuffer memory, int offset, int length) {
    int pseudo =
        InternetChecksum.pseudoHeaderIpv4(
            datagram.sourceIpv4(), datagram.destinationIpv4(), TransportProtocol.TCP, length);
    return InternetChecksum.sum(memory, offset, length, pseudo) == 0xffff;
  }

  private void parse(PacketBuffer datagram, ByteBuffer memory, int offset, int length) {
    int headerBytes = TcpHeader.headerLength(memory, offset);
    Segment segment = arrival.segment.clear().header(memory, offset);
    if (headerBytes > TcpHeader.MINIMUM_LENGTH) {
      options.parseSegment(memory, offset);
      segment.options(options);
    }
    segment.payload(memory, offset + headerBytes, length - headerBytes);
    segment.segmentBytes = datagram.segmentSize();
    segment.ecn = datagram.trafficClass() & 3;
  }

  private void deliver() {
    Flow flow = flows.find(arrival);
    if (flow instanceof Connection connection) {
      toConnection(connection);
    } else if (flow instanceof TimeWaitFlow record) {
      if (timeWaits.onSegment(record, arrival)) {
        reopen(record);
      }
    } else if (flow instanceof QueuedEmbryo embryo) {
      listeners.onSegment(embryo, arrival);
    } else {
      toNobodyYet();
    }
  }

  private void toConnection(Connection connection) {
    long nowNanos = lane.nowNanos();
    lane.serve(connection);
    DropReason reason = connection.core().onSegment(arrival.segment, nowNanos);
    if (reason != null) {
      drops.count(reason);
    } else if (nowNanos - connection.confirmedNanos > CONFIRM_NANOS) {
      connection.confirmedNanos = nowNanos;
      if (lane.ip.module() != null) {
        lane.ip.module().confirmReachable(connection.remoteIpv4());
      }
    }
    flusher.apply(connection);
    lane.current = null;
    flusher.owe(connection);
  }

  /** A SYN that may have the tuple of a TIME-WAIT record (RFC 6191). */
  private void reopen(TimeWaitFlow record) {
    ListenState listener = listeners.find(arrival);
    if (listener == null) {
      drops.count(DropReason.TCP_TIME_WAIT);
      timeWaits.acknowledge(record);
      return;
    }
    // refused at a limit, the record goes on guarding its tuple
    listeners.onSyn(listener, arrival, record);
  }

  /** LISTEN and CLOSED, RFC 9293 §3.10.7.1 and §3.10.7.2. */
  private void toNobodyYet() {
    Segment segment = arrival.segment;
    if (segment.rst()) {
      drops.count(DropReason.TCP_STRAY_RST);
      return;
    }
    if (lane.ip.module() != null && lane.ip.module().isBroadcast(arrival.localIpv4)) {
      // RFC 9293 MUST-57: neither answered nor refused.
      drops.count(DropReason.TCP_ADDRESS);
      return;
    }
    ListenState listener = listeners.find(arrival);
    if (listener != null) {
      if (segment.ack()) {
        if (!segment.syn() && listeners.onAck(listener, arrival)) {
          return;
        }
        reset(DropReason.TCP_ACK);
      } else if (segment.syn()) {
        listeners.onSyn(listener, arrival, null);
      } else {
        drops.count(DropReason.TCP_FLAGS);
      }
      return;
    }
    reset(DropReason.TCP_NO_SOCKET);
  }

  private void reset(DropReason reason) {
    drops.count(reason);
    if (Resets.answer(arrival.segment, lane.out)) {
      output.answer(arrival);
    }
  }
}
