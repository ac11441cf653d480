package io.karavel.tcp.internal;

import io.karavel.address.IpAddress;
import io.karavel.engine.SettingsException;
import io.karavel.engine.Timer;
import io.karavel.ip.spi.TransportProtocol;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketQueue;
import io.karavel.tcp.TcpSettings;
import io.karavel.wire.InternetChecksum;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Lanes connected by a wire without delay, on virtual time. Segments go in order of sending; a
 * filter can lose them, and each is noted.
 */
final class TestNet {
  static final long MILLI = 1_000_000L;
  static final long SECOND = 1_000_000_000L;

  /** A segment that went over the wire. */
  record Sent(
      long nanos,
      int from,
      int fromPort,
      int to,
      int toPort,
      int flags,
      int sequence,
      int acknowledgment,
      int window,
      int payloadBytes) {
    boolean has(int flag) {
      return (flags & flag) != 0;
    }

    @Override
    public String toString() {
      String names = "FSRPAUEC";
      StringBuilder text = new StringBuilder();
      for (int bit = 0; bit < 8; bit++) {
        if ((flags & 1 << bit) != 0) {
          text.append(names.charAt(bit));
        }
      }
      return nanos / MILLI
          + "ms "
          + IpAddress.format(from)
          + ":"
          + fromPort
          + ">"
          + toPort
          + " "
          + text
          + " "
          + Integer.toUnsignedString(sequence)
          + "("
          + payloadBytes
          + ") ack "
          + Integer.toUnsignedString(acknowledgment)
          + " win "
          + window;
    }
  }

  long nowNanos = 1000 * SECOND;
  private final List<TestLane> ordered = new ArrayList<>();
  private final PacketQueue wire = new PacketQueue();
  final List<Sent> sent = new ArrayList<>();
  boolean noting = true;

  /** Says which segments are lost. */
  Predicate<Sent> loses = segment -> false;

  static TcpSettings settings(Object... keysAndValues) throws SettingsException {
    Map<String, Object> raw = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      raw.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return TcpSettings.parse(raw);
  }

  TestLane lane(String address, Object... keysAndValues) {
    try {
      TestLane lane = new TestLane(this, address, address, settings(keysAndValues));
      ordered.add(lane);
      return lane;
    } catch (SettingsException e) {
      throw new AssertionError(e);
    }
  }

  void send(PacketBuffer datagram) {
    wire.add(datagram);
  }

  /** Puts a segment on the wire that no lane sent. */
  void inject(
      int from,
      int fromPort,
      TestLane to,
      int toPort,
      int flags,
      int sequence,
      int acknowledgment,
      java.util.function.Consumer<io.karavel.wire.TcpOptionWriter> options,
      int payloadBytes) {
    PacketBuffer packet = to.packets.allocate(200 + payloadBytes);
    int at = packet.append(20);
    io.karavel.wire.TcpOptionWriter writer =
        new io.karavel.wire.TcpOptionWriter().begin(packet.memory(), at + 20);
    options.accept(writer);
    int header = 20 + writer.end();
    packet.append(header - 20 + payloadBytes);
    TcpHeader.write(
        packet.memory(), at, fromPort, toPort, sequence, acknowledgment, header, flags, 65535, 0);
    TcpHeader.checksum(
        packet.memory(),
        at,
        InternetChecksum.pseudoHeaderIpv4(from, to.ipv4, TransportProtocol.TCP, packet.length()));
    packet.sourceIpv4(from);
    packet.destinationIpv4(to.ipv4);
    wire.add(packet);
  }

  /** Like the other, without options and payload. */
  void inject(int from, int fromPort, TestLane to, int toPort, int flags, int sequence, int ack) {
    inject(from, fromPort, to, toPort, flags, sequence, ack, writer -> {}, 0);
  }

  /** The last segment sent to an address. */
  Sent lastTo(int ipv4) {
    for (int i = sent.size() - 1; i >= 0; i--) {
      if (sent.get(i).to() == ipv4) {
        return sent.get(i);
      }
    }
    return null;
  }

  /** Delivers and works until nothing is left to do at this moment. */
  void run() {
    for (int rounds = 0; ; rounds++) {
      if (rounds > 100_000) {
        throw new AssertionError(
            "no rest: " + sent.subList(Math.max(0, sent.size() - 20), sent.size()));
      }
      boolean busy = false;
      for (int i = wire.size(); i > 0; i--) {
        deliver(wire.poll());
        busy = true;
      }
      for (int i = 0; i < ordered.size(); i++) {
        busy |= ordered.get(i).turn();
      }
      if (!busy && wire.isEmpty()) {
        return;
      }
    }
  }

  /** Lets time pass, timer by timer. */
  void advance(long nanos) {
    run();
    long end = nowNanos + nanos;
    while (true) {
      long next = Timer.NOT_ARMED;
      for (int i = 0; i < ordered.size(); i++) {
        if (ordered.get(i).module != null) {
          next = Math.min(next, ordered.get(i).timers.next());
        }
      }
      if (next > end) {
        nowNanos = end;
        return;
      }
      nowNanos = Math.max(nowNanos, next);
      run();
    }
  }

  private TestLane laneOf(int ipv4) {
    for (int i = 0; i < ordered.size(); i++) {
      if (ordered.get(i).ipv4 == ipv4) {
        return ordered.get(i);
      }
    }
    return null;
  }

  private void deliver(PacketBuffer packet) {
    ByteBuffer memory = packet.memory();
    int at = packet.offset();
    int length = packet.length();
    Sent segment = null;
    if (noting) {
      segment =
          new Sent(
              nowNanos,
              packet.sourceIpv4(),
              TcpHeader.sourcePort(memory, at),
              packet.destinationIpv4(),
              TcpHeader.destinationPort(memory, at),
              TcpHeader.flags(memory, at),
              TcpHeader.sequenceNumber(memory, at),
              TcpHeader.acknowledgmentNumber(memory, at),
              TcpHeader.window(memory, at),
              length - TcpHeader.headerLength(memory, at));
      sent.add(segment);
    }
    TestLane to = laneOf(packet.destinationIpv4());
    if (to == null || segment != null && loses.test(segment)) {
      packet.release();
      return;
    }
    PacketBuffer copy = to.packets.allocate(length);
    int index = copy.append(length);
    packet.copyTo(0, copy.memory(), index, length);
    copy.sourceIpv4(packet.sourceIpv4());
    copy.destinationIpv4(packet.destinationIpv4());
    copy.protocol(packet.protocol());
    copy.trafficClass(packet.trafficClass());
    copy.segmentation(packet.segmentationType(), packet.segmentSize());
    if (packet.segmentSize() > 0) {
      copy.checksumState(PacketBuffer.CHECKSUM_VERIFIED);
    } else {
      complete(copy, index, length);
    }
    packet.release();
    if (to.module == null) {
      to.parked.add(copy);
    } else {
      to.module.onDatagram(copy);
    }
  }

  private static void complete(PacketBuffer packet, int index, int length) {
    int pseudo =
        InternetChecksum.pseudoHeaderIpv4(
            packet.sourceIpv4(), packet.destinationIpv4(), TransportProtocol.TCP, length);
    if (TcpHeader.checksum(packet.memory(), index) != pseudo) {
      throw new AssertionError("the partial checksum is not that of the pseudo-header");
    }
    TcpHeader.checksum(
        packet.memory(),
        index,
        InternetChecksum.finish(InternetChecksum.sum(packet.memory(), index, length)));
  }

  /** Packet buffers that are not released. */
  long outstanding() {
    return ordered.stream().mapToLong(lane -> lane.packets.outstanding()).sum();
  }
}
