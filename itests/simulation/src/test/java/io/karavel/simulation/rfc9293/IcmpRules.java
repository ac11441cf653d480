package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;

/** ICMP about segments that were sent: RFC 5927, RFC 1191, RFC 1122 §4.2.3.9. */
final class IcmpRules {
  private static final int UNREACHABLE = 3;
  private static final int FRAGMENTATION_NEEDED = 4;
  private static final int HEADERS = 40;

  /** What a router that does not say its MTU may carry: RFC 1191 §7. */
  private static final int[] PLATEAUS = {
    65_535, 32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_006, 508, 296, 68
  };

  /** The smallest MTU that is believed; below it packets may be fragmented instead. */
  private static final int SMALLEST_MTU = 552;

  private IcmpRules() {}

  static void on(Host host, Seg s, long now) {
    int at = s.quotedTcp();
    if (s.icmpType() != UNREACHABLE || at < 0) {
      return;
    }
    Tuple tuple =
        new Tuple(s.quotedAddress(false), s.u16(at), s.quotedAddress(true), s.u16(at + 2));
    End e = host.ends.get(tuple);
    if (e == null) {
      host.counts.add("TcpExt.OutOfWindowIcmps", 1);
      if (host.isVague(tuple, now) && s.icmpCode() == FRAGMENTATION_NEEDED) {
        host.paths.blur(tuple.remote());
      }
      return;
    }
    long seq = e.ours(s.i32(at + 4));
    // what is in flight, a keepalive probe, a bare acknowledgement (docs/bundles/tcp.md)
    boolean inFlight =
        !e.isEmbryo() && e.una - 1 <= seq && seq <= e.nxt && e.state != State.TIME_WAIT;
    e.touches++;
    e.model.expire(now);
    if (!inFlight) {
      host.counts.add("TcpExt.OutOfWindowIcmps", 1);
      return;
    }
    if (s.icmpCode() != FRAGMENTATION_NEEDED) {
      e.softError = meaning(s.icmpCode());
      return;
    }
    int mtu = s.icmpMtu() == 0 ? plateau(s.quotedLength()) : s.icmpMtu();
    boolean followed = e.model.followed;
    if (!followed
        && mtu - HEADERS < e.proven
        && (mtu - HEADERS >= e.provenWhole || e.timeouts > 0)) {
      // what has arrived may have been sent in parts, or be doubted after a silence
      e.host.paths.blur(e.tuple.remote());
    }
    if (mtu - HEADERS < (followed ? e.model.search.proven : e.proven)) {
      // it contradicts what has arrived: not before the timer bears it out (RFC 5927 §7.2)
      e.claimedMtu = Math.max(1 + HEADERS, mtu);
      e.claimedAt = seq;
      return;
    }
    believe(e, mtu, now);
  }

  private static int plateau(int tried) {
    for (int plateau : PLATEAUS) {
      if (plateau < tried) {
        return plateau;
      }
    }
    return PLATEAUS[PLATEAUS.length - 1];
  }

  /** RFC 1122 §4.2.3.9: what the application is told when the retries are used up. */
  private static String meaning(int code) {
    return switch (code) {
      case 0, 6, 9, 11 -> "NETWORK_UNREACHABLE";
      case 2 -> "PROTOCOL_UNREACHABLE";
      case 3 -> "CONNECTION_REFUSED";
      default -> "HOST_UNREACHABLE";
    };
  }

  private static void believe(End e, int mtu, long now) {
    e.claimedMtu = 0;
    e.mayFragment |= mtu < SMALLEST_MTU;
    int carried = Math.max(mtu, Math.min(e.pathMtu, SMALLEST_MTU));
    if (carried < e.pathMtu) {
      e.proven = Math.min(e.proven, carried - HEADERS);
      e.provenWhole = Math.min(e.provenWhole, carried - HEADERS);
      e.host.paths.believe(e, carried, now);
      e.pathStale = false;
      e.model.search.onPath(carried - HEADERS, now);
    }
  }

  /** The retransmission timer of an end that is followed expires: what waited is believed. */
  static void onTimeout(End e, long now) {
    if (e.claimedMtu > 0 && e.una - 1 <= e.claimedAt && e.claimedAt <= e.nxt) {
      believe(e, e.claimedMtu, now);
    }
  }

  /** The peer has acknowledged a segment. */
  static void onAcknowledged(End e, Sent sent, long ack) {
    long bytes = sent.to - sent.from + (e.timestamps ? 12 : 0);
    e.proven = Math.max(e.proven, bytes);
    if (sent.times == 1) {
      e.provenWhole = Math.max(e.provenWhole, bytes);
    }
    if (e.claimedMtu > 0 && ack > e.claimedAt) {
      e.claimedMtu = 0;
    }
  }

  /** Something is sent again: if that is for the timer's sake, what waited for it is believed. */
  static void onRepeated(End e) {
    if (!e.model.followed && e.claimedMtu > 0 && e.una <= e.claimedAt) {
      e.mayFragment |= e.claimedMtu < SMALLEST_MTU;
      e.host.paths.blur(e.tuple.remote());
    }
  }
}
