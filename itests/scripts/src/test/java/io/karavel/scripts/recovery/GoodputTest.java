package io.karavel.scripts.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.testkit.BulkTransfer;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.VirtualNetwork;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole transfers over cables that lose, reorder, repeat and damage: every byte is compared, and
 * how long it takes is kept in {@code goodput.txt}, so that a change of behaviour shows as a
 * changed number. {@code -Dkaravel.write=true} writes the table anew.
 */
class GoodputTest {
  private static final Path TABLE = Path.of("src/test/resources/goodput.txt");
  private static final double[] LOSSES = {0, 0.1, 1, 2, 5, 10, 20, 30};
  private static final long BYTES = 10_000_000;

  /** Seconds that a transfer takes; fails when it does not end within two virtual hours. */
  private static double transfer(String congestionControl, double loss, long bytes, long seed)
      throws TcpException {
    VirtualNetwork network = new VirtualNetwork();
    StackHarness client =
        network
            .builder("one")
            .addresses("10.0.0.1/24")
            .tcp("congestionControl", congestionControl)
            .tcp("synRetries", 30)
            .build();
    StackHarness server =
        network.builder("other").addresses("10.0.0.2/24").tcp("synAckRetries", 30).build();
    ImpairmentSettings wire =
        ImpairmentSettings.NONE
            .withDelay(5_000_000, 0)
            .withRate(100_000_000, 100)
            .withLoss(loss)
            .withSeed(seed);
    if (loss > 0) {
      wire = wire.withReordering(1, 2_000_000).withDuplication(0.5).withCorruption(0.1);
    }
    network.connect(client, server, wire);
    TcpListener listener = server.tcp().listen(IpEndpoint.of("10.0.0.2", 80), 1);
    TcpSocket socket = client.tcp().connect(IpEndpoint.of("10.0.0.2", 80));
    assertThat(network.advanceUntil(() -> listener.acceptQueue() > 0, Duration.ofMinutes(5)))
        .as("%s at %s %% opens, seed %s", congestionControl, loss, seed)
        .isTrue();
    BulkTransfer there = new BulkTransfer(socket, listener.accept(), bytes, seed, true);
    network.afterEachEvent(there::pump);
    long begun = network.clock().elapsedNanos();
    there.pump();
    assertThat(network.advanceUntil(there::isDone, Duration.ofHours(2)))
        .as("%s at %s %% ends, seed %s: %s", congestionControl, loss, seed, there)
        .isTrue();
    return (network.clock().elapsedNanos() - begun) / 1e9;
  }

  @Test
  void goodputIsWhatItWas() throws TcpException, IOException {
    StringBuilder table = new StringBuilder("loss %   cubic Mbit/s   newreno Mbit/s\n");
    for (double loss : LOSSES) {
      table.append(
          String.format(
              Locale.ROOT,
              "%6.1f %14.3f %16.3f%n",
              loss,
              BYTES * 8 / 1e6 / transfer("cubic", loss, BYTES, 1),
              BYTES * 8 / 1e6 / transfer("newreno", loss, BYTES, 1)));
    }
    if (Boolean.getBoolean("karavel.write")) {
      Files.createDirectories(TABLE.getParent());
      Files.writeString(TABLE, table);
    }
    assertThat(table.toString()).isEqualTo(Files.readString(TABLE, StandardCharsets.UTF_8));
  }

  /** Where a third is lost, old timestamp echoes once made the timeout grow for ever. */
  @Rfc("6298 3")
  @ParameterizedTest(name = "{0} %")
  @CsvSource({"5, 40", "30, 40", "33, 30"})
  void noTransferStalls(double loss, int seeds) throws TcpException {
    double slowest = 0;
    for (long seed = 1; seed <= seeds; seed++) {
      String name = seed % 2 == 0 ? "cubic" : "newreno";
      slowest = Math.max(slowest, transfer(name, loss, 200_000, seed));
    }
    // a connection may wait for its longest interval a few times, but not give up nor hang
    assertThat(slowest).as("seconds of the slowest of %s", seeds).isLessThan(1800);
  }
}
