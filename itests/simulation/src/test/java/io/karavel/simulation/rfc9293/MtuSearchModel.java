package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.SenderModel.Phase;

/**
 * The search for the path's MTU: RFC 4821 with the constants of Linux and what docs/bundles/tcp.md
 * says of it. Sizes are of segments with their options, unless they are called payload.
 */
final class MtuSearchModel {
  /** The search is over when it is as close as this. */
  private static final long CLOSE = 8;

  /** A probe must not stop the flow when it is lost. */
  private static final long LEAST_WINDOW_SEGMENTS = 11;

  private static final long SEGMENTS_BEHIND = 4;

  /** Timeouts beyond retries1 that speak against a size that had arrived. */
  private static final long MORE_FOR_PROVEN = 4;

  /** Packets as small as this may be fragmented instead. */
  private static final long SMALLEST = 512;

  private final SenderModel m;
  boolean runs;
  private long low;
  private long high;
  private long searchedNanos;

  /** Payload of the probe that is out; 0 if none is. */
  private long probe;

  private long probeFrom;

  /** The longest that is known to have arrived. */
  long proven;

  MtuSearchModel(SenderModel m) {
    this.m = m;
  }

  /** What it lets a segment have at most. */
  long limit() {
    return runs && m.followed ? low : Integer.MAX_VALUE;
  }

  private long options() {
    return m.e.timestamps ? 12 : 0;
  }

  private long possible() {
    End e = m.e;
    int most = e.settings.option("maxSegmentBytes", 65_535);
    return Math.min(Math.min(e.pathMtu - 40, e.peerMss), most);
  }

  private String mode() {
    return m.e.settings.word("mtuProbing");
  }

  private void begin(long now) {
    runs = true;
    high = possible();
    low = Math.min(m.e.settings.number("mtuProbeBase") + options(), high);
    probe = 0;
    searchedNanos = now;
  }

  /** It is open, or a parameter has changed. */
  void onSettings(long now) {
    if (mode().equals("off") && runs) {
      runs = false;
      probe = 0;
    } else if (mode().equals("always") && !runs) {
      begin(now);
    }
    resize(now);
  }

  /** A router has said something new: a probe that is larger is gone (§7.6.2). */
  void onPath(long most, long now) {
    proven = Math.min(proven, most);
    boolean gone = false;
    if (runs) {
      high = possible();
      low = Math.min(low, high);
      gone = probe > 0 && probe + options() > high;
    }
    if (gone) {
      probe = 0;
      m.e.host.counts.model("TCPMTUPFail");
    }
    resize(now);
    if (gone && m.followed) {
      sendLargeAgain(now);
    }
  }

  /** What a segment may have has changed. */
  void resize(long now) {
    long segment = m.segment();
    if (!m.followed || segment == m.segmentWas) {
      return;
    }
    boolean smaller = segment < m.segmentWas;
    m.window().onSegment(segment);
    m.segmentWas = segment;
    if (smaller) {
      sendLargeAgain(now);
    }
  }

  /** What is larger than a segment may be is gone, which is no sign of congestion. */
  private void sendLargeAgain(long now) {
    boolean any = m.board.loseLonger(m.segment());
    m.board.cut(m.segment());
    if (any) {
      if (m.phase == Phase.OPEN) {
        m.phase = Phase.LOSS;
        m.recoveryPoint = m.e.nxt;
        m.undo.forget();
      }
      m.force = true;
      m.timer.arm(now);
    }
  }

  // ---- acknowledgements ----

  /** So much as one segment has arrived whole, and SND.UNA has moved. */
  void onAcknowledged(long longest, long now) {
    proven = Math.max(proven, longest + options());
    if (probe > 0 && m.e.una >= probeFrom + probe) {
      low = Math.min(high, probe + options());
      probe = 0;
      m.e.host.counts.model("TCPMTUPSuccess");
      resize(now);
    }
  }

  /** A loss is found: whether it is the probe alone, which is no sign of congestion (§7.6.1). */
  boolean onLoss(long now) {
    if (probe == 0) {
      return false;
    }
    if (m.e.una != probeFrom || m.board.lost() > probe) {
      forget(); // beside others it proves nothing (§7.6.3)
      return false;
    }
    high = Math.max(low, probe + options() - 1);
    probe = 0;
    m.e.host.counts.model("TCPMTUPFail");
    sendLargeAgain(now);
    return true;
  }

  /** The probe is going to be sent again as ordinary data. */
  void forget() {
    if (probe > 0) {
      probe = 0;
      m.board.cut(m.segment());
    }
  }

  // ---- probes ----

  /** Payload of the probe that is to go now; 0 if none is. */
  long due(long unsent, long window, long room, long now) {
    if (!runs || probe != 0 || m.phase != Phase.OPEN) {
      return 0;
    }
    if (high - low < CLOSE) {
      if (now - searchedNanos < m.e.settings.seconds("mtuProbeIntervalSeconds")) {
        return 0;
      }
      searchedNanos = now;
      high = possible();
      if (high - low < CLOSE) {
        return 0;
      }
    }
    long payload = (low + high) / 2 - options();
    long segment = m.segment();
    long needed = payload + SEGMENTS_BEHIND * segment;
    boolean may =
        (!m.windowKnown || m.window().window >= LEAST_WINDOW_SEGMENTS * segment)
            && unsent >= needed
            && window >= needed
            && room >= payload + segment
            && !(m.e.sack && m.e.ahead.count() > 0);
    return may && payload > segment ? payload : 0;
  }

  void onProbe(long from, long payload) {
    probeFrom = from;
    probe = payload;
  }

  // ---- silence ----

  /** The timer expires once more, and nothing was heard for as long as retries1 stands for. */
  void onSilence(long now) {
    long expiries = m.timer.expiries;
    long patience = m.e.settings.number("retries1");
    if (mode().equals("off") || expiries < patience) {
      return;
    }
    if (runs && mode().equals("blackhole") && proven >= low) {
      runs = false; // smaller ones had helped, and do no longer: it is not the size
      proven = 0;
      resize(now);
      return;
    }
    long base = m.e.settings.number("mtuProbeBase") + options();
    long floor = Math.min(SMALLEST, base);
    long suspect = m.board.all.get(0).length() + options();
    if (suspect <= floor) {
      m.e.mayFragment |= runs && low <= floor;
      return;
    }
    if (m.board.longestSacked() + options() >= suspect) {
      return; // longer ones behind it have arrived
    }
    boolean early = expiries < patience + MORE_FOR_PROVEN;
    long next = runs ? Math.max(floor, Math.min((low + options()) / 2, base)) : base;
    if (early && (proven >= suspect || suspect <= next)) {
      return;
    }
    if (!runs) {
      m.e.host.counts.model("TCPMTUPBlackholes");
      begin(now);
    }
    low = Math.min(high, suspect <= next ? floor : next);
    proven = 0;
    resize(now);
  }
}
