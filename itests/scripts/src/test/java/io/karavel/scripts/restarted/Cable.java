package io.karavel.scripts.restarted;

import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * A wire between a stack that is restarted and its peer, which is not. Each has a clock of its own;
 * while one is away only the other's goes on, and what it sends is lost.
 */
final class Cable {
  private static final Duration STEP = Duration.ofMillis(20);

  /** Told of each packet; false loses it. */
  Predicate<WirePacket> fromKept = packet -> true;

  Predicate<WirePacket> fromPeer = packet -> true;
  private StackHarness kept;
  private final StackHarness peer;

  Cable(StackHarness kept, StackHarness peer) {
    this.kept = kept;
    this.peer = peer;
  }

  /** Carries packets until both are quiet. */
  void exchange() {
    boolean any = true;
    while (any) {
      kept.settle();
      peer.settle();
      any = false;
      for (WirePacket packet : kept.output()) {
        any = true;
        if (fromKept.test(packet)) {
          peer.deliver(packet);
        }
      }
      for (WirePacket packet : peer.output()) {
        any = true;
        if (fromPeer.test(packet)) {
          kept.deliver(packet);
        }
      }
    }
  }

  /** Time goes by for both, a few milliseconds at a time. */
  void advance(Duration duration) {
    Duration left = duration;
    while (!left.isZero()) {
      Duration step = left.compareTo(STEP) < 0 ? left : STEP;
      left = left.minus(step);
      kept.advance(step);
      peer.advance(step);
      exchange();
    }
  }

  /** The stack is away for a while and comes back as another. */
  void restart(Duration gap, StackHarness successor) {
    peer.advance(gap);
    peer.output();
    kept = successor;
    exchange();
  }
}
