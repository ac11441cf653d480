package io.karavel.wire;

/**
 * Arithmetic modulo 2³² for sequence numbers kept in ints (RFC 9293 §3.4). Comparisons are right
 * while the two numbers are less than 2³¹ apart; at exactly 2³¹ each is less than the other.
 */
public final class Seq {
  private Seq() {}

  /** Whether {@code a} comes before {@code b}. */
  public static boolean lessThan(int a, int b) {
    return a - b < 0;
  }

  /** Whether {@code a} comes before {@code b} or is equal to it. */
  public static boolean lessOrEqual(int a, int b) {
    return a - b <= 0;
  }

  /** Whether {@code a} comes after {@code b}. */
  public static boolean greaterThan(int a, int b) {
    return a - b > 0;
  }

  /** Whether {@code a} comes after {@code b} or is equal to it. */
  public static boolean greaterOrEqual(int a, int b) {
    return a - b >= 0;
  }

  /** How far {@code a} lies after {@code b}; negative if before. */
  public static int difference(int a, int b) {
    return a - b;
  }

  /** The later of the two. */
  public static int max(int a, int b) {
    return a - b >= 0 ? a : b;
  }

  /** The earlier of the two. */
  public static int min(int a, int b) {
    return a - b <= 0 ? a : b;
  }

  /**
   * Whether {@code low <= value <= high} going forward from {@code low}. Right for any window, also
   * beyond 2³¹, since it compares distances from {@code low}.
   */
  public static boolean between(int value, int low, int high) {
    return Integer.compareUnsigned(value - low, high - low) <= 0;
  }

  /** Whether {@code low <= value < high} going forward; an empty range contains nothing. */
  public static boolean inWindow(int value, int low, int high) {
    return Integer.compareUnsigned(value - low, high - low) < 0;
  }
}
