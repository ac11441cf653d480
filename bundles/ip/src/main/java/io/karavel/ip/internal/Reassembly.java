package io.karavel.ip.internal;

import io.karavel.engine.DropReason;
import io.karavel.engine.Timer;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketPool;
import io.karavel.wire.IcmpMessage;
import io.karavel.wire.Ipv4Header;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.LinkedHashMap;

/**
 * Puts fragments together (RFC 791 §3.2, RFC 815). Each datagram has one large buffer into which
 * fragments are copied at their place, and a bit for each eight bytes that are there. Overlapping
 * fragments end the datagram (RFC 5722 in spirit), exact repetitions are ignored. Bounded in
 * number, memory and time: at the limit the oldest gives way. Lane's thread.
 */
final class Reassembly {
  /** Memory one datagram holds while it is incomplete. */
  static final int BYTES_PER_DATAGRAM = PacketPool.HEADROOM + PacketPool.LARGE_CAPACITY;

  /** Where the payload begins in the buffer: behind room for the longest header. */
  static final int PAYLOAD_AT = PacketPool.HEADROOM + Ipv4Header.MAXIMUM_LENGTH;

  private static final int BLOCKS = Ipv4Header.MAXIMUM_TOTAL_LENGTH / 8 + 1;
  private static final int CONGESTION_EXPERIENCED = 3;

  /** What tells datagrams apart. */
  record Key(int source, int destination, int protocol, int identification) {}

  /** One datagram on its way to completeness; the timer of its end. */
  final class Datagram extends Timer {
    final Key key;
    PacketBuffer buffer;
    final long[] present = new long[(BLOCKS + 63) / 64];
    int blocks;
    int totalBytes = -1;
    int highestEnd;
    int headerBytes;
    int firstBytes;
    int fragments;

    /** One bit for each ECN codepoint seen (RFC 3168 §5.3). */
    int ecnSeen;

    Datagram(Key key, PacketBuffer buffer) {
      this.key = key;
      this.buffer = buffer.keep();
    }

    @Override
    public String kind() {
      return "reassembly";
    }

    @Override
    public void onExpiry(long nowNanos) {
      expire(this);
    }
  }

  private final IpLane lane;
  private final IcmpErrors errors;
  private final LinkedHashMap<Key, Datagram> datagrams = new LinkedHashMap<>();

  Reassembly(IpLane lane, IcmpErrors errors) {
    this.lane = lane;
    this.errors = errors;
  }

  /**
   * Takes a fragment whose metadata are set.
   *
   * @return the whole datagram, as if it had come in one piece, or null
   */
  PacketBuffer onFragment(PacketBuffer fragment) {
    lane.counters.reasmReqds.increment();
    ByteBuffer memory = fragment.memory();
    int ip = fragment.networkOffset();
    int headerBytes = fragment.transportOffset() - ip;
    int length = fragment.linearLength() - headerBytes;
    int start = Ipv4Header.fragmentOffset(memory, ip);
    boolean more = Ipv4Header.moreFragments(memory, ip);
    if (length <= 0
        || (more && (length & 7) != 0)
        || headerBytes + start + length > Ipv4Header.MAXIMUM_TOTAL_LENGTH) {
      lane.counters.reasmFails.increment();
      lane.drop(fragment, DropReason.FRAGMENT_MALFORMED);
      return null;
    }
    Key key =
        new Key(
            fragment.sourceIpv4(),
            fragment.destinationIpv4(),
            fragment.protocol(),
            Ipv4Header.identification(memory, ip));
    Datagram datagram = datagrams.get(key);
    if (datagram == null) {
      datagram = begin(key);
    }
    DropReason wrong = insert(datagram, fragment, start, length, more);
    if (wrong == DropReason.FRAGMENT_DUPLICATE) {
      lane.drop(fragment, wrong);
      return null;
    }
    if (wrong != null) {
      lane.drop(fragment, wrong);
      giveUp(datagram, wrong);
      return null;
    }
    fragment.release();
    boolean whole = datagram.totalBytes >= 0 && datagram.blocks == (datagram.totalBytes + 7) / 8;
    return whole ? finish(datagram) : null;
  }

  private Datagram begin(Key key) {
    int most =
        (int)
            Math.min(
                lane.settings().reassemblyDatagrams(),
                lane.settings().reassemblyBytes() / BYTES_PER_DATAGRAM);
    while (!datagrams.isEmpty() && datagrams.size() >= Math.max(1, most)) {
      lane.counters.reasmEvicted.increment();
      giveUp(datagrams.values().iterator().next(), DropReason.FRAGMENT_LIMIT);
    }
    Datagram datagram = new Datagram(key, lane.packets.allocate(PacketPool.LARGE_CAPACITY));
    datagrams.put(key, datagram);
    lane.timers.arm(datagram, lane.now() + lane.settings().reassemblyNanos());
    return datagram;
  }

