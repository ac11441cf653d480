package io.karavel.ip.internal;

import static io.karavel.ip.internal.IpFixture.PEER;
import static io.karavel.ip.internal.IpFixture.US;
import static io.karavel.ip.internal.IpFixture.fromPeer;
import static io.karavel.ip.internal.IpFixture.icmp;
import static io.karavel.ip.internal.IpFixture.ipv4;
import static io.karavel.ip.internal.IpFixture.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.karavel.packet.PacketBuffer;
import io.karavel.wire.TcpHeader;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** The way of a packet, up or down, allocates nothing. */
class HotPathAllocationTest {
  private static final int ROUNDS = 20_000;

  private final IpFixture f = new IpFixture();

  private static long allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  private void expectNoAllocation(Runnable step) {
    for (int i = 0; i < ROUNDS; i++) {
      step.run();
    }
    long before = allocated();
    for (int i = 0; i < ROUNDS; i++) {
      step.run();
    }
    assertThat((allocated() - before) / ROUNDS).as("bytes per packet").isZero();
  }

  private void quiet() {
    f.meetPeer();
    f.ip.confirmReachable(PEER);
    f.device.discard = true;
    f.tcp.discard = true;
  }

  private void receive(byte[] bytes) {
    PacketBuffer frame = f.lane.packets.allocate(bytes.length);
    frame.memory().put(frame.append(bytes.length), bytes);
    frame.interfaceIndex(1);
    f.ip.onFrame(frame);
    f.ip.flush();
  }

  @Test
  void ofReceivedSegments() {
    quiet();
    byte[] frame = fromPeer(ipv4(PEER, US, 6, pattern(1000)));
    expectNoAllocation(() -> receive(frame));
  }

  @Test
  void ofSentSegments() {
    quiet();
    byte[] payload = pattern(1000);
    expectNoAllocation(
        () -> {
          f.ip.send(f.datagram(US, PEER, 6, payload));
          f.ip.confirmReachable(PEER);
          f.ip.flush();
        });
  }

  @Test
  void ofSuperSegmentsCutInSoftware() {
    quiet();
    byte[] header = new byte[20];
    TcpHeader.write(ByteBuffer.wrap(header), 0, 1, 2, 3, 4, 20, TcpHeader.ACK, 5, 0);
    ByteBuffer ring = ByteBuffer.allocateDirect(60_000);
    expectNoAllocation(
        () -> {
          PacketBuffer datagram = f.datagram(US, PEER, 6, header);
          datagram.addSlice(ring, 0, 60_000);
          datagram.segmentation(PacketBuffer.SEGMENTATION_TCP4, 1460);
          datagram.checksumPartial(datagram.offset(), TcpHeader.CHECKSUM_OFFSET);
          f.ip.send(datagram);
        });
  }

  @Test
  void ofEchoRequestsAnswered() {
    f.set("icmpEchoRepliesPerSecond", 10_000_000);
    f.set("icmpEchoBurst", 1_000_000);
    quiet();
    byte[] frame = fromPeer(ipv4(PEER, US, 1, icmp(8, 0, 1, pattern(56))));
    expectNoAllocation(() -> receive(frame));
  }

  @Test
  void ofPacketsToItself() {
    quiet();
    byte[] payload = pattern(1000);
    expectNoAllocation(
        () -> {
          f.ip.send(f.datagram(US, US, 6, payload));
          f.ip.flush();
        });
  }

  @Test
  void ofDroppedPackets() {
    quiet();
    byte[] frame = fromPeer(ipv4(PEER, IpFixture.ip("10.0.0.9"), 6, pattern(100)));
    expectNoAllocation(() -> receive(frame));
  }
}
