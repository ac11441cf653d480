package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;
import java.util.HashMap;
import java.util.Map;

/**
 * Data on SYNs: RFC 7413, with the limits and pauses of docs/bundles/tcp.md. What a stack must know
 * as a client of each server, and what it has given as a server to each client.
 */
final class FastOpenRules {
  private static final int OPTION_SPACE = 40;
  private static final int HEADERS = 40;

  /** Timeouts in a row after which the way is suspected. */
  private static final int TIMEOUTS = 3;

  private static final int MOST_DOUBLINGS = 6;
  private static final long HOUR = 3_600_000_000_000L;

  /** Whether what a SYN brings is taken. */
  private enum Verdict {
    TAKEN,
    NOT_TAKEN,
    EITHER
  }

  private record Known(String cookie, int mss) {}

  private final Host host;

  // ---- as a client ----
  private final Map<Integer, Known> known = new HashMap<>();
  private int blackholes;
  private long blackholeNanos;

  /** Whether the way is suspected cannot be told from outside. */
  private boolean vague;

  // ---- as a server ----
  /** By client and cookie, when it was known last that it is one of the key in force. */
  private final Map<Integer, Map<String, Long>> given = new HashMap<>();

  FastOpenRules(Host host) {
    this.host = host;
  }

  // ---- client ----

  /** What was known is forgotten. */
  void forget() {
    known.clear();
    vague = true;
  }

  /** The first SYN of a connection: §4.2.1. */
  void onFirstSyn(End e, Seg s, long now) {
    String mode = e.settings.word("fastOpen");
    boolean client = mode.equals("client") || mode.equals("both");
    boolean wanted = e.early || e.settings.option("fastOpenConnect", false);
    long pause = host.settings.seconds("fastOpenBlackholeSeconds");
    pause <<= Math.min(Math.max(0, blackholes - 1), MOST_DOUBLINGS);
    boolean paused = blackholes > 0 && now - blackholeNanos < pause;
    boolean unsure = vague || host.ethernet || !host.isWhole(now);
    if (s.cookie == null) {
      if (s.dataLength > 0) {
        e.fail("SYN", "it carries data without a cookie (RFC 7413 §4.2.1)");
      }
      if (wanted && client && !paused && !unsure) {
        e.fail("Fast Open (RFC 7413 §4.1.3)", "the SYN has no option, " + blackholes + " pauses");
      }
      return;
    }
    if (!wanted || !client || paused && !unsure) {
      e.fail("Fast Open (RFC 7413 §4.1.3)", "nobody asks for it, or it is paused");
    }
    e.fastOpen = true;
    Known server = known.get(e.tuple.remote());
    String cookie = server == null ? "" : server.cookie();
    if (!s.cookie.equals(cookie) && !unsure) {
      e.fail("Fast Open cookie (RFC 7413 §4.1.3)", s.cookie + " instead of " + cookie);
    }
    long most = server == null ? 0 : room(e, server);
    boolean vagueSize = host.paths.isVague(e.tuple.remote()) || unsure;
    if (s.dataLength != Math.min(e.written, most) && !vagueSize || s.dataLength > e.written) {
      e.fail("Fast Open (RFC 7413 §4.2.1)", "of " + e.written + " bytes " + most + " may go");
    }
    for (int i = 0; i < s.dataLength; i++) {
      int wanting = e.content.applyAsInt(i);
      if (wanting >= 0 && wanting != s.u8(s.dataAt + i)) {
        e.fail("payload", "byte " + i + " is not what the application wrote");
      }
    }
    e.synData = s.dataLength;
  }

  private static long room(End e, Known server) {
    int own = Math.min(e.pathMtu - HEADERS, e.settings.option("maxSegmentBytes", 65535));
    return Math.max(0, Math.min(own, server.mss() > 0 ? server.mss() : own) - OPTION_SPACE);
  }

  /** The SYN-ACK has come: §4.1.3, §4.2.1. */
  void onSynAck(End e, Seg s, long ack) {
    if (!e.fastOpen) {
      return;
    }
    if (s.cookie != null && !s.cookie.isEmpty()) {
      known.put(e.tuple.remote(), new Known(s.cookie, s.mss));
    }
    if (ack > 1) {
      host.counts.add("TcpExt.TCPFastOpenActive", 1);
    }
    if (ack <= e.synData) {
      host.counts.add("TcpExt.TCPFastOpenActiveFail", 1);
    }
  }

