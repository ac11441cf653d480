package io.karavel.simulation.run;

import io.karavel.address.IpAddress;
import io.karavel.testkit.PacketBuilder;
import io.karavel.testkit.VirtualCable;
import io.karavel.testkit.WirePacket;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A router on a cable behind which the way carries less: what is too large it swallows, and says so
 * (RFC 1191), or does not (RFC 2923).
 */
final class NarrowWay {
  private static final int UNREACHABLE = 3;
  private static final int FRAGMENTATION_NEEDED = 4;
  private static final int QUOTED_BYTES = 28;
  private static final int FLAGS = 6;
  private static final int DONT_FRAGMENT = 0x40;
  private static final int SMALLEST = 600;
  private static final IpAddress ROUTER = IpAddress.parse("10.9.9.9");

  private final VirtualCable cable;
  private final IpAddress one;
  private final int widest;
  private final boolean bareIp;
  private final SplittableRandom random;

  /** What it carries. */
  private int mtu;

  /** The last packet of some size that it carried; 0 if there was none. */
  private int carried;

  private boolean answers;

  /** Whether its answers say how much it carries. */
  private boolean tells;

  /**
   * A way as wide as the cable.
   *
   * @param one the address at the cable's end 0
   * @param widest MTU of the cable
   */
  NarrowWay(
      VirtualCable cable, IpAddress one, int widest, boolean bareIp, SplittableRandom random) {
    this.cable = cable;
    this.one = one;
    this.widest = widest;
    this.bareIp = bareIp;
    this.random = random;
    mtu = widest;
    cable.loseIf(this::refuses);
  }

  /** It carries something else from now on. */
  void change() {
    boolean isWide = widest <= SMALLEST + 1 || random.nextInt(3) == 0;
    mtu = isWide ? widest : random.nextInt(SMALLEST, widest);
    if (!isWide && carried > 0 && random.nextInt(2) == 0) {
      mtu = carried; // just as much as has gone through
    }
    answers = bareIp && random.nextInt(3) != 0;
    tells = random.nextInt(4) != 0;
  }

  /** It carries whatever the cable does. */
  void widen() {
    mtu = widest;
  }

  boolean answers() {
    return answers && mtu < widest;
  }

  private boolean refuses(WirePacket packet) {
    byte[] ip = packet.ipBytes();
    int size = ip.length;
    if (packet.segmentSize() > 0) {
      int payload = packet.payloadLength();
      size += Math.min(payload, packet.segmentSize()) - payload;
    }
    if (size <= mtu || (ip[FLAGS] & DONT_FRAGMENT) == 0) {
      carried = size >= SMALLEST && size < widest ? size : carried;
      return false;
    }
    if (answers && random.nextInt(8) != 0) {
      answer(packet, ip);
    }
    return true;
  }

  private void answer(WirePacket packet, byte[] ip) {
    int told = tells || packet.segmentSize() > 0 ? mtu : 0;
    byte[] quoted = Arrays.copyOf(ip, QUOTED_BYTES);
    PacketBuilder builder = new PacketBuilder().from(ROUTER, 0).to(packet.source(), 0);
    int end = packet.source().equals(one) ? 0 : 1;
    byte[] message = builder.icmp(UNREACHABLE, FRAGMENTATION_NEEDED, told, quoted);
    cable.bring(end, message, random.nextInt(30_000_000));
  }

  @Override
  public String toString() {
    return "MTU " + mtu + (answers ? " and answers" : "");
  }
}
