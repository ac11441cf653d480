package io.karavel.scripts.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.StackHarness;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What a hostile peer's segment costs does not grow with what the peer has done before. Bounded is
 * processor time of the thread, the least of several rounds: a segment that tells nothing new costs
 * at most three times, and 1 µs more than, what it costs where nothing waits; and four times as
 * many segments that all tell something new cost at most eight times as much, where work for each
 * of those before would make it sixteen.
 */
class PeerCostTest {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int MSS = TinyPeer.MSS;
  private static final int ROUNDS = 4;
  private static final int KNOWN = 2000;
  private static final long SLACK_NANOS = 1000L * KNOWN;

  /** A peer and what it is about to send. */
  private record Scene(TinyPeer peer, List<byte[]> packets) {
    long nanos() {
      long begin = THREADS.getCurrentThreadCpuTime();
      for (byte[] packet : packets) {
        peer.deliver(packet);
      }
      return THREADS.getCurrentThreadCpuTime() - begin;
    }
  }

  private interface Making {
    Scene of(int size) throws Exception;
  }

  /** The least that each of two sizes takes, measured in turn. */
  private static long[] least(Making making, int size, int other) throws Exception {
    long[] best = {Long.MAX_VALUE, Long.MAX_VALUE};
    for (int round = 0; round < ROUNDS; round++) {
      best[0] = Math.min(best[0], making.of(size).nanos());
      best[1] = Math.min(best[1], making.of(other).nanos());
    }
    System.out.printf(
        "PeerCostTest: %.2f ms for %d, %.2f ms for %d%n",
        best[0] / 1e6, size, best[1] / 1e6, other);
    return best;
  }

  private static void costsTheSame(Making making, int few, int many) throws Exception {
    long[] nanos = least(making, few, many);
    assertThat(nanos[1]).isLessThan(3 * nanos[0] + SLACK_NANOS);
  }

  private static void growsWithTheNumber(Making making, int number) throws Exception {
    long[] nanos = least(making, number, 4 * number);
    assertThat(nanos[1]).isLessThan(8 * nanos[0]);
  }

  private static TinyPeer sending(int segments) throws Exception {
    int buffer = 2 * (segments + 100) * MSS;
    return new TinyPeer(
            StackHarness.builder()
                .offloads(65_536)
                .tcp("sendBufferInitial", buffer)
                .tcp("sendBufferMax", buffer),
            MSS)
        .fill(segments);
  }

  /** Every second segment is missing; the blocks come in the order that splits most. */
  private static List<byte[]> holes(TinyPeer peer, int holes) {
    List<byte[]> packets = new ArrayList<>();
    for (int i = holes; i > 0; i--) {
      packets.add(block(peer, i));
    }
    return packets;
  }

  private static byte[] block(TinyPeer peer, int hole) {
    int una = peer.unacknowledged();
    int left = una + (2 * hole - 1) * MSS;
    return peer.acknowledgement(una, left, left + MSS);
  }

  private static Scene newHoles(int holes) throws Exception {
    TinyPeer peer = sending(2 * holes + 2);
    return new Scene(peer, holes(peer, holes));
  }

  private static Scene knownHoles(int holes) throws Exception {
    TinyPeer peer = sending(2 * holes + 2);
    holes(peer, holes).forEach(peer::deliver);
    List<byte[]> packets = new ArrayList<>();
    for (int i = 0; i < KNOWN; i++) {
      packets.add(block(peer, 1 + (int) (i * 7919L % holes)));
    }
    return new Scene(peer, packets);
  }

  private static Scene oneBlock(int segments) throws Exception {
    TinyPeer peer = sending(segments);
    int una = peer.unacknowledged();
    List<byte[]> packets = new ArrayList<>();
    for (int i = 0; i < KNOWN; i++) {
      packets.add(peer.acknowledgement(una, una + MSS, peer.next() - MSS * (i % 100)));
    }
    peer.deliver(packets.get(0));
    return new Scene(peer, packets);
  }

  private static TinyPeer receiving() throws Exception {
    return new TinyPeer(
        StackHarness.builder()
            .tcp("receiveBufferInitial", 4 << 20)
            .tcp("receiveBufferMax", 16 << 20),
        MSS);
  }

  /** Single bytes with one missing between each two, far from in order. */
  private static List<byte[]> ranges(TinyPeer peer, int ranges) {
    List<byte[]> packets = new ArrayList<>();
    for (int i = 0; i < ranges; i++) {
      packets.add(peer.data(2 + 2 * (int) (i * 7919L % ranges)));
    }
    return packets;
  }

  private static Scene newRanges(int ranges) throws Exception {
    TinyPeer peer = receiving();
    return new Scene(peer, ranges(peer, ranges));
  }

  private static Scene knownRanges(int ranges) throws Exception {
    TinyPeer peer = receiving();
    List<byte[]> all = ranges(peer, ranges);
    all.forEach(peer::deliver);
    List<byte[]> packets = new ArrayList<>();
    for (int i = 0; i < KNOWN; i++) {
      packets.add(all.get((int) (i * 104_729L % ranges)));
    }
    return new Scene(peer, packets);
  }

  @Test
  void anAcknowledgementCostsTheSameBesideTenThousandHoles() throws Exception {
    costsTheSame(PeerCostTest::knownHoles, 3, 10_000);
  }

  @Test
  void everyNewHoleCostsTheSame() throws Exception {
    growsWithTheNumber(PeerCostTest::newHoles, 3000);
  }

  @Test
  void oneBlockCostsTheSameOverHoweverManySegments() throws Exception {
    costsTheSame(PeerCostTest::oneBlock, 200, 100_000);
  }

  @Test
  void aSegmentOutOfOrderCostsTheSameBesideTenThousandRanges() throws Exception {
    costsTheSame(PeerCostTest::knownRanges, 1, 10_000);
  }

  @Test
  void everyNewRangeCostsTheSame() throws Exception {
    growsWithTheNumber(PeerCostTest::newRanges, 3000);
  }
}
