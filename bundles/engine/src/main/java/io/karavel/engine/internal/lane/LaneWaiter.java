package io.karavel.engine.internal.lane;

/**
 * Where the thread of a lane sleeps. The lane's thread calls {@link #clear}, {@link #add} for each
 * descriptor and {@link #await}; any thread calls {@link #wake}.
 */
interface LaneWaiter extends AutoCloseable {
  /** For {@link #await}: no limit of time. */
  long FOREVER = -1;

  /** Whether {@link #add} has any effect. */
  boolean waitsForDescriptors();

  /** Forgets the descriptors. */
  void clear();

  /** Waits for this descriptor to be readable too. */
  void add(int descriptor);

  /**
   * Waits until a descriptor is readable, {@link #wake} is called, or the time is over. May return
   * early without any reason.
   */
  void await(long timeoutNanos);

  /** Ends the waiting, or the next one. Any thread. */
  void wake();

  @Override
  void close();
}
