package io.karavel.ip.internal;

import io.karavel.packet.PacketBuffer;
import io.karavel.wire.Ipv4Header;
import java.nio.ByteBuffer;

/**
 * Errors about our own datagrams that IP itself found (no route, too big, neighbour silent). They
 * wait here until the end of the burst, since nobody may be told from inside his own send. A
 * bounded ring; what does not fit is lost and counted. Lane's thread.
 */
final class LocalErrors {
  /** Takes an error as an ICMP message would report it. */
  interface Sink {
    /** See {@link io.karavel.ip.spi.TransportProtocol#onIcmpError}; {@code quoted} is 8 bytes. */
    void onError(
        int type, int code, int mtu, int source, int destination, int protocol, long quoted);
  }

  private static final int FIELDS = 6;

  private final IpLane lane;
  private int[] values = new int[FIELDS * 16];
  private long[] quotes = new long[16];
  private int head;
  private int size;

  LocalErrors(IpLane lane) {
    this.lane = lane;
  }

  /** Notes an error about a packet whose transport offset is set. The packet is not touched. */
  void report(int type, int code, int mtu, PacketBuffer packet) {
    int transport = packet.transportOffset();
    int end = packet.offset() + packet.linearLength();
    ByteBuffer memory = packet.memory();
    long quoted = transport + 8 <= end ? memory.getLong(transport) : 0;
    if (packet.networkOffset() >= packet.offset()
        && packet.networkOffset() + Ipv4Header.MINIMUM_LENGTH <= end
        && (Ipv4Header.fragmentOffset(memory, packet.networkOffset()) != 0)) {
      return; // what looks like a transport header there is payload
    }
    if (size >= lane.settings().localErrorsMaximum()) {
      lane.counters.localErrorsLost.increment();
      return;
    }
    if (size == quotes.length) {
      grow();
    }
    int slot = (head + size++) % quotes.length;
    int at = slot * FIELDS;
    values[at] = type;
    values[at + 1] = code;
    values[at + 2] = mtu;
    values[at + 3] = packet.sourceIpv4();
    values[at + 4] = packet.destinationIpv4();
    values[at + 5] = packet.protocol();
    quotes[slot] = quoted;
    lane.context.again();
  }

  private void grow() {
    int[] moreValues = new int[values.length * 2];
    long[] moreQuotes = new long[quotes.length * 2];
    for (int i = 0; i < size; i++) {
      int from = (head + i) % quotes.length;
      System.arraycopy(values, from * FIELDS, moreValues, i * FIELDS, FIELDS);
      moreQuotes[i] = quotes[from];
    }
    values = moreValues;
    quotes = moreQuotes;
    head = 0;
  }

  /** Tells the errors there are now; what is reported meanwhile waits for the next time. */
  void drain(Sink sink) {
    int left = size;
    if (left > 0) {
      // those above have been flushed in this turn: what they now owe goes out in the next
      lane.context.again();
    }
    for (; left > 0; left--) {
      int at = head * FIELDS;
      long quoted = quotes[head];
      head = (head + 1) % quotes.length;
      size--;
      sink.onError(
          values[at],
          values[at + 1],
          values[at + 2],
          values[at + 3],
          values[at + 4],
          values[at + 5],
          quoted);
    }
  }
}
