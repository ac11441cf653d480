package io.karavel.scripts.restarted;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.testkit.ByteStream;
import io.karavel.testkit.StackHarness;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An echo is restarted at a random moment of a random stream, after a moment in which it takes
 * packets and answers none.
 */
class KeptStreamsTest {
  private static final int BYTES = 600_000;

  @TempDir Path folder;
  private StackHarness peer;
  private StackHarness kept;
  private Cable cable;
  private TcpSocket ours;
  private TcpSocket theirs;
  private int written;
  private int read;
  private final ByteStream stream = new ByteStream(9);
  private ByteBuffer echoed = ByteBuffer.allocate(20_000).flip();

  private StackHarness kept(int offloads) {
    var builder = StackHarness.builder().seed(1).addresses("10.0.0.1/24");
    if (offloads > 0) {
      builder.offloads(offloads);
    }
    return builder.build();
  }

  private void pump() throws TcpException {
    int most = Math.min(BYTES - written, 5000);
    if (most > 0) {
      written += theirs.write(stream.from(written, most));
    }
    ByteBuffer back = ByteBuffer.allocate(1 << 16);
    theirs.read(back);
    back.flip();
    read += check(back);
  }

  private int check(ByteBuffer back) {
    int count = back.remaining();
    assertThat(stream.mismatch(back, read)).as("first wrong byte behind " + read).isEqualTo(-1);
    return count;
  }

  private void echo() throws TcpException {
    while (true) {
      ours.write(echoed);
      if (echoed.hasRemaining()) {
        return;
      }
      echoed.clear();
      int count = ours.read(echoed);
      echoed.flip();
      if (count <= 0) {
        return;
      }
    }
  }

  private void steps(int count) throws TcpException {
    for (int i = 0; i < count; i++) {
      pump();
      echo();
      cable.advance(Duration.ofMillis(1));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19})
  void everyByteComesBackOnce(int seed) throws Exception {
    Random random = new Random(seed);
    peer = StackHarness.builder().seed(2).addresses("10.0.0.2/24").build();
    int offloads = seed % 2 == 0 ? 0 : 65535;
    kept = kept(offloads);
    cable = new Cable(kept, peer);
    TcpListener listener = kept.tcp().listen(IpEndpoint.parse("*:80"), 5);
    theirs = peer.tcp().connect(IpEndpoint.of("10.0.0.1", 80));
    cable.exchange();
    ours = listener.accept();
    for (int restarts = 0; restarts < 3; restarts++) {
      int loss = random.nextInt(3) * 4;
      cable.fromKept = packet -> random.nextInt(100) >= loss;
      cable.fromPeer = packet -> random.nextInt(100) >= loss;
      steps(1 + random.nextInt(40));
      kept.stack().lane().standstill().hold();
      steps(random.nextInt(30));
      Path file = folder.resolve("connections" + restarts);
      kept.save(file);
      var builder = StackHarness.builder().seed(99 + seed).addresses("10.0.0.1/24").kept(file);
      if (offloads > 0) {
        builder.offloads(offloads);
      }
      kept = builder.build();
      ours = kept.tcp().takeUp(ours.id()).orElseThrow();
      cable.restart(Duration.ofMillis(1 + random.nextInt(3000)), kept);
    }
    cable.fromKept = packet -> true;
    cable.fromPeer = packet -> true;
    for (int i = 0; i < 20_000 && read < BYTES; i++) {
      steps(1);
    }
    assertThat(written).isEqualTo(BYTES);
    assertThat(read).isEqualTo(BYTES);
  }
}
