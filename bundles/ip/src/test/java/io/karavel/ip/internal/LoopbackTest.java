package io.karavel.ip.internal;

import static io.karavel.ip.internal.IpFixture.US;
import static io.karavel.ip.internal.IpFixture.bytes;
import static io.karavel.ip.internal.IpFixture.ip;
import static io.karavel.ip.internal.IpFixture.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.DropReason;
import io.karavel.packet.PacketBuffer;
import io.karavel.wire.Ipv4Header;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Packets to our own addresses. */
class LoopbackTest {
  private final IpFixture f = new IpFixture();

  @Test
  void takesAPacketInOnlyAtTheEndOfTheBurst() {
    f.ip.send(f.datagram(0, US, 6, pattern(100)));
    assertThat(f.tcp.datagrams).isEmpty();
    assertThat(f.lane.again).isTrue();
    f.ip.flush();
    PacketBuffer datagram = f.tcp.datagrams.remove();
    assertThat(bytes(datagram)).isEqualTo(pattern(100));
    assertThat(datagram.sourceIpv4()).isEqualTo(US);
    assertThat(Ipv4Header.checksumIsValid(datagram.memory(), datagram.networkOffset())).isTrue();
    datagram.release();
    f.expectNothingSent();
    f.expectNoLeak();
  }

  @Test
  void asksForATurnAfterWhatItTookInSinceThoseAboveHaveBeenFlushedBefore() {
    f.ip.send(f.datagram(0, US, 6, pattern(100)));
    f.lane.again = false;
    f.ip.flush();
    assertThat(f.lane.again).isTrue();
    f.lane.again = false;
    f.ip.flush();
    assertThat(f.lane.again).isFalse();
    f.tcp.datagrams.remove().release();
    f.ip.send(f.datagram(ip("10.0.0.77"), IpFixture.PEER, 6, pattern(20))); // not ours: an error
    f.lane.again = false;
    f.ip.flush();
    assertThat(f.tcp.errors).hasSize(1);
    assertThat(f.lane.again).isTrue();
  }

  @Test
  void reachesEveryLoopbackAddressAndFromThere() {
    f.send(f.datagram(ip("127.0.0.1"), ip("127.1.2.3"), 6, pattern(10)));
    f.send(f.datagram(US, ip("127.0.0.1"), 6, pattern(10)));
    assertThat(f.tcp.datagrams).hasSize(2);
    assertThat(f.tcp.datagrams.remove().sourceIpv4()).isEqualTo(ip("127.0.0.1"));
  }

  @Test
  void copiesLentMemoryAndGivesItBackAtOnce() {
    byte[] payload = pattern(40_000);
    ByteBuffer ring = ByteBuffer.allocateDirect(40_000).put(0, payload);
    PacketBuffer datagram = f.datagram(0, US, 6, pattern(20));
    datagram.addSlice(ring, 0, 40_000);
    List<Long> back = new ArrayList<>();
    datagram.sliceOwner(back::add, 42);
    datagram.segmentation(PacketBuffer.SEGMENTATION_TCP4, 1460);
    datagram.memory().put(datagram.offset() + 12, (byte) 0x50);
    datagram.checksumPartial(datagram.offset(), 16);
    f.ip.send(datagram);
    assertThat(back).containsExactly(42L);
    f.settle();
    PacketBuffer received = f.tcp.datagrams.remove();
    assertThat(received.linearLength()).isEqualTo(40_020);
    assertThat(IpFixture.tail(bytes(received), 20)).isEqualTo(payload);
    assertThat(received.checksumState()).isEqualTo(PacketBuffer.CHECKSUM_VERIFIED);
    received.release();
    f.expectNoLeak();
  }

  @Test
  void leavesABufferThatSomebodyElseHoldsAsItIs() {
    PacketBuffer datagram = f.datagram(0, US, 6, pattern(20)).retain();
    f.send(datagram);
    PacketBuffer received = f.tcp.datagrams.remove();
    assertThat(received).isNotSameAs(datagram);
    received.release();
    datagram.release();
    f.expectNoLeak();
  }

  @Test
  void boundsTheQueueByPacketsAndBytesLive() {
    f.set("loopbackQueuePackets", 2);
    for (int i = 0; i < 3; i++) {
      f.ip.send(f.datagram(0, US, 6, pattern(20)));
    }
    assertThat(f.dropped(DropReason.IP_LOOPBACK_QUEUE_FULL)).isEqualTo(1);
    f.settle();
    assertThat(f.tcp.datagrams).hasSize(2);
    f.set("loopbackQueuePackets", 100);
    f.set("loopbackQueueBytes", 65_536);
    for (int i = 0; i < 3; i++) {
      f.ip.send(f.datagram(0, US, 6, pattern(30_000)));
    }
    assertThat(f.dropped(DropReason.IP_LOOPBACK_QUEUE_FULL)).isEqualTo(2);
  }

  @Test
  void answersAnUnknownProtocolToItself() {
    f.send(f.datagram(US, US, 99, pattern(20)));
    assertThat(f.dropped(DropReason.IP_UNKNOWN_PROTOCOL)).isEqualTo(1);
    assertThat(f.count("Icmp.OutDestUnreachs")).isEqualTo(1);
    assertThat(f.count("Icmp.InDestUnreachs")).isEqualTo(1);
    f.expectNoLeak();
  }
}
