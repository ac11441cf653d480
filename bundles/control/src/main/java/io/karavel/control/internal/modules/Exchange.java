package io.karavel.control.internal.modules;

import io.karavel.control.ModuleSwapException;

/**
 * How one bundle takes the place of another, and how it makes way again. One thread. Public for
 * tests that swap without a framework.
 */
public interface Exchange {
  /**
   * What it took.
   *
   * @param slots slots that were swapped; 0 for a bundle that fills none
   * @param longestPauseNanos the longest time that a slot, or what the bundle does, stood still
   * @param wholeNanos the longest time that the exchange of a slot took as a whole
   */
  record Outcome(int slots, long longestPauseNanos, long wholeNanos) {
    @Override
    public String toString() {
      return slots == 0
          ? "the new one took the place of the old one, pause "
              + longestPauseNanos / 1000
              + " us, within "
              + wholeNanos / 1_000_000
              + " ms"
          : "swapped "
              + slots
              + " slots, longest pause "
              + longestPauseNanos / 1000
              + " us, the longest within "
              + wholeNanos / 1_000_000
              + " ms";
    }
  }

  /** Finds out what can be found out while the old one is at work. */
  void rehearse() throws ModuleSwapException, InterruptedException;

  /** Exchanges; if it fails everything is as it was. */
  Outcome go() throws ModuleSwapException, InterruptedException;

  /** What is wrong with the newcomer at this moment, or null. */
  String problem();

  /** The old one is at work again; null on success, else why not. */
  String back();

  /** The watch is over. */
  void confirm();
}
