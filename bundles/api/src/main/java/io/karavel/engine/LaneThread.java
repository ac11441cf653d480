package io.karavel.engine;

/** A thread that can be kept out by a {@link LaneFence}: a lane's. Made by the engine alone. */
public final class LaneThread extends Thread {
  /** Null as long as nobody suspects the thread. */
  volatile LaneFence fence;

  /** A daemon thread that is not started yet. */
  public LaneThread(Runnable work, String name) {
    super(work, name);
    setDaemon(true);
  }
}
