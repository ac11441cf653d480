package io.karavel.simulation.run;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.testkit.ByteStream;
import io.karavel.testkit.PacketBuilder;
import io.karavel.testkit.SegmentOption;
import io.karavel.testkit.WirePacket;
import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionParser;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The other end of a connection, which is no stack: it keeps account of both sequence spaces, and
 * says whatever it is told to say, right or wrong. Numbers count from the initial sequence numbers
 * on. Test's thread.
 */
final class Stranger implements Source {
  static final int ACK = TcpHeader.ACK;
  static final int SYN = TcpHeader.SYN;
  static final int FIN = TcpHeader.FIN;
  static final int RST = TcpHeader.RST;
  static final int PSH = TcpHeader.PSH;
  static final int URG = TcpHeader.URG;

  private static final int KEPT = 6;
  private static final int HEADER_BYTES = 40;

  final IpEndpoint own;
  final IpEndpoint stack;
  private final World world;
  private final ByteStream stream;

  // ---- what it sends ----
  final int iss;
  final int segmentBytes;
  final int shift;
  final boolean offersTimestamps;
  final boolean offersSack;
  private final int clockOffset;

  /** Behind the last number it has sent. */
  long nxt;

  /** What the stack has acknowledged of it. */
  long una;

  /** Where its FIN stands; -1 before it is sent. */
  long finAt = -1;

  /** The window it offers, and the largest right edge so far. */
  long window = 65535;

  // ---- what it has heard ----
  int irs;
  boolean heardSyn;
  boolean heardReset;

  /** Whether it is the one that connects. */
  boolean active;

  /** As far as it knows the connection is open. */
  boolean opened;

  /** A segment has come whose SYN acknowledges ours. */
  boolean heardSynAck;

  /** What the stack gave for Fast Open (RFC 7413), by host. */
  Map<IpAddress, String> cookies = Map.of();

  /** Most bytes that it has sent with a SYN. */
  private int earlyBytes;

  /** The stack's SYN has the option of Fast Open. */
  boolean asksForCookie;

  boolean timestamps;
  boolean sack;
  boolean scaling;
  int stackSegmentBytes = 536;
  int tsRecent;

  /** What it has beyond rcvNxt. */
  private final Pieces has = new Pieces();

  long rcvNxt = 1;

  /** The largest number that it has acknowledged. */
  long told;

  /** Behind the last number that the stack has sent. */
  long stackNxt = 1;

  long stackFinAt = -1;

  /** How far the window that the stack offers goes. */
  long edge = 1;

  /** What the stack has told by SACK in its last segment. */
  private final List<long[]> held = new ArrayList<>();

  private int stackShift;
  private final Deque<byte[]> heard = new ArrayDeque<>();

  Stranger(
      World world,
      IpEndpoint own,
      IpEndpoint stack,
      int iss,
      long stream,
      SplittableRandom random) {
    this.world = world;
    this.own = own;
    this.stack = stack;
    this.iss = iss;
    this.stream = new ByteStream(stream);
    segmentBytes = random.nextInt(3) == 0 ? 1 + random.nextInt(1460) : 1460;
    shift = random.nextInt(4) == 0 ? -1 : random.nextInt(15);
    offersTimestamps = random.nextInt(3) != 0;
    offersSack = random.nextInt(4) != 0;
    clockOffset = random.nextInt();
  }

  @Override
  public ByteStream stream() {
    return stream;
  }

  @Override
  public long written() {
    return Math.max(0, (finAt >= 0 ? finAt : nxt) - 1);
  }

  /** The first of its numbers that is not acknowledged, its SYN left aside. */
  long base() {
    nxt = Math.max(1, nxt);
    return Math.max(1, una);
  }

  // ---- hearing ----

  boolean isFrom(WirePacket packet) {
    return packet.isTcp()
        && packet.source().equals(stack.address())
        && packet.sourcePort() == stack.port()
        && packet.destination().equals(own.address())
        && packet.destinationPort() == own.port();
  }

  /** The datagrams that came last. */
  List<byte[]> heard() {
    return new ArrayList<>(heard);
  }

