package io.karavel.tcp.internal.connection;

import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.internal.connection.ControlBlock.Recovery;
import io.karavel.wire.Seq;
import java.nio.ByteBuffer;

/**
 * Finding out by oneself how large packets may be: RFC 4821, as Linux does it. Segments are as
 * large as what is known to arrive; a probe halves the distance to what might. A probe that is lost
 * while what follows it arrives was too large, and is no sign of congestion.
 */
final class MtuProbing {
  /** The search ends when it is as close as this. */
  private static final int CLOSE_BYTES = 8;

  /** A probe must not stop the flow when it is lost: cwnd, and segments to be sent behind it. */
  private static final int LEAST_WINDOW_SEGMENTS = 11;

  private static final int SEGMENTS_BEHIND = 4;

  /** Timeouts in a row, beyond retries1, that speak against a size that had arrived before. */
  private static final int MORE_FOR_PROVEN = 4;

  private static final int FORM_BYTES = 5 * 4 + 8;

  /** Known to arrive and possible, as segment with options; the probe in flight, 0 without. */
  private int lowBytes;

  private int highBytes;
  private int probeBytes;
  private int probeStart;
  private int probeEnd;
  private long searchedNanos;

  private MtuProbing() {}

  private static int possible(ControlBlock c) {
    return Math.min(Math.min(c.mtuSegmentBytes, c.peerSegmentBytes), c.options.maxSegmentBytes());
  }

  private static void begin(ControlBlock c, long nowNanos) {
    MtuProbing m = new MtuProbing();
    m.highBytes = possible(c);
    int base = c.settings().mtuProbeBaseBytes() + Outgoing.fixedOptionBytes(c);
    m.lowBytes = Math.min(base, m.highBytes);
    m.searchedNanos = nowNanos;
    c.mtuProbing = m;
  }

  /** The connection is open, or the settings have changed. */
  static void onSettings(ControlBlock c, long nowNanos) {
    TcpSettings.MtuProbing mode = c.settings().mtuProbing();
    if (mode == TcpSettings.MtuProbing.OFF && c.mtuProbing != null) {
      c.mtuProbing = null;
      PathMtu.applySegmentBytes(c, nowNanos);
    } else if (mode == TcpSettings.MtuProbing.ALWAYS && c.mtuProbing == null) {
      begin(c, nowNanos);
      PathMtu.applySegmentBytes(c, nowNanos);
    }
  }

  /** What the search allows a segment with options to have. */
  static int limit(ControlBlock c) {
    return c.mtuProbing == null ? Integer.MAX_VALUE : c.mtuProbing.lowBytes;
  }

  /** Retransmissions go unanswered for so long that packets may be too large for the way. */
  static void onSuspect(ControlBlock c, long nowNanos) {
    TcpSettings.MtuProbing mode = c.settings().mtuProbing();
    // a backed-off timer is soon over retries1's time, but not over its count
    if (mode == TcpSettings.MtuProbing.OFF || c.retransmits < c.settings().retries1()) {
      return;
    }
    MtuProbing m = c.mtuProbing;
    if (m != null
        && mode == TcpSettings.MtuProbing.BLACKHOLE
        && c.provenSegmentBytes >= m.lowBytes) {
      // smaller ones had helped and do so no longer: it is not the size
      c.mtuProbing = null;
      c.provenSegmentBytes = 0;
      PathMtu.applySegmentBytes(c, nowNanos);
      return;
    }
    int options = Outgoing.fixedOptionBytes(c);
    // Deviation: Linux goes down to 48 bytes. Where packets as small as this seem to be swallowed
    // they may be fragmented instead.
    int floor = Math.min(PathMtu.MINIMUM_SEGMENT_BYTES, c.settings().mtuProbeBaseBytes() + options);
    int suspect = c.sent.firstLength() + options;
    if (suspect <= floor) {
      c.fragmentable |= m != null && m.lowBytes <= floor;
      return;
    }
    if (c.sent.longestSacked() + options >= suspect) {
      return;
    }
    // Deviation: Linux acts at once; where such segments have arrived, plain loss is likelier.
    boolean early = c.retransmits < c.settings().retries1() + MORE_FOR_PROVEN;
    int base = c.settings().mtuProbeBaseBytes() + options;
    int low = m == null ? base : Math.max(floor, Math.min((m.lowBytes + options) / 2, base));
    if (early && (c.provenSegmentBytes >= suspect || suspect <= low)) {
      return;
    }
    if (m == null) {
      c.counters().mtuBlackholes.increment();
      begin(c, nowNanos);
    }
    c.mtuProbing.lowBytes = Math.min(c.mtuProbing.highBytes, suspect <= low ? floor : low);
    c.provenSegmentBytes = 0;
    PathMtu.applySegmentBytes(c, nowNanos);
  }

