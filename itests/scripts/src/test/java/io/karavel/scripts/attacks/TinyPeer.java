package io.karavel.scripts.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.testkit.ByteStream;
import io.karavel.testkit.HarnessBuilder;
import io.karavel.testkit.PacketBuilder;
import io.karavel.testkit.SegmentOption;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionParser;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A peer that asks for the smallest segments and offers the largest window. Every byte sent to it
 * is compared; numbers are relative to the first byte of data.
 */
final class TinyPeer {
  /** The smallest size that a peer can make a stack use. */
  static final int MSS = 48;

  private static final Duration ROUND_TRIP = Duration.ofMillis(10);
  private static final int PORT = 40_000;
  private static final int PEER_ISN = 1000;
  private static final long LARGEST_SHIFT = 14;

  private final StackHarness stack;
  private final TcpSocket socket;
  private final ByteStream stream = new ByteStream(1);
  private int ourIsn;
  private int written;
  private int unacknowledged;
  private int next;
  private long segments;
  private int longest;

  /** Opens the connection, with SACK, telling this segment size. */
  TinyPeer(HarnessBuilder builder, long mss) throws TcpException {
    stack = builder.tcp("congestionControl", "newreno").build();
    TcpListener listener = stack.tcp().listen(new IpEndpoint(StackHarness.LOCAL, 80), 1);
    List<SegmentOption> options =
        List.of(
            SegmentOption.of(TcpOptionParser.MAXIMUM_SEGMENT_SIZE, mss),
            SegmentOption.of(TcpOptionParser.SACK_PERMITTED),
            SegmentOption.of(TcpOptionParser.WINDOW_SCALE, LARGEST_SHIFT));
    stack.deliver(segment(-1, 0, TcpHeader.SYN).options(options).tcp());
    ourIsn = stack.output().get(0).sequenceNumber() + 1;
    stack.deliver(segment(0, 0, TcpHeader.ACK).tcp());
    socket = listener.accept();
    stack.onSent(stack.devices().get(0), this::arrived);
  }

  private void arrived(WirePacket packet) {
    int length = packet.payloadLength();
    if (length == 0) {
      return;
    }
    int at = packet.sequenceNumber() - ourIsn;
    int size = packet.segmentSize() > 0 ? packet.segmentSize() : length;
    segments += (length + size - 1) / size;
    longest = Math.max(longest, Math.min(size, length));
    next = Math.max(next, at + length);
    assertThat(stream.mismatch(ByteBuffer.wrap(packet.payload()), at)).isNegative();
  }

  private PacketBuilder segment(int sequence, int acknowledgment, int flags) {
    return new PacketBuilder()
        .from(StackHarness.PEER, PORT)
        .to(StackHarness.LOCAL, 80)
        .sequence(PEER_ISN + sequence)
        .acknowledgment((flags & TcpHeader.ACK) == 0 ? 0 : ourIsn + acknowledgment)
        .window(65535)
        .flags(flags);
  }

  /** A byte of the peer's. */
  byte[] data(int sequence) {
    return segment(sequence, unacknowledged, TcpHeader.ACK).payload(new byte[1]).tcp();
  }

  /** An acknowledgement with the edges of blocks, left and right in turn. */
  byte[] acknowledgement(int acknowledgment, int... edges) {
    PacketBuilder packet = segment(0, acknowledgment, TcpHeader.ACK);
    if (edges.length > 0) {
      List<Long> values = new ArrayList<>();
      for (int edge : edges) {
        values.add(Integer.toUnsignedLong(ourIsn + edge));
      }
      packet.options(List.of(new SegmentOption(TcpOptionParser.SACK, values, null)));
    }
    return packet.tcp();
  }

  void deliver(byte[] packet) {
    stack.deliver(packet);
  }

  /** What was sent arrives, and its acknowledgement goes out. */
  void roundTrip() {
    stack.advance(ROUND_TRIP);
  }

  /** Acknowledges everything that was sent, a round trip later. */
  void acknowledgeAll() {
    roundTrip();
    unacknowledged = next;
    stack.deliver(acknowledgement(next));
  }

  /** Writes up to so many bytes in all, as far as they fit into the buffer. */
  void write(int until) throws TcpException {
    while (written < until) {
      int count = socket.write(stream.from(written, until - written));
      if (count == 0) {
        break;
      }
      written += count;
    }
    stack.settle();
  }

  /** Writes and acknowledges until at least so many segments have gone a round trip ago. */
  TinyPeer fill(int most) throws TcpException {
    write(unacknowledged + most * MSS);
    while (flight() < most) {
      acknowledgeAll();
      write(unacknowledged + most * MSS);
    }
    roundTrip();
    return this;
  }

  /** Segments sent and not acknowledged. */
  int flight() {
    return (next - unacknowledged + MSS - 1) / MSS;
  }

  int unacknowledged() {
    return unacknowledged;
  }

  /** Behind everything sent. */
  int next() {
    return next;
  }

  /** How many segments have arrived, those that came again too. */
  long segments() {
    return segments;
  }

  /** Payload of the longest of them. */
  int longest() {
    return longest;
  }

  StackHarness stack() {
    return stack;
  }
}
