package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * What a stack counts, counted on its wires: RFC 4022 (tcpActiveOpens and so on), Linux's names.
 */
final class Counts {
  private final Map<String, Long> counted = new TreeMap<>();

  /** Something has happened that nobody can see from outside. */
  private boolean blurred;

  Counts() {
    for (String name :
        new String[] {
          "Tcp.ActiveOpens",
          "Tcp.PassiveOpens",
          "Tcp.AttemptFails",
          "Tcp.EstabResets",
          "Tcp.CurrEstab",
          "Tcp.OutRsts",
          "Tcp.RetransSegs",
          "TcpExt.TCPSynRetrans",
          "TcpExt.TCPKeepAlive"
        }) {
      counted.put(name, 0L);
    }
  }

  void add(String name, long count) {
    counted.merge(name, count, Long::sum);
  }

  void blur() {
    blurred = true;
  }

  /**
   * A connection goes from one state to another: the definitions of RFC 4022; but that an
   * application gives up waiting is no attempt that failed (docs/metrics.md, as in Linux).
   */
  void moved(State from, State to, List<String> why) {
    boolean given = from == State.SYN_SENT && to == State.CLOSED;
    if (given && why.contains("KILL")) {
      blur(); // in order or not
    } else if (given && why.contains("CLOSE")) {
      return;
    }
    if (to == State.CLOSED && (from == State.SYN_SENT || from == State.SYN_RECEIVED)) {
      add("Tcp.AttemptFails", 1);
    }
    if (to == State.CLOSED && isEstablished(from)) {
      add("Tcp.EstabResets", 1);
    }
    add("Tcp.CurrEstab", (isEstablished(to) ? 1 : 0) - (isEstablished(from) ? 1 : 0));
  }

  private static boolean isEstablished(State state) {
    return state == State.ESTABLISHED || state == State.CLOSE_WAIT;
  }

  /** Holds a stack's counters against it. */
  void check(String stack, ToLongFunction<String> counters) {
    if (blurred) {
      return;
    }
    counted.forEach(
        (name, count) -> {
          long told = counters.applyAsLong(name);
          if (told != count) {
            throw new Violation(stack + ": counter " + name + " is " + told + ", not " + count);
          }
        });
  }
}
