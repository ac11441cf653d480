package io.karavel.tcp.spi;

import java.util.ArrayDeque;
import java.util.Queue;

/** A mailbox that notes who was put into it. */
final class QuietMailbox implements LaneMailbox {
  final Queue<StackEndpoint> attention = new ArrayDeque<>();
  final Queue<StackEndpoint> ready = new ArrayDeque<>();

  @Override
  public synchronized void attention(StackEndpoint endpoint) {
    attention.add(endpoint);
  }

  @Override
  public synchronized void ready(StackEndpoint endpoint) {
    ready.add(endpoint);
  }

  @Override
  public boolean onLane() {
    return false;
  }

  /** The wishes of the endpoint that waits first; -1 if none waits. */
  synchronized int takeWishes() {
    StackEndpoint first = attention.poll();
    return first == null ? -1 : first.takeWishes();
  }
}
