package io.karavel.simulation.rfc9293;

import java.util.ArrayList;
import java.util.List;

/**
 * What the SACK option says: RFC 2018 §4, RFC 2883 §4. First what came twice, with the larger block
 * around it; then the four ranges that grew last, the latest first; then the others from the right.
 */
final class SackModel {
  private static final int MOST_BLOCKS = 4;

  private final End e;

  /** Left edges of the ranges that grew last, the latest first. */
  private final List<Long> latest = new ArrayList<>();

  private long[] twice;

  SackModel(End e) {
    this.e = e;
  }

  private boolean reports() {
    return e.sack && e.settings.flag("dsack");
  }

  /** A stretch has come that had come before. */
  void onTwice(long from, long to) {
    if (reports() && from < to) {
      twice = new long[] {from, to};
    }
  }

  /** A stretch comes out of order, some of which is news; it is not among what waits yet. */
  void onAhead(long from, long to) {
    long left = from;
    boolean first = true;
    for (long[] range : e.ahead.all()) {
      if (range[1] < from || range[0] > to) {
        continue;
      }
      long begin = Math.max(from, range[0]);
      long end = Math.min(to, range[1]);
      if (end > begin && first) {
        first = false;
        onTwice(begin, end);
      }
      latest.remove(Long.valueOf(range[0]));
      left = Math.min(left, range[0]);
    }
    remember(left);
  }

  /** Something has come that is inside of what waits: that is told first. */
  void touch(long from, long to) {
    long[] around = e.ahead.around(from);
    if (around != null && around[1] >= to) {
      latest.remove(Long.valueOf(around[0]));
      remember(around[0]);
    }
  }

  private void remember(long left) {
    latest.add(0, left);
    if (latest.size() > MOST_BLOCKS) {
      latest.remove(MOST_BLOCKS);
    }
  }

  /** RCV.NXT has moved. */
  void onAdvance() {
    latest.removeIf(left -> left < e.rcvNxt);
  }

  /** Nobody reads any more: what waits is forgotten. */
  void forget() {
    latest.clear();
    if (twice != null && twice[1] > e.rcvNxt) {
      twice = null; // the larger block around it is not there any more
    }
  }

  /** The blocks of the next segment that has them; what came twice is told once. */
  List<long[]> take() {
    List<long[]> blocks = new ArrayList<>();
    int room = Math.min(MOST_BLOCKS, (40 - (e.timestamps ? 12 : 0) - 4) / 8);
    if (twice != null) {
      blocks.add(twice);
      touch(twice[0], twice[1]);
      twice = null;
    }
    for (long left : latest) {
      blocks.add(e.ahead.around(left));
    }
    List<long[]> all = e.ahead.all();
    for (int i = all.size() - 1; i >= 0; i--) {
      if (!latest.contains(all.get(i)[0])) {
        blocks.add(all.get(i));
      }
    }
    return blocks.subList(0, Math.min(room, blocks.size()));
  }

  /** Holds a segment against it that has blocks if there are any. */
  void check(Seg s) {
    List<long[]> due = take();
    boolean same = due.size() == s.sack.size();
    for (int i = 0; same && i < due.size(); i++) {
      int[] told = s.sack.get(i);
      same = e.theirs(told[0]) == due.get(i)[0] && e.theirs(told[1]) == due.get(i)[1];
    }
    if (!same) {
      e.fail("SACK (RFC 2018 §4, RFC 2883 §4)", "due are " + text(due) + ", " + e.ahead);
    }
  }

  private static String text(List<long[]> blocks) {
    StringBuilder text = new StringBuilder();
    blocks.forEach(b -> text.append('[').append(b[0]).append(',').append(b[1]).append(')'));
    return text.toString();
  }
}
