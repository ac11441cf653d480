package io.karavel.ip.internal;

import static io.karavel.ip.internal.IpFixture.PEER;
import static io.karavel.ip.internal.IpFixture.US;
import static io.karavel.ip.internal.IpFixture.bytes;
import static io.karavel.ip.internal.IpFixture.fragment;
import static io.karavel.ip.internal.IpFixture.fromPeer;
import static io.karavel.ip.internal.IpFixture.millis;
import static io.karavel.ip.internal.IpFixture.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.DropReason;
import io.karavel.packet.PacketBuffer;
import io.karavel.wire.IcmpMessage;
import io.karavel.wire.Ipv4Header;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Reassembly: RFC 791 §3.2, RFC 815, RFC 1122 §3.3.2, RFC 5722. */
class ReassemblyTest {
  private static final int MORE = Ipv4Header.MORE_FRAGMENTS;

  private final IpFixture f = new IpFixture();

  private void piece(int id, byte[] whole, int from, int to) {
    int flags = (to < whole.length ? MORE : 0) | from / 8;
    f.receive(fromPeer(fragment(PEER, US, 6, id, flags, Arrays.copyOfRange(whole, from, to))));
  }

  private byte[] delivered() {
    PacketBuffer datagram = f.tcp.datagrams.poll();
    if (datagram == null) {
      return null;
    }
    byte[] bytes = bytes(datagram);
    datagram.release();
    return bytes;
  }

  @Test
  void putsFragmentsTogetherInAnyOrder() {
    Random random = new Random(815);
    for (int round = 0; round < 200; round++) {
      byte[] whole = pattern(1 + random.nextInt(9000));
      int size = 8 * (1 + random.nextInt(180));
      List<Integer> starts = new ArrayList<>();
      for (int at = 0; at < whole.length; at += size) {
        starts.add(at);
      }
      if (starts.size() == 1) {
        continue;
      }
      Collections.shuffle(starts, random);
      for (int start : starts) {
        assertThat(f.tcp.datagrams).isEmpty();
        piece(round, whole, start, Math.min(whole.length, start + size));
      }
      assertThat(delivered()).isEqualTo(whole);
      f.expectNoLeak();
    }
    assertThat(f.lane.timers.armed()).isZero();
  }

  @Test
  void deliversTheLargestDatagramThereIs() {
    byte[] whole = pattern(65_515);
    for (int at = 0; at < whole.length; at += 1480) {
      piece(1, whole, at, Math.min(whole.length, at + 1480));
    }
    assertThat(delivered()).isEqualTo(whole);
    f.expectNoLeak();
  }

  @Test
  void givesTheWholeTheHeaderOfAWholeDatagram() {
    byte[] whole = pattern(100);
    piece(5, whole, 48, 100);
    piece(5, whole, 0, 48);
    PacketBuffer datagram = f.tcp.datagrams.remove();
    ByteBuffer memory = datagram.memory();
    int ip = datagram.networkOffset();
    assertThat(Ipv4Header.totalLength(memory, ip)).isEqualTo(120);
    assertThat(Ipv4Header.isFragment(memory, ip)).isFalse();
    assertThat(Ipv4Header.checksumIsValid(memory, ip)).isTrue();
    assertThat(datagram.sourceIpv4()).isEqualTo(PEER);
    assertThat(datagram.checksumState()).isEqualTo(PacketBuffer.CHECKSUM_UNKNOWN);
    assertThat(f.count("Ip.ReasmReqds")).isEqualTo(2);
    assertThat(f.count("Ip.ReasmOKs")).isEqualTo(1);
  }

  @Test
  void keepsDatagramsApartByIdentificationProtocolAndAddress() {
    byte[] a = pattern(64);
    byte[] b = new byte[64];
    piece(1, a, 0, 32);
    piece(2, b, 0, 32);
    piece(1, a, 32, 64);
    piece(2, b, 32, 64);
    assertThat(delivered()).isEqualTo(a);
    assertThat(delivered()).isEqualTo(b);
  }

  @Test
  void ignoresAnExactRepetition() {
    byte[] whole = pattern(64);
    piece(1, whole, 0, 32);
    piece(1, whole, 0, 32);
    assertThat(f.dropped(DropReason.FRAGMENT_DUPLICATE)).isEqualTo(1);
    piece(1, whole, 32, 64);
    assertThat(delivered()).isEqualTo(whole);
    f.expectNoLeak();
  }

  @Test
  void givesADatagramUpWhenFragmentsOverlap() {
    byte[] whole = pattern(96);
    piece(1, whole, 0, 48);
    piece(1, whole, 40, 96);
    assertThat(f.dropped(DropReason.FRAGMENT_OVERLAP)).isEqualTo(2);
    assertThat(f.count("Ip.ReasmFails")).isEqualTo(1);
    assertThat(delivered()).isNull();
    f.expectNoLeak();
  }

  @Test
  void givesADatagramUpWhenARepetitionDiffers() {
    byte[] whole = pattern(64);
    byte[] other = new byte[64];
    piece(1, whole, 0, 32);
    piece(1, other, 0, 32);
    assertThat(f.dropped(DropReason.FRAGMENT_OVERLAP)).isEqualTo(2);
    f.expectNoLeak();
  }

