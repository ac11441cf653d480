package io.karavel.tcp.internal.connection;

import io.karavel.engine.Counters;
import io.karavel.engine.DropReason;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.ByteRing;
import io.karavel.tcp.spi.RingMemory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One core with rings and an application that the test plays; segments go out into a list. */
final class Peer {
  /** A segment on its way, by value. */
  static final class Packet {
    final Segment segment = new Segment();
    final long sentNanos;
    final boolean retransmission;

    Packet(TransmitSegment from, ByteRing ring, int offset, int length, boolean last, long now) {
      sentNanos = now;
      retransmission = from.retransmission;
      segment.sequence = from.sequence + offset;
      segment.acknowledgment = from.acknowledgment;
      segment.flags = last ? from.flags : from.flags & ~(1 | 8);
      segment.windowField = from.windowField;
      segment.maximumSegmentSize = from.maximumSegmentSize;
      segment.windowScale = from.windowScale;
      segment.sackPermitted = from.sackPermitted;
      segment.timestampsPresent = from.timestampsPresent;
      segment.timestampValue = from.timestampValue;
      segment.timestampEcho = from.timestampEcho;
      segment.sackCount = from.sackCount;
      System.arraycopy(from.sackLeft, 0, segment.sackLeft, 0, 4);
      System.arraycopy(from.sackRight, 0, segment.sackRight, 0, 4);
      ByteBuffer payload = ByteBuffer.allocate(length);
      if (length > 0) {
        ring.copy(from.payloadPosition + offset, payload, 0, length);
      }
      segment.payload(payload, 0, length);
    }

    @Override
    public String toString() {
      return (sentNanos / 1_000_000.0)
          + " ms "
          + (segment.syn() ? "S" : "")
          + (segment.fin() ? "F" : "")
          + (segment.rst() ? "R" : "")
          + " "
          + Integer.toUnsignedString(segment.sequence)
          + "("
          + segment.payloadLength
          + ")"
          + (segment.ack() ? " ack " + Integer.toUnsignedString(segment.acknowledgment) : "")
          + " win "
          + segment.windowField;
    }
  }

  final Counters counters = new Counters();
  final ConnectionContext context;
  final RingMemory memory = new RingMemory(1L << 30);
  final ByteRing receiveRing = new ByteRing(memory, 1);
  final ByteRing sendRing = new ByteRing(memory, 1);
  final List<Packet> out = new ArrayList<>();
  final TransmitSegment transmit = new TransmitSegment();
  ConnectionOptions options = ConnectionOptions.NONE;
  KeepaliveTimes keepalive = KeepaliveTimes.OFF;
  TcpConnection connection;
  Embryo embryo;
  TimeWaitRecord timeWait;
  int segmentationBytes;
  int mtuSegmentBytes = 1460;
  int events;
  DropReason lastDrop;
  boolean listening;
  int iss;

  Peer(TcpSettings settings, int iss) {
    context = new ConnectionContext(settings, counters);
    this.iss = iss;
  }

  static TcpSettings settings(Object... keysAndValues) {
    Map<String, Object> map = new java.util.HashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    try {
      return TcpSettings.parse(map);
    } catch (io.karavel.engine.SettingsException e) {
      throw new IllegalArgumentException(e);
    }
  }

  void connect(long now) {
    connection =
        TcpConnection.connect(
            context,
            options,
            keepalive,
            receiveRing,
            sendRing,
            iss,
            1000,
            mtuSegmentBytes,
            null,
            now);
    flush(now);
  }

  void deliver(Segment segment, long now) {
    if (connection != null) {
      lastDrop = connection.onSegment(segment, now);
      flush(now);
      return;
    }
    if (timeWait != null) {
      switch (timeWait.onSegment(segment, context.settings(), now)) {
        case ACKNOWLEDGE -> {
          timeWait.acknowledge(transmit, now);
          emit(now);
        }
        case END -> timeWait = null;
        case REOPEN -> {
          timeWait = null;
          events = 0;
          deliver(segment, now);
        }
        default -> {}
      }
      return;
    }
    if (embryo == null && listening && segment.syn() && !segment.ack() && !segment.rst()) {
      embryo =
          new Embryo(context, ConnectionOptions.NONE, segment, iss, 2000, mtuSegmentBytes, now);
      embryo.synAck(transmit, now);
      emit(now);
      return;
    }
    if (embryo != null) {
      deliverToEmbryo(segment, now);
      return;
    }
    if (Resets.answer(segment, transmit)) {
      emit(now);
    }
  }