  private DropReason insert(
      Datagram datagram, PacketBuffer fragment, int start, int length, boolean more) {
    int end = start + length;
    if (datagram.totalBytes >= 0
        && (end > datagram.totalBytes || (!more && end != datagram.totalBytes))) {
      return DropReason.FRAGMENT_OVERLAP;
    }
    if (!more && end < datagram.highestEnd) {
      return DropReason.FRAGMENT_OVERLAP;
    }
    int firstBlock = start >> 3;
    int lastBlock = (end - 1) >> 3;
    int overlapping = 0;
    for (int block = firstBlock; block <= lastBlock; block++) {
      overlapping += (int) (datagram.present[block >> 6] >>> (block & 63)) & 1;
    }
    if (overlapping > 0) {
      boolean repeated =
          overlapping == lastBlock - firstBlock + 1 && sameBytes(datagram, fragment, start, length);
      return repeated ? DropReason.FRAGMENT_DUPLICATE : DropReason.FRAGMENT_OVERLAP;
    }
    for (int block = firstBlock; block <= lastBlock; block++) {
      datagram.present[block >> 6] |= 1L << (block & 63);
    }
    datagram.blocks += lastBlock - firstBlock + 1;
    datagram.highestEnd = Math.max(datagram.highestEnd, end);
    datagram.fragments++;
    datagram.ecnSeen |= 1 << (fragment.trafficClass() & 3);
    if (!more) {
      datagram.totalBytes = end;
    }
    ByteBuffer target = datagram.buffer.memory();
    target.put(PAYLOAD_AT + start, fragment.memory(), fragment.transportOffset(), length);
    if (start == 0) {
      datagram.headerBytes = fragment.transportOffset() - fragment.networkOffset();
      datagram.firstBytes = length;
      target.put(
          PAYLOAD_AT - datagram.headerBytes,
          fragment.memory(),
          fragment.networkOffset(),
          datagram.headerBytes);
      copyMetadata(fragment, datagram.buffer);
    }
    return null;
  }

  private static boolean sameBytes(
      Datagram datagram, PacketBuffer fragment, int start, int length) {
    ByteBuffer memory = datagram.buffer.memory();
    for (int i = 0; i < length; i++) {
      if (memory.get(PAYLOAD_AT + start + i)
          != fragment.memory().get(fragment.transportOffset() + i)) {
        return false;
      }
    }
    return true;
  }

  private static void copyMetadata(PacketBuffer from, PacketBuffer to) {
    to.direction(from.direction());
    to.interfaceIndex(from.interfaceIndex());
    to.sourceIpv4(from.sourceIpv4());
    to.destinationIpv4(from.destinationIpv4());
    to.protocol(from.protocol());
    to.trafficClass(from.trafficClass());
    to.timeToLive(from.timeToLive());
    to.timestampNanos(from.timestampNanos());
  }

  private PacketBuffer finish(Datagram datagram) {
    int headerBytes = datagram.headerBytes;
    int totalBytes = headerBytes + datagram.totalBytes;
    boolean congested = (datagram.ecnSeen & 1 << CONGESTION_EXPERIENCED) != 0;
    // RFC 3168 §5.3: CE on any fragment marks the whole, but never one that is not ECN-capable.
    if (totalBytes > Ipv4Header.MAXIMUM_TOTAL_LENGTH
        || (congested && (datagram.ecnSeen & 1) != 0)) {
      giveUp(datagram, DropReason.FRAGMENT_MALFORMED);
      return null;
    }
    remove(datagram);
    PacketBuffer buffer = datagram.buffer.takeUp();
    datagram.buffer = null;
    int ip = PAYLOAD_AT - headerBytes;
    buffer.frame(ip, totalBytes);
    ByteBuffer memory = buffer.memory();
    if (congested) {
      buffer.trafficClass(buffer.trafficClass() | CONGESTION_EXPERIENCED);
      Ipv4Header.trafficClass(memory, ip, buffer.trafficClass());
    }
    Ipv4Header.totalLength(memory, ip, totalBytes);
    Ipv4Header.flagsAndFragmentOffset(memory, ip, 0);
    Ipv4Header.updateChecksum(memory, ip);
    buffer.networkOffset(ip);
    buffer.transportOffset(PAYLOAD_AT);
    buffer.checksumState(PacketBuffer.CHECKSUM_UNKNOWN);
    lane.counters.reasmOKs.increment();
    return buffer;
  }

  private void expire(Datagram datagram) {
    lane.counters.reasmTimeout.increment();
    if (datagram.firstBytes > 0) {
      // RFC 792: only when fragment zero is there is the sender told.
      PacketBuffer buffer = datagram.buffer;
      int ip = PAYLOAD_AT - datagram.headerBytes;
      buffer.frame(ip, datagram.headerBytes + datagram.firstBytes);
      buffer.networkOffset(ip);
      buffer.transportOffset(PAYLOAD_AT);
      errors.send(IcmpMessage.TIME_EXCEEDED, IcmpMessage.REASSEMBLY_TIME_EXCEEDED, 0, buffer);
    }
    giveUp(datagram, DropReason.FRAGMENT_TIMEOUT);
  }

  /** Every fragment of it counts as one discard. */
  private void giveUp(Datagram datagram, DropReason reason) {
    lane.counters.reasmFails.increment();
    remove(datagram);
    for (int i = 0; i < datagram.fragments; i++) {
      lane.drops.count(reason);
    }
    datagram.buffer.release();
  }

  private void remove(Datagram datagram) {
    lane.timers.cancel(datagram);
    datagrams.remove(datagram.key);
  }

  /** Those on their way, oldest first. */
  Collection<Datagram> datagrams() {
    return datagrams.values();
  }

  /** Takes one over from a predecessor. */
  void restore(Datagram datagram, long deadlineNanos) {
    datagrams.put(datagram.key, datagram);
    lane.timers.arm(datagram, deadlineNanos);
  }

  /** Disarms every timer without touching state: the module leaves. */
  void cancelTimers() {
    datagrams.values().forEach(lane.timers::cancel);
  }

  /** Drops everything: the state dies with the module. */
  void dispose() {
    while (!datagrams.isEmpty()) {
      giveUp(datagrams.values().iterator().next(), DropReason.FRAGMENT_TIMEOUT);
    }
  }
}
