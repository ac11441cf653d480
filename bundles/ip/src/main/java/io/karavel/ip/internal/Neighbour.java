package io.karavel.ip.internal;

import io.karavel.engine.Timer;
import io.karavel.packet.PacketQueue;

/**
 * A station on the link with what is known of it. It is the timer of its own requests; all that
 * happens to it is in {@link NeighbourCache}.
 */
final class Neighbour extends Timer {
  /** Reachability as RFC 4861 §7.3.2 and Linux name it. */
  enum State {
    /** Asked for, not known; packets wait. */
    INCOMPLETE,
    /** Known, and confirmed a short while ago. */
    REACHABLE,
    /** Known; not confirmed for some time, nor needed. */
    STALE,
    /** Known and in use; waiting whether traffic confirms it. */
    DELAY,
    /** Known and in use; being asked directly. */
    PROBE,
    /** Did not answer. */
    FAILED,
    /** Given by the operator; never asked, never forgotten. */
    PERMANENT
  }

  final LinkInterface link;
  final int address;
  final PacketQueue queue;
  private final NeighbourCache cache;

  State state = State.INCOMPLETE;
  long mac;

  /** Requests sent in this state. */
  int probes;

  long confirmedAtNanos;
  long usedAtNanos;

  /** How long this one's confirmation holds; drawn anew now and then (RFC 4861 §6.3.2). */
  long reachableNanos;

  boolean removed;

  /** Next in the chain of its hash bucket. */
  Neighbour nextInBucket;

  Neighbour(LinkInterface link, int address, NeighbourCache cache, PacketQueue queue) {
    this.link = link;
    this.address = address;
    this.cache = cache;
    this.queue = queue;
  }

  @Override
  public String kind() {
    return "neighbour";
  }

  @Override
  public void onExpiry(long nowNanos) {
    cache.onTimer(this, nowNanos);
  }
}
