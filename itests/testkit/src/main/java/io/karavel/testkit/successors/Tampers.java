package io.karavel.testkit.successors;

import io.karavel.engine.LaneContext;
import io.karavel.ip.spi.IpModule;
import io.karavel.packet.PacketBuffer;
import io.karavel.wire.InternetChecksum;
import io.karavel.wire.Seq;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Defects that show on the wire alone. */
public final class Tampers {
  private Tampers() {}

  /** One segment on its way down. */
  private static final class Out {
    final PacketBuffer packet;
    final ByteBuffer memory;
    final int at;
    final int ports;
    final int payload;

    Out(PacketBuffer packet) {
      this.packet = packet;
      memory = packet.memory();
      at = packet.transportOffset();
      ports = memory.getInt(at);
      payload = packet.length() - TcpHeader.headerLength(memory, at);
    }

    boolean has(int flag) {
      return (TcpHeader.flags(memory, at) & flag) != 0;
    }

    int sequence() {
      return TcpHeader.sequenceNumber(memory, at);
    }

    int end() {
      return sequence() + payload;
    }

    int acknowledgment() {
      return TcpHeader.acknowledgmentNumber(memory, at);
    }

    void acknowledgment(int value) {
      TcpHeader.acknowledgmentNumber(memory, at, value);
    }

    int localPort() {
      return ports >>> 16;
    }

    /** The same segment with another payload. */
    PacketBuffer with(LaneContext context, UnaryOperator<byte[]> change) {
      byte[] bytes = new byte[payload];
      packet.copyTo(packet.length() - payload, ByteBuffer.wrap(bytes), 0, payload);
      byte[] changed = change.apply(bytes);
      int header = packet.length() - payload;
      PacketBuffer other = context.packets().allocate(header + changed.length);
      int start = other.append(header + changed.length);
      other.memory().put(start, memory, at, header);
      other.memory().put(start + header, changed);
      TcpHeader.checksum(
          other.memory(),
          start,
          InternetChecksum.pseudoHeaderIpv4(
              packet.sourceIpv4(), packet.destinationIpv4(), 6, other.length()));
      other.checksumPartial(start, TcpHeader.CHECKSUM_OFFSET);
      other.direction(PacketBuffer.DOWN);
      other.transportOffset(start);
      other.sourceIpv4(packet.sourceIpv4());
      other.destinationIpv4(packet.destinationIpv4());
      other.protocol(packet.protocol());
      other.timeToLive(packet.timeToLive());
      other.trafficClass(packet.trafficClass());
      other.dontFragment(packet.dontFragment());
      packet.release();
      return other;
    }
  }

  /** Changes or swallows what is sent. */
  private interface Change {
    PacketBuffer of(Out out, LaneContext context, IpModule ip);
  }

  private static TamperedTcp.Tampering sending(Change change) {
    return new TamperedTcp.Tampering() {
      @Override
      public PacketBuffer sends(PacketBuffer segment, LaneContext context, IpModule ip) {
        return change.of(new Out(segment), context, ip);
      }
    };
  }

  private static PacketBuffer swallow(Out out) {
    out.packet.release();
    return null;
  }

  /** In CLOSING the acknowledgement is one too high. */
  public static TamperedTcp.Tampering closingAcknowledgesTooMuch() {
    Set<Integer> ended = new HashSet<>();
    return sending(
        (out, context, ip) -> {
          if (ended.contains(out.ports) && !out.has(TcpHeader.FIN)) {
            out.acknowledgment(out.acknowledgment() + 1);
          }
          if (out.has(TcpHeader.FIN)) {
            ended.add(out.ports);
          }
          return out.packet;
        });
  }

  /** In CLOSING the peer's FIN is not acknowledged. */
  public static TamperedTcp.Tampering closingAcknowledgesTooLittle() {
    Map<Integer, Integer> ended = new HashMap<>();
    return sending(
        (out, context, ip) -> {
          if (out.has(TcpHeader.FIN)) {
            ended.put(out.ports, out.acknowledgment());
          } else if (ended.containsKey(out.ports)) {
            out.acknowledgment(ended.get(out.ports));
          }
          return out.packet;
        });
  }

