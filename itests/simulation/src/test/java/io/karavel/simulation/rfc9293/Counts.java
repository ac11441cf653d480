package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * What a stack counts, counted on its wires: RFC 4022 (tcpActiveOpens and so on), Linux's names.
 */
final class Counts {
  private final Map<String, Long> counted = new TreeMap<>();

  private final Set<String> ignored = new HashSet<>();

  /** What the models of senders and receivers count, as long as they follow every connection. */
  private final Map<String, Long> modelled = new TreeMap<>();

  /** Something has happened that nobody can see from outside. */
  private boolean blurred;

  private boolean modelsBlurred;

  private static final Set<String> GIVEN_UP =
      Set.of("SYN_RETRIES", "RETRANSMISSION", "PERSIST", "USER_TIMEOUT", "KEEPALIVE");

  private static final List<String> MODELLED =
      List.of(
          "TCPFastRetrans",
          "TCPSlowStartRetrans",
          "TCPSackRecovery",
          "TCPRenoRecovery",
          "TCPLossProbes",
          "TCPLossProbeRecovery",
          "TCPDSACKRecv",
          "TCPSACKDiscard",
          "TCPSpuriousRTOs",
          "TCPLossUndo",
          "TCPFullUndo",
          "TCPPartialUndo",
          "TCPDSACKUndo",
          "TCPLostRetransmit",
          "TCPEcnReductions",
          "TCPOFOQueue",
          "TCPTimeouts",
          "DelayedACKs",
          "TCPWinProbe",
          "TCPSACKReneging",
          "TCPMTUPSuccess",
          "TCPMTUPFail",
          "TCPMTUPBlackholes");

  Counts() {
    MODELLED.forEach(name -> modelled.put("TcpExt." + name, 0L));
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
          "TcpExt.SyncookiesSent",
          "TcpExt.SyncookiesRecv",
          "TcpExt.SyncookiesFailed",
          "TcpExt.TCPKeepAlive",
          "TcpExt.TCPDeferAcceptDrop",
          "TcpExt.TCPAbortOnClose",
          "TcpExt.TCPAbortOnData",
          "TcpExt.TCPAbortOnLinger",
          "TcpExt.TCPAbortOnTimeout",
          "TcpExt.TCPChallengeACK",
          "TcpExt.TCPSYNChallenge",
          "TcpExt.TCPACKSkippedSeq",
          "TcpExt.PAWSEstab",
          "TcpExt.OutOfWindowIcmps",
          "TcpExt.TCPFastOpenActive",
          "TcpExt.TCPFastOpenActiveFail"
        }) {
      counted.put(name, 0L);
    }
  }

  void add(String name, long count) {
    if (!ignored.contains(name)) {
      counted.merge(name, count, Long::sum);
    }
  }

  /** A model of a connection counts something, by Linux's names. */
  void model(String name) {
    modelled.merge("TcpExt." + name, 1L, Long::sum);
  }

  /** A model does not follow its connection. */
  void blurModels() {
    modelsBlurred = true;
  }

  /** One of them counts what cannot be seen from outside. */
  void ignore(String name) {
    counted.remove(name);
    ignored.add(name);
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

  /** A connection is given up: whose SYN nobody answered, or who has not been heard for long. */
  void givenUp(End e, List<String> why) {
    boolean byTimer = why.stream().anyMatch(GIVEN_UP::contains);
    if (!e.isEmbryo() && (byTimer || why.equals(List.of("CONFIGURATION")))) {
      add("TcpExt.TCPAbortOnTimeout", 1);
    }
  }

  private static boolean isEstablished(State state) {
    return state == State.ESTABLISHED || state == State.CLOSE_WAIT;
  }

  /** Whether nothing has happened by now that is seen later only. */
  static boolean canBeJudged(Host host, long now) {
    return !host.ethernet
        && host.isWhole(now)
        && host.ends.values().stream()
            .noneMatch(e -> TimerRules.mayBeGivenUp(e, now) || OpeningRules.mayBeOver(e));
  }

  /** Holds a stack's counters against it. */
  void check(String stack, ToLongFunction<String> counters) {
    if (blurred) {
      return;
    }
    compare(stack, counted, counters);
    if (!modelsBlurred) {
      compare(stack, modelled, counters);
    }
  }

  private static void compare(
      String stack, Map<String, Long> expected, ToLongFunction<String> counters) {
    expected.forEach(
        (name, count) -> {
          long told = counters.applyAsLong(name);
          if (told != count) {
            throw new Violation(stack + ": counter " + name + " is " + told + ", not " + count);
          }
        });
  }
}