  /**
   * A timer has expired in vain: §4.1.3.1.
   *
   * @param expiry how many times in a row
   * @param givenUp whether the opening ends by it
   */
  void onTimeout(End e, int expiry, boolean givenUp, long now) {
    boolean counts = expiry == TIMEOUTS || givenUp && expiry < TIMEOUTS;
    if (e.fastOpen && counts && host.settings.number("fastOpenBlackholeSeconds") > 0) {
      blackholes++;
      blackholeNanos = now;
    }
  }

  /** It may have expired in vain often enough. */
  void onUnclearTimeout(End e) {
    vague |= e.fastOpen;
  }

  /** Data of the peer has come in order. */
  void onData(End e) {
    if (e.fastOpen && !e.fastOpenProven) {
      e.fastOpenProven = true;
      blackholes = 0;
      vague = false;
    }
  }

  // ---- server ----

  /** A SYN has made an embryo: §4.2.2, §5.1. */
  void onSyn(Listening listening, End e, Seg s, long now) {
    String mode = host.settings.word("fastOpen");
    int queue =
        listening.settings.option("fastOpenQueue", (int) host.settings.number("fastOpenQueue"));
    boolean server = mode.equals("server") || mode.equals("both");
    e.listening = listening;
    if (s.cookie == null || !server || queue == 0) {
      return;
    }
    if (pending(listening, now) >= queue) {
      e.cookieMay = s.cookie.isEmpty();
      return;
    }
    switch (verdict(e, s, now)) {
      case TAKEN -> {
        e.cookieMay = true;
        take(e, s, now);
      }
      case NOT_TAKEN -> e.cookieOwed = true;
      case EITHER -> {
        e.cookieMay = true;
        e.maybeEarly = s;
      }
    }
  }

  private Verdict verdict(End e, Seg s, long now) {
    Long since = given.getOrDefault(e.tuple.remote(), Map.of()).get(s.cookie);
    if (s.cookie.isEmpty() || since == null) {
      return Verdict.NOT_TAKEN;
    }
    long rotation = host.settings.number("fastOpenKeyRotationHours") * HOUR;
    if (now - since < rotation) {
      return Verdict.TAKEN; // of the key in force, or of the one before
    }
    return now - since >= 2 * rotation ? Verdict.NOT_TAKEN : Verdict.EITHER;
  }

  private long pending(Listening listening, long now) {
    listening.earlyResets.removeIf(at -> now - at >= Listening.RESET_COUNTS_NANOS);
    long open =
        host.ends.values().stream()
            .filter(e -> e.listening == listening && e.early && e.state == State.SYN_RECEIVED)
            .count();
    return open + listening.earlyResets.size();
  }

  /** Its data is taken, and the connection is open for the application. */
  private void take(End e, Seg s, long now) {
    e.early = true;
    e.maybeEarly = null;
    e.edge = 1L + s.window;
    e.window = s.window;
    e.largestWindow = s.window;
    e.wl1 = 0;
    e.wl2 = 0;
    e.lastProgressNanos = now;
    e.waitsSinceNanos = now;
    e.arriving = s;
    e.listening.waiting.add(e);
    host.counts.add("Tcp.PassiveOpens", 1);
    e.advertised = 1L + s.dataLength;
    Arrivals.text(e, 1, s, false, now);
    e.ackOwed = null; // by the SYN-ACK
    e.ackBy = End.NEVER;
  }

  /** A SYN-ACK goes. */
  void onSynAckSent(End e, Seg s, long now) {
    Seg syn = e.maybeEarly;
    if (syn != null && e.theirs(s.rawAck) == 1 + syn.dataLength && s.cookie == null) {
      take(e, syn, now);
    }
    if (syn != null && syn.dataLength > 0 && e.theirs(s.rawAck) > 1) {
      take(e, syn, now);
    }
    e.maybeEarly = null;
    boolean first = e.synsSent == 0;
    if (s.cookie != null && !(first && (e.cookieOwed || e.cookieMay))) {
      e.fail("Fast Open cookie (RFC 7413 §4.1.2)", "nobody has asked for one");
    }
    if (first && e.cookieOwed && s.cookie == null && !host.ethernet) {
      e.fail("Fast Open cookie (RFC 7413 §4.1.2)", "the client is owed one");
    }
    if (s.cookie != null) {
      if (s.cookie.length() < 8 || s.cookie.length() > 32) {
        e.fail("Fast Open cookie (RFC 7413 §4.1.1)", "4 to 16 bytes: " + s.cookie);
      }
      given.computeIfAbsent(e.tuple.remote(), client -> new HashMap<>()).put(s.cookie, now);
    }
  }

  /** An end is over, or open. */
  static void onSettled(End e, boolean reset, long now) {
    if (e.early && e.listening != null && reset) {
      e.listening.earlyResets.add(now);
    }
  }
}