  /** Every 200th acknowledgement is one too low. */
  public static TamperedTcp.Tampering takesAcknowledgementsBack() {
    int[] count = {0};
    return sending(
        (out, context, ip) -> {
          if (++count[0] % 200 == 0 && !out.has(TcpHeader.SYN)) {
            out.acknowledgment(out.acknowledgment() - 1);
          }
          return out.packet;
        });
  }

  /** When something is missing it acknowledges that, too. */
  public static TamperedTcp.Tampering acknowledgesAHole() {
    return sending(
        (out, context, ip) -> {
          boolean selective =
              out.payload == 0
                  && TcpHeader.headerLength(out.memory, out.at) > 32
                  && !out.has(TcpHeader.SYN);
          if (selective) {
            out.acknowledgment(out.acknowledgment() + 1448);
          }
          return out.packet;
        });
  }

  /** What a peer with a port sends is acknowledged with more than it sent. */
  public static TamperedTcp.Tampering acknowledgesTooMuchTo(int remotePort) {
    return sending(
        (out, context, ip) -> {
          if ((out.ports & 0xffff) == remotePort && out.payload == 0) {
            out.acknowledgment(out.acknowledgment() + 1000);
          }
          return out.packet;
        });
  }

  /** Nothing is sent again to a port of peers. */
  public static TamperedTcp.Tampering neverSendsAgain(int remotePort) {
    Map<Integer, Integer> ends = new HashMap<>();
    return sending(
        (out, context, ip) -> {
          Integer end = ends.get(out.ports);
          if ((out.ports & 0xffff) != remotePort || out.payload == 0) {
            return out.packet;
          }
          if (end != null && Seq.lessOrEqual(out.end(), end)) {
            return swallow(out);
          }
          ends.put(out.ports, out.end());
          return out.packet;
        });
  }

  /** No timer is armed. */
  public static TamperedTcp.Tampering losesItsTimers() {
    return new TamperedTcp.Tampering() {
      @Override
      public boolean arms() {
        return false;
      }
    };
  }

  /** Nothing is sent to a port: a window that is shut is not probed. */
  public static TamperedTcp.Tampering neverProbes(int remotePort) {
    return sending(
        (out, context, ip) -> (out.ports & 0xffff) == remotePort ? swallow(out) : out.packet);
  }

  /** A byte is missing where a block of the ring ends; those behind it move up. */
  public static TamperedTcp.Tampering dropsAByteAtTheWrap() {
    Map<Integer, Integer> first = new HashMap<>();
    return sending(
        (out, context, ip) -> {
          if (out.payload < 2) {
            return out.packet;
          }
          int begin = out.sequence() - first.computeIfAbsent(out.ports, p -> out.sequence());
          if (begin < 0 || begin >>> 16 == (begin + out.payload) >>> 16) {
            return out.packet;
          }
          int wrap = (begin + out.payload & ~0xffff) - begin;
          return out.with(
              context,
              bytes -> {
                byte[] moved = bytes.clone();
                int from = Math.min(wrap + 1, bytes.length - 1);
                System.arraycopy(bytes, from, moved, from - 1, bytes.length - from);
                moved[bytes.length - 1] ^= 0x55;
                return moved;
              });
        });
  }

  /** What is sent again is not what was sent. */
  public static TamperedTcp.Tampering sendsOtherBytesAgain() {
    Map<Integer, Integer> ends = new HashMap<>();
    return sending(
        (out, context, ip) -> {
          Integer end = ends.get(out.ports);
          if (out.payload == 0) {
            return out.packet;
          }
          if (end == null || Seq.greaterThan(out.end(), end)) {
            ends.put(out.ports, out.end());
            return out.packet;
          }
          return out.with(
              context,
              bytes -> {
                bytes[0] ^= 1;
                return bytes;
              });
        });
  }

  /** What is sent to a port of peers is not what was written. */
  public static TamperedTcp.Tampering sendsOtherBytesTo(int remotePort) {
    return sending(
        (out, context, ip) ->
            (out.ports & 0xffff) == remotePort && out.payload > 0
                ? out.with(
                    context,
                    bytes -> {
                      bytes[bytes.length - 1] ^= 1;
                      return bytes;
                    })
                : out.packet);
  }

  /** There is a byte more at the end than was written. */
  public static TamperedTcp.Tampering sendsAByteTooMany() {
    return sending(
        (out, context, ip) ->
            out.payload > 0 && out.has(TcpHeader.PSH) && out.payload < 1400
                ? out.with(context, bytes -> Arrays.copyOf(bytes, bytes.length + 1))
                : out.packet);
  }

