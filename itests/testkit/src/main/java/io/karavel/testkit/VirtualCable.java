package io.karavel.testkit;

import io.karavel.nic.Impairment;
import io.karavel.nic.ImpairmentSettings;
import java.util.function.Predicate;

/**
 * A cable between two devices of a {@link VirtualNetwork}, one {@link Impairment} each way. Its
 * ends are 0, the stack named first, and 1.
 */
public final class VirtualCable {
  private static final int ETHERNET_HEADER_BYTES = 14;

  private final VirtualNetwork network;
  private final StackHarness[] stacks;
  private final String[] devices;
  private final Impairment[] ways;
  private final long[] sent = new long[2];
  private final long[] lost = new long[2];
  private Predicate<WirePacket> lose;
  private Predicate<WirePacket> mark;

  VirtualCable(
      VirtualNetwork network,
      StackHarness one,
      String oneDevice,
      StackHarness other,
      String otherDevice,
      ImpairmentSettings settings) {
    this.network = network;
    stacks = new StackHarness[] {one, other};
    devices = new String[] {oneDevice, otherDevice};
    ways = new Impairment[] {new Impairment(settings, 0), new Impairment(settings, 1)};
  }

  /** New settings for frames sent from now on, both ways. */
  public void settings(ImpairmentSettings settings) {
    ways[0].settings(settings);
    ways[1].settings(settings);
  }

  /** New settings for what an end sends. */
  public void settings(int end, ImpairmentSettings settings) {
    ways[end].settings(settings);
  }

  /** Loses what a predicate says, beside what the impairment loses; null loses nothing more. */
  public void loseIf(Predicate<WirePacket> predicate) {
    lose = predicate;
  }

  /**
   * Marks what a predicate says, as a queue that fills would (RFC 3168 §5): of IPv4 packets those
   * whose sender knows marks become "congestion experienced". Null marks nothing.
   */
  public void markIf(Predicate<WirePacket> predicate) {
    mark = predicate;
  }

  /** A packet of somebody on the way, such as a router, arrives at an end in a while. */
  public void bring(int end, byte[] packet, long delayNanos) {
    network.arrive(
        network.clock().nanoTime() + delayNanos,
        this,
        end,
        new VirtualNetwork.Frame(packet, 0, false));
  }

  /** Frames that an end sent. */
  public long sent(int end) {
    return sent[end];
  }

  /** Frames that an end sent and that were lost. */
  public long lost(int end) {
    return lost[end];
  }

  void send(int end, WirePacket packet) {
    sent[end]++;
    network.tellSent(stacks[end], devices[end], packet);
    if (lose != null && lose.test(packet)) {
      lost[end]++;
      tell(end, packet, "lost on purpose");
      return;
    }
    Impairment way = ways[end];
    int copies = way.admit(packet.timeNanos(), packet.bytes().length);
    if (copies == 0) {
      lost[end]++;
      tell(end, packet, way.dropReason().name());
      return;
    }
    long corrupted = way.corruptedBit();
    byte[] bytes = marked(end, packet);
    byte[] sound = bytes;
    if (corrupted != Impairment.NOT_CORRUPTED) {
      bytes = bytes.clone();
      bytes[(int) (corrupted >>> 3)] ^= (byte) (0x80 >>> (corrupted & 7));
    }
    // a super-segment comes as one; what was damaged must be verified by the receiver
    boolean verified = packet.segmentSize() > 0 && corrupted == Impairment.NOT_CORRUPTED;
    for (int copy = 0; copy < copies; copy++) {
      byte[] body = copy == 0 ? bytes : sound;
      network.arrive(
          way.arrivalNanos(),
          this,
          1 - end,
          new VirtualNetwork.Frame(body, packet.segmentSize(), verified));
    }
    if (network.isTraced()) {
      tell(
          end,
          packet,
          "arrives "
              + Durations.format(network.clock().elapsedNanos(way.arrivalNanos()))
              + (copies > 1 ? " twice" : "")
              + (way.isHeldBack() ? " held back" : "")
              + (corrupted != Impairment.NOT_CORRUPTED ? " damaged" : ""));
    }
  }

  private byte[] marked(int end, WirePacket packet) {
    int ip = stacks[end].isBareIp(devices[end]) ? 0 : ETHERNET_HEADER_BYTES;
    byte[] bytes = packet.bytes();
    boolean isCapable =
        bytes.length > ip + 20 && (bytes[ip] & 0xf0) == 0x40 && (bytes[ip + 1] & 3) != 0;
    if (mark == null || !isCapable || !mark.test(packet)) {
      return bytes;
    }
    byte[] marked = bytes.clone();
    marked[ip + 1] |= 3;
    // RFC 1624: the checksum follows the 16 bits that changed
    int sum = ~((marked[ip + 10] & 0xff) << 8 | marked[ip + 11] & 0xff) & 0xffff;
    sum += (~(bytes[ip + 1] & 0xff) & 0xffff) + (marked[ip + 1] & 0xff);
    sum = (sum & 0xffff) + (sum >>> 16);
    sum = ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
    marked[ip + 10] = (byte) (sum >>> 8);
    marked[ip + 11] = (byte) sum;
    return marked;
  }

  private void tell(int end, WirePacket packet, String fate) {
    if (network.isTraced()) {
      network.tell(devices[end] + "/" + end + " " + packet + " | " + fate);
    }
  }

  /** Joins an end to another stack: the one before it was switched off. */
  public void replug(int end, StackHarness stack, String device) {
    stacks[end] = stack;
    devices[end] = device;
    stack.onSent(device, packet -> send(end, packet));
  }

  void deliver(int end, VirtualNetwork.Frame frame) {
    network.tellArriving(stacks[end], devices[end], frame);
    if (frame.verified) {
      stacks[end].deliverVerified(devices[end], frame.bytes, frame.segmentSize);
    } else {
      stacks[end].deliverTo(devices[end], frame.bytes);
    }
  }
}
