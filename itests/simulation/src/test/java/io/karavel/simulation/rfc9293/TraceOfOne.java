package io.karavel.simulation.rfc9293;

import java.nio.ByteBuffer;
import java.util.Map;

/**
 * A trace of one connection, made by hand, for tests of the rules themselves: what the end at
 * 10.0.0.1:1000 sends is judged, the peer at 10.0.0.2:80 says what a test wants. Initial sequence
 * numbers are 0 for both; no options but MSS 1460, SACK-permitted and blocks.
 */
final class TraceOfOne {
  static final int SEGMENT = 1000;
  private static final int LOCAL = 0x0a000001;
  private static final int REMOTE = 0x0a000002;
  private static final int PORT = 1000;
  private static final int PEER_PORT = 80;
  private static final int WINDOW = 60_000;

  /** What the end offers with nothing unread: its buffer. */
  static final int RECEIVE_WINDOW = 8_000;

  private static final long MILLI = 1_000_000L;

  /** What is counted of every trace. */
  private static final Map<String, Long> COUNTED =
      Map.of("Tcp.ActiveOpens", 1L, "Tcp.CurrEstab", 1L);

  final Checker checker = new Checker();
  private final Object token = new Object();
  private long now = 1000 * MILLI;
  private int written;

  /** Open after a round trip of 100 ms; the peer takes segments of {@link #SEGMENT} bytes. */
  TraceOfOne() {
    this(Map.of());
  }

  /** The same, with these parameters. */
  TraceOfOne(Map<String, Object> parameters) {
    parameters.forEach((key, value) -> checker.setting("a", key, value, 0));
    checker.setting("a", "timestamps", false, 0);
    checker.setting("a", "windowScaling", false, 0);
    checker.setting("a", "congestionControl", "newreno", 0);
    checker.setting("a", "receiveBufferInitial", (long) RECEIVE_WINDOW, 0);
    checker.mtu("a", REMOTE, 1500);
    checker.connect("a", token, PORT, REMOTE, PEER_PORT, position -> -1);
    sent(Seg.SYN, 0, 0, 0, 2, 4, 1460 >> 8, 1460 & 255, 4, 2, 1, 1);
    settled();
    after(100);
    arrives(Seg.SYN | Seg.ACK, 0, 1, 2, 4, SEGMENT >> 8, SEGMENT & 255, 4, 2, 1, 1);
    sent(Seg.ACK, 1, 0, 1);
    settled();
  }

  /** Time passes; whatever happens at a moment has happened. */
  TraceOfOne after(long millis) {
    now += millis * MILLI;
    return this;
  }

  TraceOfOne settled() {
    checker.settled(now);
    return this;
  }

  /** The application writes, and so many full segments go at once. */
  TraceOfOne writes(int segments, int sentOfThem) {
    checker.wrote("a", token, (long) segments * SEGMENT, now);
    written += segments;
    for (int i = 0; i < sentOfThem; i++) {
      sends(1 + i + written - segments);
    }
    return settled();
  }

  /** The n-th segment goes, 1 being the first. */
  TraceOfOne sends(int n) {
    int flags = Seg.ACK | (n == written ? Seg.PSH : 0);
    sent(flags, 1 + (n - 1) * SEGMENT, SEGMENT, 1);
    return this;
  }

  /** Everything up to the n-th segment is acknowledged, and blocks of segments selectively. */
  TraceOfOne acknowledged(int n, int... blocks) {
    arrives(Seg.ACK, 1, 1 + n * SEGMENT, blocks(blocks));
    return this;
  }

  /** The same, with another window than the usual one. */
  TraceOfOne window(int n, int window) {
    byte[] packet = packet(false, Seg.ACK, 1, 0, 1 + n * SEGMENT, window);
    checker.arriving("a", packet, 0, 0, false, now);
    return this;
  }

  /** The first octet of the n-th segment goes. */
  TraceOfOne octet(int n) {
    sent(Seg.ACK, 1 + (n - 1) * SEGMENT, 1, 1);
    return this;
  }

