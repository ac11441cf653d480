package io.karavel.simulation.run;

import io.karavel.tcp.TcpException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A change of state to which a connection is steered.
 *
 * @param from the state before
 * @param cause what brings the change, by the name that {@code tcp:why} has for it
 * @param to the state behind it
 */
public record Goal(String from, String cause, String to) {
  private static final int SHOWN = 60;

  /** Causes of which nothing comes from the peer, so that its MAC address may be forgotten. */
  private static final Set<String> SILENT =
      Set.of("SYN_RETRIES", "RETRANSMISSION", "PERSIST", "USER_TIMEOUT", "KEEPALIVE");

  /**
   * Steers a connection of a seed there.
   *
   * @return every change that was told on the way and at the end of it
   */
  public Set<Goal> reach(long seed) {
    try {
      return reach(seed, new Recorder(false));
    } catch (AssertionError | RuntimeException | TcpException e) {
      Recorder recorder = new Recorder(true);
      try {
        reach(seed, recorder);
      } catch (AssertionError | RuntimeException | TcpException again) {
        // for its trace
      }
      List<String> lines = ScriptText.of(recorder.lines(), "").lines().toList();
      String tail =
          String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN), lines.size()));
      throw new AssertionError(this + ", seed " + seed + ": " + e + "\n" + tail, e);
    }
  }

  private Set<Goal> reach(long seed, Recorder recorder) throws TcpException {
    Steered run =
        new Steered(
            seed * 1_000_003 + (from + cause + to).hashCode(), SILENT.contains(cause), recorder);
    new Doings(run, this).reach();
    Set<Goal> met = new LinkedHashSet<>();
    Steered.Told there = null;
    for (Steered.Told told : run.told) {
      Goal goal = new Goal(told.from(), told.cause(), told.to());
      met.add(goal);
      there = goal.equals(this) ? told : there;
    }
    if (there == null) {
      throw new AssertionError("it was not reached, but " + run.told);
    }
    if (!Set.of(failure().split("\\|")).contains(there.failure())) {
      throw new AssertionError("told with the failure " + there.failure() + ", not " + failure());
    }
    run.end();
    for (Steered.Told told : run.told) {
      met.add(new Goal(told.from(), told.cause(), told.to()));
    }
    return met;
  }

  /** What an application that holds the socket is told, if anything. */
  private String failure() {
    if (!to.equals("CLOSED")) {
      return "null";
    }
    boolean quiet = Set.of("CLOSING", "LAST_ACK", "TIME_WAIT").contains(from);
    boolean half = Set.of("SYN_SENT", "SYN_RECEIVED").contains(from);
    return switch (cause) {
      case "RST" -> quiet ? "null" : half ? "CONNECTION_REFUSED" : "CONNECTION_RESET";
      case "SYN_RETRIES", "RETRANSMISSION", "PERSIST", "USER_TIMEOUT", "KEEPALIVE" -> "TIMED_OUT";
      case "CONFIGURATION" ->
          from.equals("TIME_WAIT") ? "null" : "TIMED_OUT|HOST_UNREACHABLE" + orphan();
      case "KILL" -> from.equals("TIME_WAIT") ? "null" : "CONNECTION_ABORTED|null";
      case "MODULE" -> from.equals("TIME_WAIT") ? "null" : "MODULE_DISPOSED";
      case "CONNECT" -> from.equals("CLOSED") ? "NETWORK_UNREACHABLE" : "null";
      default -> "null";
    };
  }

  private String orphan() {
    return from.equals("FIN_WAIT_2") ? "|null" : "";
  }
}
