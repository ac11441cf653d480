package io.karavel.tcp.internal.connection;

import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Predicate;

/** Two peers, a path between them and a virtual clock. The same seed gives the same run. */
final class Wire {
  static final long MILLI = 1_000_000L;
  static final long SECOND = 1_000_000_000L;

  private record Flying(long due, long order, boolean toB, Peer.Packet packet)
      implements Comparable<Flying> {
    @Override
    public int compareTo(Flying other) {
      int byTime = Long.compare(due, other.due);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  final Peer a;
  final Peer b;
  final Random random;
  final PriorityQueue<Flying> flying = new PriorityQueue<>();
  long now = SECOND;
  long delayNanos = MILLI;
  double loss;
  double reordering;
  double duplication;
  long order;
  long carried;

  /** What the path swallows beside the random losses. */
  Predicate<Peer.Packet> swallowFromA = p -> false;

  Predicate<Peer.Packet> swallowFromB = p -> false;

  Wire(Peer a, Peer b, long seed) {
    this.a = a;
    this.b = b;
    this.random = new Random(seed);
  }

  void collect() {
    for (Peer.Packet packet : a.take()) {
      launch(packet, true, swallowFromA);
    }
    for (Peer.Packet packet : b.take()) {
      launch(packet, false, swallowFromB);
    }
  }

  private void launch(Peer.Packet packet, boolean toB, Predicate<Peer.Packet> swallow) {
    if (swallow.test(packet) || random.nextDouble() < loss) {
      return;
    }
    long delay = delayNanos;
    if (random.nextDouble() < reordering) {
      delay += (long) (random.nextDouble() * 4 * delayNanos);
    }
    flying.add(new Flying(now + delay, order++, toB, packet));
    if (random.nextDouble() < duplication) {
      flying.add(new Flying(now + delay + delayNanos / 2, order++, toB, packet));
    }
  }

  /** The next thing that happens; false if nothing will before {@code until}. */
  boolean step(long until) {
    collect();
    long next = Math.min(a.nextDeadline(), b.nextDeadline());
    if (!flying.isEmpty()) {
      next = Math.min(next, flying.peek().due());
    }
    if (next > until) {
      now = Math.max(now, until);
      return false;
    }
    now = Math.max(now, next);
    if (!flying.isEmpty() && flying.peek().due() <= now) {
      Flying arrived = flying.poll();
      carried++;
      Segment copy = copy(arrived.packet().segment);
      (arrived.toB() ? b : a).deliver(copy, now);
    } else {
      a.onDeadline(now);
      b.onDeadline(now);
    }
    collect();
    return true;
  }

  static Segment copy(Segment s) {
    Segment c = new Segment();
    c.sequence = s.sequence;
    c.acknowledgment = s.acknowledgment;
    c.flags = s.flags;
    c.windowField = s.windowField;
    c.maximumSegmentSize = s.maximumSegmentSize;
    c.windowScale = s.windowScale;
    c.sackPermitted = s.sackPermitted;
    c.timestampsPresent = s.timestampsPresent;
    c.timestampValue = s.timestampValue;
    c.timestampEcho = s.timestampEcho;
    c.sackCount = s.sackCount;
    System.arraycopy(s.sackLeft, 0, c.sackLeft, 0, 4);
    System.arraycopy(s.sackRight, 0, c.sackRight, 0, 4);
    return c.payload(s.payload, s.payloadIndex, s.payloadLength);
  }

  /** Runs until nothing happens any more, or for so long. */
  void run(long nanos) {
    long until = now + nanos;
    while (step(until)) {}
  }

  /** Opens from a to b and lets everything settle. */
  void open() {
    b.listening = true;
    a.connect(now);
    run(20 * delayNanos);
  }
}
