package io.karavel.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Ratios of pairs: their median with distribution-free bounds. */
final class Ratios {
  private final List<Double> values = new ArrayList<>();

  void add(double ratio) {
    values.add(ratio);
  }

  boolean isEmpty() {
    return values.isEmpty();
  }

  double median() {
    List<Double> sorted = values.stream().sorted().toList();
    int n = sorted.size();
    return n % 2 == 1 ? sorted.get(n / 2) : (sorted.get(n / 2 - 1) + sorted.get(n / 2)) / 2;
  }

  /** How many of the smallest (and largest) lie outside an interval that holds 95 %. */
  static int outside(int pairs) {
    double tail = Math.pow(0.5, pairs);
    double binomial = tail;
    int k = 0;
    while (2 * tail <= 0.05) {
      k++;
      binomial = binomial * (pairs - k + 1) / k;
      tail += binomial;
    }
    return Math.max(0, k - 1);
  }

  double lower() {
    return values.stream().sorted().toList().get(outside(values.size()));
  }

  double upper() {
    return values.stream().sorted().toList().get(values.size() - 1 - outside(values.size()));
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", median(), lower(), upper());
  }
}