  /** A segment has come. */
  void hear(WirePacket packet) {
    heard.addLast(packet.ipBytes());
    if (heard.size() > KEPT) {
      heard.removeFirst();
    }
    if (packet.has(RST)) {
      heardReset = true;
      return;
    }
    int beyond = packet.acknowledgmentNumber() - (iss + 1);
    boolean early = !heardSynAck && beyond > 0 && beyond <= earlyBytes;
    if (packet.has(SYN | ACK) && beyond != 0 && !early) {
      return; // it answers a SYN with another number
    }
    if (packet.has(SYN)) {
      hearSyn(packet);
    }
    if (!heardSyn) {
      return;
    }
    hearText(packet, packet.has(SYN) ? 1 : near(packet.sequenceNumber(), irs, rcvNxt));
    if (packet.has(ACK)) {
      long ack = near(packet.acknowledgmentNumber(), iss, una);
      una = Math.min(nxt, Math.max(una, ack));
      int scaled = packet.has(SYN) || !scaling ? 0 : stackShift;
      edge = Math.max(edge, ack + ((long) packet.window() << scaled));
      hearBlocks(packet, ack);
    }
    SegmentOption stamps = packet.option(TcpOptionParser.TIMESTAMPS);
    if (stamps != null) {
      tsRecent = stamps.values().get(0).intValue();
    }
  }

  private void hearBlocks(WirePacket packet, long ack) {
    held.clear();
    SegmentOption blocks = packet.option(TcpOptionParser.SACK);
    for (int i = 0; blocks != null && i + 1 < blocks.values().size(); i += 2) {
      long left = near(blocks.values().get(i).intValue(), iss, una);
      long right = near(blocks.values().get(i + 1).intValue(), iss, una);
      if (left > ack) {
        held.add(new long[] {left, right});
      }
    }
  }

  /** Whether the stack has said that it has such a number of ours. */
  private boolean isThere(long number) {
    return number < una || held.stream().anyMatch(block -> block[0] <= number && number < block[1]);
  }

  private void hearSyn(WirePacket packet) {
    irs = packet.sequenceNumber();
    heardSyn = true;
    heardSynAck |= packet.has(ACK);
    timestamps = offersTimestamps && packet.option(TcpOptionParser.TIMESTAMPS) != null;
    sack = offersSack && packet.option(TcpOptionParser.SACK_PERMITTED) != null;
    SegmentOption cookie = packet.option(TcpOptionParser.FAST_OPEN);
    asksForCookie = cookie != null && !packet.has(ACK);
    if (cookie != null && packet.has(ACK)) {
      cookies.put(own.address(), cookie.hex());
    }
    SegmentOption scale = packet.option(TcpOptionParser.WINDOW_SCALE);
    scaling = shift >= 0 && scale != null;
    stackShift = scale == null ? 0 : scale.values().get(0).intValue();
    SegmentOption mss = packet.option(TcpOptionParser.MAXIMUM_SEGMENT_SIZE);
    stackSegmentBytes = mss == null ? 536 : mss.values().get(0).intValue();
  }

  private void hearText(WirePacket packet, long from) {
    long to = from + packet.payloadLength() + (packet.has(FIN) ? 1 : 0);
    if (packet.has(FIN)) {
      stackFinAt = to - 1;
    }
    if (from == to) {
      return;
    }
    stackNxt = Math.max(stackNxt, to);
    rcvNxt = has.add(from, to, rcvNxt);
  }

  /** What it has beyond what is contiguous. */
  List<long[]> blocks() {
    return has.all();
  }

  /** Lets go of what it has out of order (RFC 2018 §8). */
  void renege() {
    has.clear();
  }

  private static long near(int raw, int origin, long close) {
    return close + (raw - origin - (int) close);
  }

  // ---- saying ----

  /** Milliseconds of its clock. */
  int clock() {
    return (int) (world.now() / 1_000_000) + clockOffset;
  }

  /** The window field of a segment without SYN. */
  int field() {
    long value = scaling ? window >> shift : window;
    return (int) Math.min(65535, value);
  }

  /** Bytes of options that every segment has. */
  int optionBytes() {
    return timestamps ? 12 : 0;
  }

  /** Most bytes of text that it puts into a segment. */
  int most() {
    return Math.max(1, Math.min(stackSegmentBytes, world.mtu - HEADER_BYTES) - optionBytes());
  }

  PacketBuilder packet(int flags, long seq, long ack) {
    if ((flags & ACK) != 0 && ack <= rcvNxt) {
      told = Math.max(told, ack);
    }
    return new PacketBuilder()
        .from(own.address(), own.port())
        .to(stack.address(), stack.port())
        .flags(flags)
        .sequence(iss + (int) seq)
        .acknowledgment((flags & ACK) != 0 ? irs + (int) ack : 0)
        .window(field())
        .options(stamps(clock()));
  }

  List<SegmentOption> stamps(int value) {
    List<SegmentOption> options = new ArrayList<>();
    if (timestamps) {
      options.add(stamp(value));
    }
    return options;
  }

  private SegmentOption stamp(int value) {
    return SegmentOption.of(TcpOptionParser.TIMESTAMPS, unsigned(value), unsigned(tsRecent));
  }