  @Test
  void givesADatagramUpWhenItsEndsContradict() {
    piece(1, pattern(64), 32, 64);
    piece(1, pattern(80), 64, 80);
    assertThat(f.dropped(DropReason.FRAGMENT_OVERLAP)).isEqualTo(2);
    piece(2, pattern(200), 104, 152);
    piece(2, pattern(64), 32, 64);
    assertThat(f.dropped(DropReason.FRAGMENT_OVERLAP)).isEqualTo(4);
    piece(3, pattern(200), 104, 152);
    piece(3, pattern(200), 0, 16);
    piece(3, pattern(64), 32, 64);
    assertThat(f.dropped(DropReason.FRAGMENT_OVERLAP)).isEqualTo(7);
    f.expectNoLeak();
  }

  @Test
  void dropsFragmentsOfImpossibleLength() {
    f.receive(fromPeer(fragment(PEER, US, 6, 1, MORE, pattern(13))));
    f.receive(fromPeer(fragment(PEER, US, 6, 1, MORE, new byte[0])));
    f.receive(fromPeer(fragment(PEER, US, 6, 1, 8189, pattern(100))));
    assertThat(f.dropped(DropReason.FRAGMENT_MALFORMED)).isEqualTo(3);
    f.expectNoLeak();
  }

  @Test
  void endsAfterThirtySecondsAndTellsTheSenderIfTheFirstFragmentIsThere() {
    f.meetPeer();
    byte[] whole = pattern(200);
    piece(1, whole, 0, 48);
    piece(1, whole, 96, 144);
    f.advance(millis(29_999));
    assertThat(f.dropped(DropReason.FRAGMENT_TIMEOUT)).isZero();
    f.advance(millis(1));
    assertThat(f.dropped(DropReason.FRAGMENT_TIMEOUT)).isEqualTo(2);
    assertThat(f.count("Ip.ReasmTimeout")).isEqualTo(1);
    ByteBuffer frame = ByteBuffer.wrap(f.sent());
    assertThat(IcmpMessage.type(frame, 34)).isEqualTo(IcmpMessage.TIME_EXCEEDED);
    assertThat(IcmpMessage.code(frame, 34)).isEqualTo(1);
    assertThat(Ipv4Header.destination(frame, 42)).isEqualTo(US);
    assertThat(frame.capacity()).isEqualTo(34 + 8 + 20 + 48);
    f.expectNoLeak();
  }

  @Test
  void endsSilentlyWithoutTheFirstFragment() {
    f.set("reassemblyTimeoutMs", 500);
    piece(1, pattern(200), 96, 144);
    f.advance(millis(500));
    assertThat(f.dropped(DropReason.FRAGMENT_TIMEOUT)).isEqualTo(1);
    f.expectNothingSent();
    f.expectNoLeak();
  }

  @Test
  void boundsTheDatagramsAndTheOldestGivesWay() {
    f.set("reassemblyDatagrams", 4);
    byte[] whole = pattern(64);
    for (int id = 0; id < 6; id++) {
      piece(id, whole, 0, 32);
    }
    assertThat(f.dropped(DropReason.FRAGMENT_LIMIT)).isEqualTo(2);
    assertThat(f.count("IpExt.ReasmEvicted")).isEqualTo(2);
    assertThat(f.lane.packets.outstanding()).isEqualTo(4);
    piece(2, whole, 32, 64);
    assertThat(delivered()).isEqualTo(whole);
  }

  @Test
  void boundsTheMemory() {
    f.set("reassemblyBytes", 3 * Reassembly.BYTES_PER_DATAGRAM);
    for (int id = 0; id < 10; id++) {
      piece(id, pattern(64), 0, 32);
    }
    assertThat(f.lane.packets.outstanding()).isEqualTo(3);
    assertThat(f.dropped(DropReason.FRAGMENT_LIMIT)).isEqualTo(7);
  }

  @Test
  void marksTheWholeWithCongestionExperiencedIfAnyFragmentWas() {
    marked(1, 0, MORE, 2);
    marked(1, 1, 0, 3);
    PacketBuffer datagram = f.tcp.datagrams.remove();
    assertThat(datagram.trafficClass() & 3).isEqualTo(3);
    datagram.release();
    marked(2, 0, MORE, 0);
    marked(2, 1, 0, 3);
    assertThat(f.tcp.datagrams).as("not ECN-capable and marked: dropped").isEmpty();
    assertThat(f.dropped(DropReason.FRAGMENT_MALFORMED)).isEqualTo(2);
    f.expectNoLeak();
  }

  private void marked(int id, int block, int flags, int ecn) {
    byte[] packet = fragment(PEER, US, 6, id, flags | block, pattern(8));
    ByteBuffer view = ByteBuffer.wrap(packet);
    Ipv4Header.trafficClass(view, 0, ecn);
    Ipv4Header.updateChecksum(view, 0);
    f.receive(fromPeer(packet));
  }
}
