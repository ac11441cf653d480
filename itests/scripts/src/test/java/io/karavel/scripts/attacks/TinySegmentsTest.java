package io.karavel.scripts.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Peers that ask for the smallest segments, so that few bytes are many of them: what the map of
 * what was sent holds is bounded, and so is its memory; nothing breaks beyond 65,536.
 */
class TinySegmentsTest {
  private static final int MEGABYTE = 1 << 20;

  /** Of the map of what was sent: a sender waits when it is full. */
  private static final int MOST_SEGMENTS = 1 << 17;

  private static final int SUPER_SEGMENT = 65_536;

  /** More than 16 bits can count are on their way in super-segments, and one block takes all. */
  @Test
  void oneBlockOverMoreThan65536SegmentsHarmsNothing() throws Exception {
    int buffer = 16 * MEGABYTE;
    TinyPeer peer =
        new TinyPeer(
            StackHarness.builder()
                .offloads(SUPER_SEGMENT)
                .tcp("sendBufferInitial", buffer)
                .tcp("sendBufferMax", buffer),
            TinyPeer.MSS);
    peer.fill(MOST_SEGMENTS / 2);
    peer.acknowledgeAll();
    long before = Attacker.heapBytes();
    // far more is there to be sent, and windows would let it
    peer.write(peer.unacknowledged() + buffer);
    assertThat(peer.flight()).isBetween(SUPER_SEGMENT + 1, MOST_SEGMENTS);
    int una = peer.unacknowledged();
    int sent = peer.next();
    long segments = peer.segments();
    peer.roundTrip();
    for (int i = 0; i < 100; i++) {
      int right = sent - TinyPeer.MSS * (i % 50);
      peer.deliver(peer.acknowledgement(una, una + TinyPeer.MSS, right));
      assertThat(peer.flight()).isLessThanOrEqualTo(MOST_SEGMENTS);
    }
    // the first went again, and nothing else: the map is as full as before
    assertThat(peer.segments() - segments).isEqualTo(1);
    assertThat(peer.next()).isEqualTo(sent);
    // fewer than a hundred bytes for each entry, with room for what has not been collected
    assertThat(Attacker.heapBytes() - before).isLessThan(100L * MOST_SEGMENTS);
    assertThat(peer.stack().tcpSummary().bufferBytes()).isLessThanOrEqualTo(buffer + MEGABYTE);
    while (peer.next() < sent + 2 * MEGABYTE) {
      int reached = peer.next();
      peer.acknowledgeAll();
      assertThat(peer.next()).isGreaterThan(reached);
    }
    assertThat(peer.stack().counter("TcpExt.TCPTimeouts")).isZero();
    assertThat(peer.stack().crashes()).isZero();
  }

  /** A size below the smallest is taken for that (RFC 9293 has none): the rest is overhead. */
  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(longs = {1, 47, 48})
  @Rfc("9293 3.7.1")
  void aMegabyteIntoTheSmallestSegmentsTakesAsManyAsItMust(long mss) throws Exception {
    TinyPeer peer = new TinyPeer(StackHarness.builder(), mss);
    long before = Attacker.heapBytes();
    long most = 0;
    while (peer.unacknowledged() < MEGABYTE) {
      peer.write(MEGABYTE);
      most = Math.max(most, peer.stack().tcpSummary().bufferBytes());
      assertThat(peer.next()).isGreaterThan(peer.unacknowledged());
      peer.acknowledgeAll();
    }
    assertThat(peer.next()).isEqualTo(MEGABYTE);
    assertThat(peer.longest()).isEqualTo(TinyPeer.MSS);
    // as many as the bytes fill, and one that is not full for each time that the buffer was
    assertThat(peer.segments()).isBetween(MEGABYTE / 48L, MEGABYTE / 48L * 101 / 100);
    assertThat(most).isLessThan(8L * MEGABYTE);
    assertThat(Attacker.heapBytes() - before).isLessThan(4L * MEGABYTE);
    assertThat(peer.stack().crashes()).isZero();
  }
}
