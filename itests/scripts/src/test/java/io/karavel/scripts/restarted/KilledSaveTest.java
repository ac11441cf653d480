package io.karavel.scripts.restarted;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.testkit.ByteStream;
import io.karavel.testkit.StackHarness;
import java.io.BufferedReader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that saves connections is killed with SIGKILL at a random moment, {@code
 * -Dkaravel.kills} times (10): the next start goes on with all of them or is a clean one, and
 * works.
 */
@Timeout(600)
class KilledSaveTest {
  private static final int KILLS = Integer.getInteger("karavel.kills", 10);

  @TempDir Path folder;

  @Test
  void theNextStartHasAllConnectionsOrIsACleanOne() throws Exception {
    SplittableRandom random = new SplittableRandom(Long.getLong("karavel.seed", 1));
    Path file = folder.resolve("connections");
    int interrupted = 0;
    int kept = 0;
    int kills = 0;
    // a machine that is busy kills late: then some more, until one came in the middle
    for (int kill = 0; kill < KILLS || (interrupted == 0 && kill < 10 * KILLS); kill++) {
      // of the first third of the kills none lets a save come to its end
      kills++;
      killed(file, kill < KILLS / 3 ? 0 : random.nextInt(1, 60), kill >= KILLS / 3);
      interrupted += files().size() > (Files.exists(file) ? 1 : 0) ? 1 : 0;
      StackHarness next =
          StackHarness.builder().seed(9).addresses("10.0.0.1/24").kept(file).build();
      assertThat(files()).as("what is left beside the next start").isEmpty();
      List<TcpListener> listeners = next.tcp().listeners();
      if (!listeners.isEmpty()) {
        kept++;
        check(next, listeners.get(0));
      }
      assertThat(works(next)).isTrue();
    }
    System.out.printf(
        "killed %d times, %d times in the middle of a save; %d starts went on, %d were clean%n",
        kills, interrupted, kept, kills - kept);
    assertThat(interrupted).as("kills in the middle of a save").isPositive();
  }

  private List<Path> files() throws Exception {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }

  private void killed(Path file, int afterMillis, boolean afterASave) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SavingProcess.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader reader = process.inputReader()) {
      for (String line = reader.readLine(); !"begins".equals(line); line = reader.readLine()) {
        assertThat(line).as("before it begins").isNotNull();
      }
      if (afterASave) {
        assertThat(reader.readLine()).isEqualTo("saved");
      } else {
        while (files().isEmpty()) {
          assertThat(process.isAlive()).as("it saves").isTrue();
          Thread.yield();
        }
      }
      process.waitFor(afterMillis, TimeUnit.MILLISECONDS); // it runs on
      process.toHandle().destroyForcibly();
      process.waitFor();
    }
  }

  /** Every connection has its bytes, from the first to the last. */
  private static void check(StackHarness next, TcpListener listener) throws Exception {
    Set<Integer> streams = new HashSet<>();
    ByteBuffer bytes = ByteBuffer.allocate(SavingProcess.BYTES + 1);
    for (TcpSocket socket = listener.accept(); socket != null; socket = listener.accept()) {
      bytes.clear();
      while (socket.read(bytes) > 0) {
        // until nothing more is there
      }
      assertThat(bytes.flip().remaining()).isEqualTo(SavingProcess.BYTES);
      for (int i = 0; i < SavingProcess.CONNECTIONS; i++) {
        if (new ByteStream(i).mismatch(bytes.duplicate(), 0) == -1) {
          streams.add(i);
        }
      }
    }
    assertThat(streams).hasSize(SavingProcess.CONNECTIONS);
    assertThat(next.packetBuffersOut()).isZero();
  }

  private static boolean works(StackHarness next) throws Exception {
    StackHarness peer = StackHarness.builder().seed(3).addresses("10.0.0.3/24").build();
    Cable cable = new Cable(next, peer);
    next.tcp().listen(IpEndpoint.parse("*:81"), 3);
    TcpSocket client = peer.tcp().connect(IpEndpoint.of("10.0.0.1", 81));
    cable.exchange();
    return client.ready() != 0 && client.failure() == null;
  }
}
