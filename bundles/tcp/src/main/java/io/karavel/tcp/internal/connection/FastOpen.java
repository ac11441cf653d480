package io.karavel.tcp.internal.connection;

import io.karavel.tcp.TcpState;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;

/**
 * Fast Open (RFC 7413) of one connection: what its SYN or SYN-ACK carries of it, and what the
 * handshake told. The client's data on the SYN stays in the send ring and is not in the map of sent
 * segments: what the SYN-ACK does not acknowledge is new data again. Lane's thread.
 */
public final class FastOpen {
  /** Nothing to be told. */
  public static final int NOTHING = 0;

  /** {@link #takeNews()}: the SYN-ACK brought {@link #learnedCookie()}. */
  public static final int LEARNED = 1;

  /** {@link #takeNews()}: it looks as if something on the way swallows Fast Open. */
  public static final int BLACKHOLE = 2;

  /** {@link #takeNews()}: the peer's data has come, the way carries Fast Open. */
  public static final int PROVEN = 4;

  /** Space that is left for options in a SYN with data. */
  private static final int OPTION_SPACE = 40;

  /** Timeouts in a row after which the way is taken for a black hole, as in Linux. */
  private static final int BLACKHOLE_TIMEOUTS = 2;

  private static final int HEADER_BYTES = 4 + 4 + 4;

  private final boolean server;

  /** For the first SYN or SYN-ACK; empty asks for one; null once it has gone. */
  private byte[] cookie;

  /** The peer's MSS as it was last time; 0 if unknown. */
  private final int knownSegmentBytes;

  private int synBytes;
  private boolean proven;
  private byte[] learned;
  private int learnedSegmentBytes;
  private int news;

  private FastOpen(boolean server, byte[] cookie, int knownSegmentBytes) {
    this.server = server;
    this.cookie = cookie;
    this.knownSegmentBytes = knownSegmentBytes;
  }

  /**
   * A client's.
   *
   * @param cookie what the server gave last time; empty to ask for one
   * @param segmentBytes the server's MSS of last time, or 0
   */
  public static FastOpen client(byte[] cookie, int segmentBytes) {
    return new FastOpen(false, cookie, segmentBytes);
  }

  /**
   * A server's, whose client had a valid cookie.
   *
   * @param renewed a cookie for the SYN-ACK, or null
   */
  public static FastOpen server(byte[] renewed) {
    return new FastOpen(true, renewed, 0);
  }

  /** Most bytes that a SYN carries. */
  public static int synSpace(int mtuSegmentBytes, int segmentBytes) {
    int mss = segmentBytes > 0 ? Math.min(mtuSegmentBytes, segmentBytes) : mtuSegmentBytes;
    return Math.max(0, mss - OPTION_SPACE);
  }

  /** What {@link #takeNews()} tells since it was last asked, as bits. */
  public int takeNews() {
    int taken = news;
    news = NOTHING;
    return taken;
  }

  /** The cookie that the SYN-ACK brought. */
  public byte[] learnedCookie() {
    return learned;
  }

  /** The MSS that the SYN-ACK brought. */
  public int learnedSegmentBytes() {
    return learnedSegmentBytes;
  }

  private static void tell(ControlBlock c, int what) {
    c.fastOpen.news |= what;
    c.event(ConnectionEvents.FAST_OPEN);
  }

  // ---- client ----

  /** Puts cookie and data on the first SYN, a cookie on the first SYN-ACK. */
  static void onSyn(ControlBlock c, TransmitSegment out) {
    FastOpen f = c.fastOpen;
    if (f == null || f.cookie == null) {
      return;
    }
    if (!c.synRetransmitted) {
      out.fastOpenCookie = f.cookie;
      if (!f.server && f.cookie.length > 0) {
        int space = synSpace(Math.min(c.mtuSegmentBytes, c.options.maxSegmentBytes()), f.known());
        f.synBytes = Math.min(c.unsent(), space);
        out.payloadPosition = c.sendRing.readPosition();
        out.payloadLength = f.synBytes;
        out.segmentBytes = f.synBytes;
      }
    }
    f.cookie = null;
  }

