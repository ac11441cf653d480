package io.karavel.services.internal;

/** Growing pauses between tries: each is twice the one before, up to a longest. One thread. */
final class Backoff {
  private int tries;

  /** The next pause. */
  long nextMillis(int firstMillis, int longestMillis) {
    long pause = (long) firstMillis << Math.min(tries, 20);
    tries++;
    return Math.min(pause, longestMillis);
  }

  /** It worked: begin anew. */
  void reset() {
    tries = 0;
  }
}
