package io.karavel.scripts.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.testkit.PacketBuilder;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.VirtualNetwork;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A million peers that send a SYN and never answer (RFC 4987). */
class SynFloodTest {
  private static final int SYNS = 1_000_000;
  private static final int CONNECTS = 1000;
  private static final int SYN_BACKLOG = 4096;

  @Test
  @Rfc("4987 3.6")
  void aMillionSynsLeaveRoomForAThousandConnectionsOfARealClient() throws TcpException {
    VirtualNetwork network = new VirtualNetwork();
    StackHarness server = network.builder("server").addresses("10.77.0.2/8").build();
    StackHarness client = network.builder("client").addresses("10.77.0.1/8").build();
    network.connect(server, client, ImpairmentSettings.NONE.withDelay(100_000, 0));
    TcpListener listener = server.tcp().listen(IpEndpoint.parse("*:80"), 128);
    Attacker attacker = new Attacker(server, 80, "10.100.0.0");
    network.settle();
    long heapBefore = Attacker.heapBytes();
    int perMilli = SYNS / 10_000;
    int embryos = 0;
    int served = 0;
    List<TcpSocket> clients = new ArrayList<>();
    // ten seconds: a hundred SYNs in each millisecond, a connect in every tenth
    for (int milli = 0; milli < 10_000; milli++) {
      if (milli % (10_000 / CONNECTS) == 0) {
        clients.add(client.tcp().connect(new IpEndpoint(StackHarness.LOCAL, 80)));
      }
      server.deliverTogether(attacker.syns(milli * perMilli, (milli + 1) * perMilli));
      network.advance(Duration.ofMillis(1));
      embryos = Math.max(embryos, (int) server.counter("Tcp.Embryos"));
      served += serve(listener);
    }
    network.advance(Duration.ofSeconds(3));
    served += serve(listener);
    long heapAfter = Attacker.heapBytes();

    int greeted = 0;
    for (TcpSocket socket : clients) {
      ByteBuffer greeting = ByteBuffer.allocate(8);
      if (socket.read(greeting) == 5) {
        greeted++;
      }
    }
    assertThat(greeted).isGreaterThanOrEqualTo(CONNECTS * 999 / 1000);
    assertThat(served).isGreaterThanOrEqualTo(CONNECTS * 999 / 1000);
    assertThat(embryos).isLessThanOrEqualTo(SYN_BACKLOG);
    assertThat(server.counter("TcpExt.SyncookiesSent")).isGreaterThan(SYNS / 2);
    assertThat(server.packetBuffersOut()).isZero();
    assertThat(server.crashes()).isZero();
    long grown = heapAfter - heapBefore;
    System.out.printf(
        "SYN flood: %d of %d connected, at most %d embryos, %d KiB more on the heap of server and"
            + " client%n",
        greeted, CONNECTS, embryos, grown / 1024);
    // 4096 embryos, and a thousand connections at either end
    assertThat(grown).isLessThan(16L << 20);
  }

  /** Accepts whoever is there and greets him. */
  private static int serve(TcpListener listener) throws TcpException {
    int accepted = 0;
    for (TcpSocket socket = listener.accept(); socket != null; socket = listener.accept()) {
      socket.write(ByteBuffer.wrap(new byte[5]));
      accepted++;
    }
    return accepted;
  }

  @Test
  void theEmbryosOfAFloodAreGoneWhenTheirRetriesAreOver() throws TcpException {
    StackHarness server = StackHarness.builder().addresses("10.77.0.2/8").build();
    server.tcp().listen(IpEndpoint.parse("*:80"), 128);
    Attacker attacker = new Attacker(server, 80, "10.100.0.0");
    server.deliverTogether(attacker.syns(0, 20_000));
    assertThat(server.counter("Tcp.Embryos")).isEqualTo(SYN_BACKLOG);
    server.advance(Duration.ofSeconds(64));
    assertThat(server.counter("Tcp.Embryos")).isZero();
    assertThat(server.connections(entry -> entry.remote() != null)).isEmpty();
    assertThat(server.packetBuffersOut()).isZero();
  }

  @Test
  void withoutCookiesAFullSynQueueDropsAndCountsButGrowsNoFurther() throws TcpException {
    StackHarness server =
        StackHarness.builder().addresses("10.77.0.2/8").tcp("synCookies", "off").build();
    server.tcp().listen(IpEndpoint.parse("*:80"), 128);
    Attacker attacker = new Attacker(server, 80, "10.100.0.0");
    server.deliverTogether(attacker.syns(0, 20_000));
    assertThat(server.counter("Tcp.Embryos")).isEqualTo(SYN_BACKLOG);
    assertThat(server.counter("TcpExt.TCPReqQFullDrop")).isEqualTo(20_000 - SYN_BACKLOG);
  }

  /** Guessing a cookie: none of so many invented acknowledgments opens a connection. */
  @ParameterizedTest
  @ValueSource(strings = {"auto", "always"})
  @Rfc("4987 3.6")
  void inventedCookiesOpenNothing(String cookies) throws TcpException {
    StackHarness server =
        StackHarness.builder().addresses("10.77.0.2/8").tcp("synCookies", cookies).build();
    TcpListener listener = server.tcp().listen(IpEndpoint.parse("*:80"), 4096);
    Attacker attacker = new Attacker(server, 80, "10.100.0.0");
    server.deliverTogether(attacker.syns(0, 5000));
    server.output();
    int first = IpAddress.parse("10.120.0.0").ipv4Bits();
    for (int i = 0; i < 100_000; i++) {
      byte[] guess =
          new PacketBuilder()
              .from(IpAddress.ipv4(first + i), 40_000)
              .to(StackHarness.LOCAL, 80)
              .flags(TcpHeader.ACK)
              .sequence(1)
              .acknowledgment(i * 0x9E3779B1)
              .tcp();
      server.deliver(guess);
      server.output();
    }
    assertThat(listener.acceptQueue()).isZero();
    assertThat(server.counter("TcpExt.SyncookiesFailed")).isEqualTo(100_000);
  }
}