  /** The n-th segment of the peer's arrives. */
  TraceOfOne comes(int n) {
    checker.arriving(
        "a", packet(false, Seg.ACK, 1 + (n - 1) * SEGMENT, SEGMENT, 1, WINDOW), 0, 0, false, now);
    return this;
  }

  /** An acknowledgement of everything up to the peer's n-th segment goes, with blocks. */
  TraceOfOne acknowledges(int n, int window, int... blocks) {
    byte[] packet = packet(true, Seg.ACK, 1, 0, 1 + n * SEGMENT, window, blocks(blocks));
    checker.sent("a", packet, 0, 0, now);
    return this;
  }

  /** A keepalive probe goes. */
  TraceOfOne probes() {
    sent(Seg.ACK, 0, 0, 1);
    return this;
  }

  /** What the stack counts. */
  TraceOfOne counts(Map<String, Long> more) {
    checker.counters("a", name -> more.getOrDefault(name, COUNTED.getOrDefault(name, 0L)), now);
    return this;
  }

  /** The application reads. */
  TraceOfOne reads(int bytes) {
    checker.read("a", token, bytes, now);
    return this;
  }

  /** What an operator would be shown. */
  TraceOfOne shown(Map<String, Object> figures) {
    ModelRules.shown((End) checker.endOf("a", token), figures, now);
    return this;
  }

  End end() {
    return (End) checker.endOf("a", token);
  }

  private static int[] blocks(int... blocks) {
    int[] options = new int[blocks.length == 0 ? 0 : 4 + 4 * blocks.length];
    if (blocks.length > 0) {
      options[0] = 1;
      options[1] = 1;
      options[2] = 5;
      options[3] = 2 + 4 * blocks.length;
      for (int i = 0; i < blocks.length; i++) {
        // from the beginning of one segment to the end of another
        int edge = 1 + (i % 2 == 0 ? blocks[i] - 1 : blocks[i]) * SEGMENT;
        for (int k = 0; k < 4; k++) {
          options[4 + 4 * i + k] = edge >>> 24 - 8 * k & 255;
        }
      }
    }
    return options;
  }

  private void sent(int flags, int seq, int length, int ack, int... options) {
    checker.sent("a", packet(true, flags, seq, length, ack, RECEIVE_WINDOW, options), 0, 0, now);
  }

  private void arrives(int flags, int seq, int ack, int... options) {
    checker.arriving("a", packet(false, flags, seq, 0, ack, WINDOW, options), 0, 0, false, now);
  }

  private static byte[] packet(
      boolean ours, int flags, int seq, int length, int ack, int window, int... options) {
    int header = 20 + options.length;
    ByteBuffer b = ByteBuffer.allocate(20 + header + length);
    b.put((byte) 0x45).put((byte) 0).putShort((short) b.capacity()).putInt(0x4000);
    b.put((byte) 64).put((byte) 6).putShort((short) 0);
    b.putInt(ours ? LOCAL : REMOTE).putInt(ours ? REMOTE : LOCAL);
    b.putShort((short) (ours ? PORT : PEER_PORT)).putShort((short) (ours ? PEER_PORT : PORT));
    b.putInt(seq).putInt(ack).put((byte) (header << 2)).put((byte) flags);
    b.putShort((short) window).putInt(0);
    for (int option : options) {
      b.put((byte) option);
    }
    b.putShort(10, (short) ~sum(b, 0, 20, 0));
    int pseudo = (LOCAL >>> 16) + (LOCAL & 0xffff) + (REMOTE >>> 16) + (REMOTE & 0xffff) + 6;
    b.putShort(36, (short) ~sum(b, 20, b.capacity(), pseudo + header + length));
    return b.array();
  }

  private static int sum(ByteBuffer b, int from, int to, int before) {
    int sum = before;
    for (int i = from; i < to; i++) {
      sum += (b.get(i) & 0xff) << 8 * (1 - (i - from) % 2);
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return sum;
  }
}