  private int known() {
    return knownSegmentBytes;
  }

  /** Whether an acknowledgement of our SYN may be this far beyond SND.NXT. */
  static boolean mayAcknowledge(ControlBlock c, int beyond) {
    return c.fastOpen != null && beyond > 0 && beyond <= c.fastOpen.synBytes;
  }

  /** The SYN-ACK has come; what it acknowledges of the data is done with. */
  static void onSynAck(ControlBlock c, Segment s) {
    FastOpen f = c.fastOpen;
    if (f == null || f.server) {
      return;
    }
    if (s.fastOpenLength > 0) {
      f.learned = s.fastOpenCookie();
      f.learnedSegmentBytes = s.maximumSegmentSize;
      tell(c, LEARNED);
    }
    if (f.synBytes == 0) {
      return;
    }
    int taken = s.acknowledgment - c.sndNxt;
    c.karnSequence = c.sndNxt + f.synBytes;
    if (taken > 0) {
      c.sendRing.consume(c.sendRing.readPosition() + taken);
      c.sndNxt += taken;
      c.rttSequence = c.sndNxt;
      c.counters().fastOpenActive.increment();
    }
    if (taken < f.synBytes) {
      c.counters().fastOpenActiveFail.increment();
    }
  }

  /** The retransmission timer has expired, or the connection is given up for it. */
  static void onTimeout(ControlBlock c, boolean givenUp) {
    if (c.fastOpen != null
        && !c.fastOpen.server
        && (c.retransmits == BLACKHOLE_TIMEOUTS || c.retransmits < BLACKHOLE_TIMEOUTS && givenUp)) {
      tell(c, BLACKHOLE);
    }
  }

  /** Data of the peer has come in order. */
  static void onData(ControlBlock c) {
    if (c.fastOpen != null && !c.fastOpen.server && !c.fastOpen.proven) {
      c.fastOpen.proven = true;
      tell(c, PROVEN);
    }
  }

  // ---- server ----

  /** Whether data may be sent though our SYN is not acknowledged yet (RFC 7413 §4.2.2). */
  static boolean maySendEarly(ControlBlock c) {
    return c.state == TcpState.SYN_RECEIVED && c.fastOpen != null && c.fastOpen.server;
  }

  /** Takes the data on a SYN with a valid cookie; the connection counts as open from now on. */
  static void onEarlySyn(ControlBlock c, Segment syn, long nowNanos) {
    c.sndWnd = syn.windowField;
    c.maxSndWnd = syn.windowField;
    c.sndWl1 = syn.sequence;
    c.sndWl2 = c.iss;
    syn.sequence++;
    syn.flags &= ~(TcpHeader.SYN | TcpHeader.FIN);
    Receiver.onText(c, syn, nowNanos);
    c.owe(ControlBlock.OWE_SYN);
    RetransmitTimer.arm(c, nowNanos);
    c.event(ConnectionEvents.OPENED | ConnectionEvents.WRITABLE);
  }

  // ---- hand-over ----

  byte[] toBytes() {
    int cookieBytes = cookie == null ? 0 : cookie.length;
    ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + cookieBytes);
    int flags = (server ? 1 : 0) | (proven ? 2 : 0) | (cookie != null ? 4 : 0) | news << 8;
    out.putInt(flags).putInt(synBytes).putInt(knownSegmentBytes);
    if (cookie != null) {
      out.put(cookie);
    }
    return out.array();
  }

  /** What {@link #toBytes()} wrote; null if it makes no sense. */
  static FastOpen fromBytes(byte[] bytes) {
    if (bytes.length < HEADER_BYTES) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int flags = in.getInt();
    int synBytes = in.getInt();
    FastOpen made = new FastOpen((flags & 1) != 0, null, in.getInt());
    made.synBytes = synBytes;
    made.proven = (flags & 2) != 0;
    // A cookie just learned is told in the same turn; it is not worth keeping.
    made.news = flags >>> 8 & ~LEARNED;
    if ((flags & 4) != 0) {
      made.cookie = new byte[in.remaining()];
      in.get(made.cookie);
    }
    return made;
  }
}