  /**
   * Routers or routes say something new.
   *
   * @return whether there is a probe on its way that is larger than that, and so is gone
   */
  static boolean onPathMtu(ControlBlock c) {
    MtuProbing m = c.mtuProbing;
    if (m == null) {
      return false;
    }
    m.highBytes = possible(c);
    m.lowBytes = Math.min(m.lowBytes, m.highBytes);
    if (m.probeBytes == 0 || m.probeBytes + Outgoing.fixedOptionBytes(c) <= m.highBytes) {
      return false;
    }
    c.counters().mtuProbeFail.increment();
    m.probeBytes = 0;
    return true;
  }

  /** Payload of the probe to be sent now; 0 if none is. */
  static int due(ControlBlock c, int unsent, int window, int congestionRoom, long nowNanos) {
    MtuProbing m = c.mtuProbing;
    if (m == null || m.probeBytes != 0 || c.recovery != Recovery.OPEN) {
      return 0;
    }
    if (m.highBytes - m.lowBytes < CLOSE_BYTES) {
      if (nowNanos - m.searchedNanos < c.settings().mtuProbeIntervalNanos()) {
        return 0;
      }
      m.searchedNanos = nowNanos;
      m.highBytes = possible(c);
      if (m.highBytes - m.lowBytes < CLOSE_BYTES) {
        return 0;
      }
    }
    int probe = (m.lowBytes + m.highBytes) / 2 - Outgoing.fixedOptionBytes(c);
    int needed = probe + SEGMENTS_BEHIND * c.sndMss;
    boolean possible =
        c.congestionControl().congestionWindowBytes() >= LEAST_WINDOW_SEGMENTS * c.sndMss
            && unsent >= needed
            && window >= needed
            && congestionRoom >= probe + c.sndMss
            && Outgoing.sackBlocks(c) == 0;
    return possible && probe > c.sndMss ? probe : 0;
  }

  /** The probe was sent. */
  static void onSent(ControlBlock c, int sequence, int bytes) {
    MtuProbing m = c.mtuProbing;
    m.probeBytes = bytes;
    m.probeStart = sequence;
    m.probeEnd = sequence + bytes;
  }

  /** The peer has acknowledged more. */
  static void onAdvance(ControlBlock c, long nowNanos) {
    MtuProbing m = c.mtuProbing;
    if (m != null && m.probeBytes > 0 && Seq.greaterOrEqual(c.sndUna, m.probeEnd)) {
      m.lowBytes = Math.min(m.highBytes, m.probeBytes + Outgoing.fixedOptionBytes(c));
      m.probeBytes = 0;
      c.counters().mtuProbeSuccess.increment();
      PathMtu.applySegmentBytes(c, nowNanos);
    }
  }

  /**
   * A loss was detected.
   *
   * @return whether it was the probe, and nothing else is to be done about it
   */
  static boolean onLoss(ControlBlock c, long nowNanos) {
    MtuProbing m = c.mtuProbing;
    if (m == null || m.probeBytes == 0) {
      return false;
    }
    // lost beside others it proves nothing (RFC 4821 §7.6.3)
    boolean isProbe = c.sndUna == m.probeStart && c.sent.lostBytes() <= m.probeBytes;
    if (isProbe) {
      int tooLarge = m.probeBytes + Outgoing.fixedOptionBytes(c);
      m.highBytes = Math.max(m.lowBytes, tooLarge - 1);
      c.counters().mtuProbeFail.increment();
      m.probeBytes = 0;
      PathMtu.sendLargeAgain(c, nowNanos);
    } else {
      forget(c);
    }
    return isProbe;
  }

  /** The probe, if there is one, will be sent again as ordinary data: nothing is learnt of it. */
  static void forget(ControlBlock c) {
    MtuProbing m = c.mtuProbing;
    if (m != null && m.probeBytes > 0) {
      m.probeBytes = 0;
      c.sent.recut(c.sndMss);
    }
  }

  // ---- hand-over ----

  byte[] toBytes() {
    return ByteBuffer.allocate(FORM_BYTES)
        .putInt(lowBytes)
        .putInt(highBytes)
        .putInt(probeBytes)
        .putInt(probeStart)
        .putInt(probeEnd)
        .putLong(searchedNanos)
        .array();
  }

  /** What {@link #toBytes()} wrote; null if it makes no sense. */
  static MtuProbing fromBytes(byte[] bytes) {
    if (bytes.length < FORM_BYTES) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    MtuProbing made = new MtuProbing();
    made.lowBytes = in.getInt();
    made.highBytes = in.getInt();
    made.probeBytes = in.getInt();
    made.probeStart = in.getInt();
    made.probeEnd = in.getInt();
    made.searchedNanos = in.getLong();
    return made;
  }
}
