package io.karavel.benchmarks.jmh;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.testkit.HarnessBuilder;
import io.karavel.testkit.PacketBuilder;
import io.karavel.testkit.SegmentOption;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import io.karavel.wire.TcpHeader;
import java.util.List;

/** A stack on virtual time and a peer that makes segments by hand. */
final class Talker {
  private static final int PEER_ISN = 1000;
  private static final int PORTS = 60_000;

  final StackHarness stack;
  private final TcpListener listener;
  private IpAddress peer;
  private int port;
  private int ourIsn;
  TcpSocket socket;

  Talker(HarnessBuilder builder) throws TcpException {
    stack = builder.tcp("maxAcceptBacklog", 65535).build();
    listener = stack.tcp().listen(new IpEndpoint(IpAddress.ANY, 80), 65535);
  }

  /** Opens the connection of such a number; it is the one spoken on from now on. */
  void open(int number, SegmentOption... options) throws TcpException {
    peer = IpAddress.parse("10.77.0." + (10 + number / PORTS));
    port = 1024 + number % PORTS;
    stack.deliver(segment(-1, 0, TcpHeader.SYN).options(List.of(options)).tcp());
    WirePacket answer = stack.output().get(0);
    ourIsn = answer.sequenceNumber() + 1;
    stack.deliver(segment(0, 0, TcpHeader.ACK).tcp());
    stack.output();
    socket = listener.accept();
  }

  /** A segment of the peer; numbers relative to the initial ones. */
  PacketBuilder segment(int sequence, int acknowledgment, int flags) {
    return new PacketBuilder()
        .from(peer, port)
        .to(StackHarness.LOCAL, 80)
        .sequence(PEER_ISN + sequence)
        .acknowledgment((flags & TcpHeader.ACK) == 0 ? 0 : ourIsn + acknowledgment)
        .window(65535)
        .flags(flags);
  }

  /** The absolute number of one of ours. */
  int ours(int sequence) {
    return ourIsn + sequence;
  }
}
