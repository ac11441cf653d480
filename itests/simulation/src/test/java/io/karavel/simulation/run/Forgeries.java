package io.karavel.simulation.run;

import io.karavel.testkit.PacketBuilder;
import io.karavel.testkit.SegmentOption;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Segments and ICMP errors such as an attacker or a very late packet brings: flags, numbers and
 * timestamps on either side of every limit.
 */
final class Forgeries {
  private static final int UNREACHABLE = 3;
  private static final int QUOTED_BYTES = 28;
  private static final int QUOTED_SEQUENCE = 24;
  private static final long FAR = 1L << 28;
  private static final int[] MTUS = {0, 68, 296, 552, 576, 700, 1006, 1300, 1492, 1500, 9000};

  private final Stranger s;
  private final SplittableRandom random;

  Forgeries(Stranger s, SplittableRandom random) {
    this.s = s;
    this.random = random;
  }

  /** Sends one. */
  void forge() {
    if (random.nextInt(5) == 0) {
      icmp();
    } else {
      segment();
    }
  }

  // ---- segments ----

  private void segment() {
    int flags =
        switch (random.nextInt(10)) {
          case 0, 1 -> Stranger.RST;
          case 2 -> Stranger.RST | Stranger.ACK;
          case 3 -> Stranger.SYN;
          case 4 -> Stranger.SYN | Stranger.ACK;
          case 5 -> Stranger.FIN | Stranger.ACK;
          case 6 -> 0;
          default -> Stranger.ACK;
        };
    long seq = sequence((flags & Stranger.RST) != 0);
    if ((flags & Stranger.FIN) != 0) {
      seq = -Math.abs(seq); // it would end the stream
    }
    if ((flags & Stranger.SYN) != 0 && !s.opened) {
      seq = 0; // it would be where the stream begins
    }
    PacketBuilder packet = s.packet(flags, seq, acknowledgment());
    List<SegmentOption> options = stamps(flags);
    if ((flags & Stranger.SYN) != 0 && random.nextBoolean()) {
      options = s.synOptions(false);
    }
    s.send(packet.options(options));
  }

  private long sequence(boolean reset) {
    return switch (random.nextInt(12)) {
      case 0 -> reset && random.nextInt(3) != 0 ? s.una + 1 : s.una;
      case 1 -> s.una - 1;
      case 2 -> s.una + 1 + random.nextInt(2000);
      case 3 -> s.edge - 1;
      case 4 -> s.edge;
      case 5 -> s.edge + 1;
      case 6 -> s.una - random.nextInt(70_000);
      case 7 -> s.una + FAR;
      case 8 -> s.una - FAR;
      case 9 -> 0;
      default -> s.nxt;
    };
  }

  private long acknowledgment() {
    return switch (random.nextInt(9)) {
      case 0 -> s.stackNxt + 1;
      case 1 -> s.stackNxt + FAR;
      case 2 -> s.rcvNxt - random.nextInt(3000);
      case 3 -> s.rcvNxt - 70_000 - random.nextInt(3000);
      case 4 -> s.rcvNxt - FAR;
      case 5 -> 0;
      default -> s.rcvNxt;
    };
  }

  private List<SegmentOption> stamps(int flags) {
    return switch (random.nextInt(8)) {
      case 0 -> List.of();
      case 1 -> s.stamps(s.clock() - 1 - random.nextInt(100_000));
      case 2 -> s.stamps(s.clock() - 2_000_000_000);
      default -> s.stamps(s.clock());
    };
  }

  // ---- ICMP ----

  private void icmp() {
    List<byte[]> heard = s.heard();
    if (heard.isEmpty()) {
      return;
    }
    byte[] quoted = heard.get(random.nextInt(heard.size())).clone();
    byte[] body = new byte[Math.min(quoted.length, QUOTED_BYTES + random.nextInt(2) * 20)];
    System.arraycopy(quoted, 0, body, 0, body.length);
    if (random.nextInt(4) == 0) {
      body[QUOTED_SEQUENCE] ^= 0x40;
    }
    int code = random.nextInt(3) == 0 ? 4 : random.nextInt(14);
    int mtu = code == 4 ? MTUS[random.nextInt(MTUS.length)] : 0;
    PacketBuilder packet = new PacketBuilder().from(s.own.address(), 0).to(s.stack.address(), 0);
    s.sendRaw(packet.icmp(UNREACHABLE, code, mtu, body));
  }
}
