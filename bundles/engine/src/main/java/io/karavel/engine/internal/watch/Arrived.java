package io.karavel.engine.internal.watch;

import java.util.ArrayList;
import java.util.List;

/**
 * Which sequence numbers of one direction have arrived: all before {@link #next}, and pieces behind
 * it. Bounded: of more pieces than {@link #MOST_PIECES} the gap between the last two counts as
 * arrived, so that what it says is at least what has arrived, and the first gap is never forgotten.
 * Lane's thread.
 */
final class Arrived {
  private static final int MOST_PIECES = 64;

  /** First number and the one behind the last, in order and apart from each other. */
  private final List<int[]> pieces = new ArrayList<>();

  private boolean known;
  private int next;

  /** Whether {@link #next} is known. */
  boolean isKnown() {
    return known;
  }

  /** All before it have arrived. */
  int next() {
    return next;
  }

  /** All before a number have arrived. */
  void next(int value) {
    next = value;
    known = true;
    join();
  }

  /** A segment has arrived. */
  void add(int first, int end) {
    int at = pieces.size();
    while (at > 0 && first - pieces.get(at - 1)[0] < 0) {
      at--;
    }
    pieces.add(at, new int[] {first, end});
    if (at > 0 && first - pieces.get(at - 1)[1] <= 0) {
      at--;
      joinWithNext(at);
    }
    while (at + 1 < pieces.size() && pieces.get(at + 1)[0] - pieces.get(at)[1] <= 0) {
      joinWithNext(at);
    }
    if (pieces.size() > MOST_PIECES) {
      joinWithNext(MOST_PIECES - 1);
    }
    if (known) {
      join();
    }
  }

  private void joinWithNext(int at) {
    int[] joined = pieces.remove(at + 1);
    int[] piece = pieces.get(at);
    if (joined[1] - piece[1] > 0) {
      piece[1] = joined[1];
    }
  }

  /** Takes in what follows without a gap. */
  private void join() {
    while (!pieces.isEmpty() && pieces.get(0)[0] - next <= 0) {
      int end = pieces.remove(0)[1];
      if (end - next > 0) {
        next = end;
      }
    }
  }

  /** As at first. */
  void forget() {
    pieces.clear();
    known = false;
  }
}
