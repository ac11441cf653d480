package io.karavel.engine.internal.lane;

import io.karavel.linux.Linux;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * The nice value of a lane's thread, kept as it is configured. A lane that waits for a processor
 * beside compiling, collecting or computing threads is a pause of every connection. Lane's thread,
 * {@link #last()} excepted.
 */
final class LaneNice {
  /** What every thread has that was given none. */
  static final int ORDINARY = 0;

  /** The last to be served. */
  static final int LAST = 19;

  private final Setter setter;
  private final Consumer<String> refused;
  private int wanted = ORDINARY;
  private volatile int thread;

  /** Gives a thread a nice value. */
  @FunctionalInterface
  interface Setter {
    /** Throws where it may not. */
    void nice(int thread, int value) throws IOException;
  }

  /** The calls, in a class that is first linked where the linux bundle may be missing. */
  private static final class Calls {
    private Calls() {}

    static int thread() throws IOException {
      return Linux.threadId();
    }

    static void nice(int thread, int value) throws IOException {
      Linux.nice(thread, value);
    }
  }

  /**
   * Nothing is set before {@link #keep}.
   *
   * @param refused told once per value why a thread does not have it, and what to do
   */
  LaneNice(Consumer<String> refused) {
    this(Calls::nice, refused);
  }

  LaneNice(Setter setter, Consumer<String> refused) {
    this.setter = setter;
    this.refused = refused;
  }

  /** Gives the calling thread this value, unless it is the one that was tried last. */
  void keep(int value) {
    if (value == wanted) {
      return;
    }
    wanted = value;
    try {
      thread = Calls.thread();
      setter.nice(thread, value);
    } catch (IOException e) {
      refused.accept(
          e.getMessage()
              + "; give the process CAP_SYS_NICE or a limit that allows it (ulimit -e, LimitNICE in"
              + " systemd), or set laneNice to 0");
    } catch (LinkageError | UnsupportedOperationException e) {
      refused.accept("nice value " + value + ": " + e);
    }
  }

  /** The thread hangs: whatever it does, it comes after all others. Any thread. */
  void last() {
    if (thread == 0) {
      return;
    }
    try {
      setter.nice(thread, LAST);
    } catch (IOException | LinkageError | UnsupportedOperationException e) {
      refused.accept("a thread that hangs keeps its nice value: " + e.getMessage());
    }
  }
}