  private static long unsigned(int value) {
    return value & 0xffff_ffffL;
  }

  /** The options of its SYN, or of its answer to one. */
  List<SegmentOption> synOptions(boolean answers) {
    List<SegmentOption> options = new ArrayList<>();
    options.add(SegmentOption.of(TcpOptionParser.MAXIMUM_SEGMENT_SIZE, (long) segmentBytes));
    if (shift >= 0 && (!answers || scaling)) {
      options.add(SegmentOption.of(TcpOptionParser.WINDOW_SCALE, (long) shift));
    }
    if (offersSack && (!answers || sack)) {
      options.add(SegmentOption.of(TcpOptionParser.SACK_PERMITTED));
    }
    if (offersTimestamps && (!answers || timestamps)) {
      options.add(stamp(clock()));
    }
    return options;
  }

  /** Its SYN, with an acknowledgement if {@code ack} is not negative. */
  PacketBuilder syn(long ack) {
    nxt = Math.max(nxt, 1);
    return packet(ack < 0 ? SYN : SYN | ACK, 0, Math.max(0, ack))
        .window((int) Math.min(65535, window))
        .options(synOptions(ack >= 0));
  }

  /** Its SYN with a cookie, a wrong one, or none at all to ask for one, and some of its stream. */
  PacketBuilder fastOpenSyn(String cookie, int length) {
    List<SegmentOption> options = synOptions(false);
    options.add(new SegmentOption(TcpOptionParser.FAST_OPEN, List.of(), cookie));
    nxt = Math.max(nxt, 1 + length);
    earlyBytes = Math.max(earlyBytes, length);
    byte[] bytes = new byte[length];
    stream.from(0, length).get(bytes);
    return packet(SYN, 0, 0).window((int) Math.min(65535, window)).options(options).payload(bytes);
  }

  /** Its answer to a SYN with the option of Fast Open. */
  PacketBuilder fastOpenAnswer(long ack, String cookie) {
    List<SegmentOption> options = synOptions(true);
    if (cookie != null) {
      options.add(new SegmentOption(TcpOptionParser.FAST_OPEN, List.of(), cookie));
    }
    nxt = Math.max(nxt, 1);
    return packet(SYN | ACK, 0, ack).window((int) Math.min(65535, window)).options(options);
  }

  /** An acknowledgement that tells by SACK what it has. */
  PacketBuilder selective(long ack, List<long[]> blocks) {
    List<SegmentOption> options = stamps(clock());
    List<Long> edges = new ArrayList<>();
    int room = timestamps ? 3 : 4;
    for (long[] block : blocks.subList(0, Math.min(room, blocks.size()))) {
      edges.add(unsigned(irs + (int) block[0]));
      edges.add(unsigned(irs + (int) block[1]));
    }
    if (sack && !edges.isEmpty()) {
      options.add(SegmentOption.of(TcpOptionParser.SACK, edges.toArray(Long[]::new)));
    }
    return packet(ACK, nxt, ack).options(options);
  }

  /** The same where of what is not acknowledged only what begins somewhere has arrived. */
  PacketBuilder behind(long ack, long left) {
    boolean any = ack < left && left < rcvNxt;
    return selective(ack, any ? List.of(new long[] {left, rcvNxt}) : blocks());
  }

  /** Lets everything happen that its last packet causes. */
  void pause() {
    world.settle();
  }

  /** Bytes of its stream. */
  PacketBuilder text(long from, long to, int flags) {
    nxt = Math.max(nxt, to);
    byte[] bytes = new byte[(int) (to - from)];
    stream.from(from - 1, bytes.length).get(bytes);
    return packet(ACK | flags, from, rcvNxt).payload(bytes);
  }

  /** The same, but what the stack has already is something else now: what came first stays. */
  PacketBuilder otherText(long from, long to) {
    nxt = Math.max(nxt, to);
    byte[] bytes = new byte[(int) (to - from)];
    stream.from(from - 1, bytes.length).get(bytes);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] ^= (byte) (isThere(from + i) ? 0x55 : 0);
    }
    return packet(ACK, from, rcvNxt).payload(bytes);
  }

  /** Its FIN, behind some of its stream. */
  PacketBuilder fin(long from, long to) {
    finAt = to;
    PacketBuilder built = text(from, to, FIN);
    nxt = Math.max(nxt, to + 1);
    return built;
  }

  void send(PacketBuilder packet) {
    world.deliver(packet.tcp());
  }

  void sendRaw(byte[] datagram) {
    world.deliver(datagram);
  }

  @Override
  public String toString() {
    return own + " > " + stack;
  }
}
