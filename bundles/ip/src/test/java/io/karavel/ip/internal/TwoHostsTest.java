package io.karavel.ip.internal;

import static io.karavel.ip.internal.IpFixture.ip;
import static io.karavel.ip.internal.IpFixture.millis;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.packet.PacketBuffer;
import io.karavel.wire.Ipv4Header;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two modules on one wire that loses, repeats and reorders frames. */
class TwoHostsTest {
  private static final int A = ip("10.0.0.1");
  private static final int B = ip("10.0.0.2");

  private final IpFixture a = new IpFixture();
  private final IpFixture b = new IpFixture();
  private final Random random = new Random(791);
  private final List<byte[]> toA = new ArrayList<>();
  private final List<byte[]> toB = new ArrayList<>();

  private void exchange(double loss) {
    for (int round = 0; round < 8; round++) {
      move(a, toB, loss);
      move(b, toA, loss);
      deliver(toB, b);
      deliver(toA, a);
    }
  }

  private void move(IpFixture from, List<byte[]> wire, double loss) {
    for (byte[] frame = from.sent(); frame != null; frame = from.sent()) {
      if (random.nextDouble() >= loss) {
        int at =
            wire.isEmpty() || random.nextInt(4) > 0 ? wire.size() : random.nextInt(wire.size());
        wire.add(at, frame);
        if (loss > 0 && random.nextInt(20) == 0) {
          wire.add(frame);
        }
      }
    }
  }

  private static void deliver(List<byte[]> wire, IpFixture to) {
    for (byte[] frame : List.copyOf(wire)) {
      to.receive(frame);
    }
    wire.clear();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.05})
  void carriesDatagramsOfEverySizeUnchangedWhileModulesAreReplaced(double loss) {
    b.configure(
        "eth0", Map.of("device", "d0", "addresses", "10.0.0.2/24", "mac", "02:00:00:00:00:02"));
    b.ip.onInterfacesChanged();
    Set<ByteBuffer> sent = new HashSet<>();
    int received = 0;
    int total = 0;
    for (int i = 0; i < 400; i++) {
      byte[] payload = new byte[8 + random.nextInt(i % 10 == 0 ? 60_000 : 4_000)];
      random.nextBytes(payload);
      ByteBuffer.wrap(payload).putInt(0, i);
      boolean up = random.nextBoolean();
      sent.add(ByteBuffer.wrap(payload));
      (up ? a : b).send((up ? a : b).datagram(0, up ? B : A, 6, payload));
      total++;
      exchange(loss);
      received += check(a, sent) + check(b, sent);
      if (i % 25 == 24) {
        replace(i % 50 == 24 ? a : b);
      }
      a.advance(millis(50));
      b.advance(millis(50));
    }
    for (int i = 0; i < 100; i++) {
      a.advance(millis(1000));
      b.advance(millis(1000));
      exchange(loss);
    }
    received += check(a, sent) + check(b, sent);
    if (loss == 0) {
      assertThat(received).isEqualTo(total);
    } else {
      assertThat(received).isBetween(total / 3, total * 2);
    }
    a.expectNoLeakAfterSent();
    b.expectNoLeakAfterSent();
  }

  private static void replace(IpFixture f) {
    Handover kept = f.ip.export();
    f.ip.close(CloseReason.HANDED_OVER);
    f.open(kept);
  }

  private static int check(IpFixture f, Set<ByteBuffer> sent) {
    int count = 0;
    for (PacketBuffer d = f.tcp.datagrams.poll(); d != null; d = f.tcp.datagrams.poll()) {
      byte[] bytes = IpFixture.bytes(d);
      assertThat(sent.contains(ByteBuffer.wrap(bytes)))
          .as("%s bytes arrived as they were sent", bytes.length)
          .isTrue();
      assertThat(Ipv4Header.isFragment(d.memory(), d.networkOffset())).isFalse();
      d.release();
      count++;
    }
    return count;
  }
}