  private void deliverToEmbryo(Segment segment, long now) {
    switch (embryo.onSegment(segment, now)) {
      case SYN_ACK -> {
        embryo.synAck(transmit, now);
        emit(now);
      }
      case CHALLENGE_ACK -> {
        embryo.challengeAck(transmit, now);
        emit(now);
      }
      case RESET -> {
        Resets.answer(segment, transmit);
        emit(now);
      }
      case REMOVE, GIVE_UP -> embryo = null;
      case OPEN -> {
        connection =
            TcpConnection.accept(context, options, keepalive, receiveRing, sendRing, embryo, now);
        embryo = null;
        lastDrop = connection.onSegment(segment, now);
        flush(now);
      }
      default -> {}
    }
  }

  void flush(long now) {
    if (connection == null) {
      return;
    }
    for (int i = 0; connection.pollTransmit(transmit, segmentationBytes, now); i++) {
      emit(now);
      if (i > 100_000) {
        throw new AssertionError("transmits for ever: " + connection.details(now));
      }
    }
    events |= connection.takeEvents();
    if ((events & ConnectionEvents.ENTER_TIME_WAIT) != 0 && timeWait == null) {
      timeWait = new TimeWaitRecord(connection, context.settings(), now);
      connection = null;
    }
  }

  private void emit(long now) {
    int size = transmit.segmentBytes > 0 ? transmit.segmentBytes : Integer.MAX_VALUE;
    int offset = 0;
    do {
      int length = Math.min(size, transmit.payloadLength - offset);
      boolean last = offset + length == transmit.payloadLength;
      out.add(new Packet(transmit, sendRing, offset, length, last, now));
      offset += length;
    } while (offset < transmit.payloadLength);
  }

  List<Packet> take() {
    List<Packet> taken = new ArrayList<>(out);
    out.clear();
    return taken;
  }

  int write(byte[] bytes, int from, int length, long now) {
    int count = sendRing.write(ByteBuffer.wrap(bytes, from, length));
    if (count > 0 && connection != null) {
      connection.written(now);
      flush(now);
    }
    return count;
  }

  byte[] read(int most, long now) {
    ByteBuffer target = ByteBuffer.allocate(most);
    receiveRing.read(target);
    byte[] bytes = new byte[target.position()];
    target.flip().get(bytes);
    if (connection != null && bytes.length > 0) {
      connection.read(now);
      flush(now);
    }
    return bytes;
  }

  long nextDeadline() {
    long next = Long.MAX_VALUE;
    if (connection != null) {
      next = Math.min(next, connection.nextDeadlineNanos());
    }
    if (embryo != null) {
      next = Math.min(next, embryo.nextDeadlineNanos());
    }
    if (timeWait != null) {
      next = Math.min(next, timeWait.nextDeadlineNanos());
    }
    return next;
  }

  void onDeadline(long now) {
    if (embryo != null && embryo.nextDeadlineNanos() <= now) {
      switch (embryo.onDeadline(now)) {
        case SYN_ACK -> {
          embryo.synAck(transmit, now);
          emit(now);
        }
        case GIVE_UP -> embryo = null;
        default -> {}
      }
    }
    if (connection != null && connection.nextDeadlineNanos() <= now) {
      connection.onDeadline(now);
      flush(now);
    }
    if (timeWait != null && timeWait.nextDeadlineNanos() <= now) {
      timeWait = null;
    }
  }

  TcpState state() {
    if (connection != null) {
      return connection.state();
    }
    if (timeWait != null) {
      return TcpState.TIME_WAIT;
    }
    return embryo != null ? TcpState.SYN_RECEIVED : TcpState.CLOSED;
  }

  boolean had(int event) {
    return (events & event) != 0;
  }

  TcpError failure() {
    return connection == null ? null : connection.failure();
  }

  long count(String name) {
    return counters.counter(name).value();
  }
}