  /** All data has sequence numbers that are one too high. */
  public static TamperedTcp.Tampering skipsASequenceNumber() {
    return sending(
        (out, context, ip) -> {
          if (out.payload > 0) {
            TcpHeader.sequenceNumber(out.memory, out.at, out.sequence() + 1);
          }
          return out.packet;
        });
  }

  /** The checksum is wrong. */
  public static TamperedTcp.Tampering hasWrongChecksums() {
    return sending(
        (out, context, ip) -> {
          TcpHeader.checksum(out.memory, out.at, TcpHeader.checksum(out.memory, out.at) ^ 1);
          return out.packet;
        });
  }

  /** Resets what a listener has accepted. */
  public static TamperedTcp.Tampering resets(int localPort) {
    return sending(
        (out, context, ip) -> {
          if (out.localPort() == localPort && !out.has(TcpHeader.SYN)) {
            TcpHeader.flags(out.memory, out.at, TcpHeader.RST | TcpHeader.ACK);
          }
          return out.packet;
        });
  }

  /** Segments from a port of peers are not taken. */
  public static TamperedTcp.Tampering isDeafTo(int remotePort) {
    return new TamperedTcp.Tampering() {
      @Override
      public boolean receives(PacketBuffer segment) {
        return TcpHeader.sourcePort(segment.memory(), segment.offset()) != remotePort;
      }
    };
  }

  /** Sends all data three times. */
  public static TamperedTcp.Tampering repeatsEverything() {
    return sending(
        (out, context, ip) -> {
          if (out.payload > 0) {
            for (int i = 0; i < 2; i++) {
              PacketBuffer spare = context.packets().allocate(out.packet.length());
              int start = spare.append(out.packet.length());
              out.packet.copyTo(0, spare.memory(), start, out.packet.length());
              Out copy = copyOf(out, spare, start);
              ip.send(copy.packet);
            }
          }
          return out.packet;
        });
  }

  private static Out copyOf(Out out, PacketBuffer spare, int start) {
    spare.checksumPartial(start, TcpHeader.CHECKSUM_OFFSET);
    spare.direction(PacketBuffer.DOWN);
    spare.transportOffset(start);
    spare.sourceIpv4(out.packet.sourceIpv4());
    spare.destinationIpv4(out.packet.destinationIpv4());
    spare.protocol(out.packet.protocol());
    spare.timeToLive(out.packet.timeToLive());
    spare.trafficClass(out.packet.trafficClass());
    spare.dontFragment(out.packet.dontFragment());
    return new Out(spare);
  }

  /** While the peer's window is shut nothing is sent: no probe either. */
  public static TamperedTcp.Tampering isSilentAtAShutWindow() {
    Map<Integer, Boolean> shut = new HashMap<>();
    return new TamperedTcp.Tampering() {
      @Override
      public boolean receives(PacketBuffer segment) {
        int ports = segment.memory().getInt(segment.offset());
        int window = TcpHeader.window(segment.memory(), segment.offset());
        shut.put(Integer.rotateLeft(ports, 16), window == 0);
        return true;
      }

      @Override
      public PacketBuffer sends(PacketBuffer segment, LaneContext context, IpModule ip) {
        Out out = new Out(segment);
        return shut.getOrDefault(out.ports, false) ? swallow(out) : segment;
      }
    };
  }

  /** A byte is changed in each stream of 64 KiB that arrive: nobody sees that on the wire. */
  public static TamperedTcp.Tampering spoilsWhatArrives() {
    Map<Integer, Integer> first = new HashMap<>();
    return new TamperedTcp.Tampering() {
      @Override
      public boolean receives(PacketBuffer segment) {
        ByteBuffer memory = segment.memory();
        int at = segment.offset();
        int header = TcpHeader.headerLength(memory, at);
        int payload = segment.linearLength() - header;
        int sequence = TcpHeader.sequenceNumber(memory, at);
        int begin = sequence - first.computeIfAbsent(memory.getInt(at), ports -> sequence);
        if (payload > 0 && begin >>> 16 != (begin + payload) >>> 16) {
          int last = at + header + payload - 1;
          memory.put(last, (byte) (memory.get(last) ^ 1));
          segment.checksumState(PacketBuffer.CHECKSUM_VERIFIED);
        }
        return true;
      }
    };
  }
}
