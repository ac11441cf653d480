package io.karavel.simulation.run;

import io.karavel.tcp.TcpException;
import java.util.Arrays;
import java.util.Objects;

/** The traces of two runs that must not differ. */
final class Traces {
  /** A run that writes down what happens. */
  interface Run {
    /** Goes from the beginning to the end. */
    void go(Recorder recorder) throws TcpException;
  }

  private Traces() {}

  /** Where two runs part, the second of which may fail; null if they are equal. */
  static String difference(String name, Run one, Run other) throws TcpException {
    Recorder without = new Recorder(true);
    one.go(without);
    Recorder with = new Recorder(true);
    AssertionError failure = null;
    try {
      other.go(with);
    } catch (AssertionError e) {
      failure = e;
    }
    if (without.hash() == with.hash() && failure == null) {
      return null;
    }
    int at = 0;
    int most = Math.min(without.lines().size(), with.lines().size());
    while (at < most && isSame(without.lines().get(at), with.lines().get(at))) {
      at++;
    }
    return name
        + ": line "
        + at
        + (at < with.lines().size() ? ": " + with.lines().get(at) : " is missing")
        + (at < without.lines().size() ? " instead of " + without.lines().get(at) : " is too much")
        + (failure == null ? "" : ", then " + failure.getMessage());
  }

  private static boolean isSame(Recorder.Line one, Recorder.Line other) {
    return one.node().equals(other.node())
        && one.timeNanos() == other.timeNanos()
        && one.inbound() == other.inbound()
        && Objects.equals(one.call(), other.call())
        && (one.frame() == null) == (other.frame() == null)
        && (one.frame() == null || Arrays.equals(one.frame().bytes(), other.frame().bytes()));
  }
}
