package io.karavel.tcp.spi;

/** The way from sockets to the lane that serves them; implemented by the engine. */
public interface LaneMailbox {
  /**
   * The endpoint has wishes: the TCP module is to take them in the lane's next turn, or when there
   * is one. Called at most once until the module has taken them. Any thread; wakes the lane.
   */
  void attention(StackEndpoint endpoint);

  /** The endpoint's handler or acceptor is to be called in this or the next turn. Any thread. */
  void ready(StackEndpoint endpoint);

  /** Whether the caller is on the lane's thread. */
  boolean onLane();
}
