package io.karavel.scripts.whole;

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
 * Whole transfers over cables that lose, reorder, repeat and damage, and over a clean one: every
 * byte is compared, and how long it takes is kept in {@code goodput.txt}, so that a change of
 * behaviour shows as a changed number. {@code -Dkaravel.write=true} writes the table anew.
 */
class GoodputTest {
  private static final Path TABLE = Path.of("src/test/resources/goodput.txt");
  private static final double[] LOSSES = {0, 0.1, 1, 2, 5, 10, 20, 30};
  private static final long BYTES = 10_000_000;

  /** One that also reorders, repeats and damages. */
  private static ImpairmentSettings badWire(double loss, long seed) {
    return losing(loss, seed).withReordering(1, 2_000_000).withDuplication(0.5).withCorruption(0.1);
  }

  private static ImpairmentSettings losing(double loss, long seed) {
    return ImpairmentSettings.NONE
        .withDelay(5_000_000, 0)
        .withRate(100_000_000, 100)
        .withLoss(loss)
        .withSeed(seed);
  }

  /** Seconds that a transfer takes; fails when it does not end within two virtual hours. */
  private static double transfer(
      String congestionControl, ImpairmentSettings wire, long bytes, long seed)
      throws TcpException {
    double loss = wire.lossPercent();
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

  private static double megabits(long bytes, double seconds) {
    return bytes * 8 / 1e6 / seconds;
  }

  private static String row(String name, ImpairmentSettings wire) throws TcpException {
    return String.format(
        Locale.ROOT,
        "%s %14.3f %16.3f%n",
        name,
        megabits(BYTES, transfer("cubic", wire, BYTES, 1)),
        megabits(BYTES, transfer("newreno", wire, BYTES, 1)));
  }

  @Test
  void goodputIsWhatItWas() throws TcpException, IOException {
    StringBuilder table = new StringBuilder("loss %   cubic Mbit/s   newreno Mbit/s\n");
    table.append(row(" clean", losing(0, 1)));
    for (double loss : LOSSES) {
      table.append(row(String.format(Locale.ROOT, "%6.1f", loss), badWire(loss, 1)));
    }
    if (Boolean.getBoolean("karavel.write")) {
      Files.createDirectories(TABLE.getParent());
      Files.writeString(TABLE, table);
    }
    assertThat(table.toString()).isEqualTo(Files.readString(TABLE, StandardCharsets.UTF_8));
  }

  /**
   * Where windows are small, CUBIC is Reno with another pair of alpha and beta (RFC 9438 §4.3):
   * both reach what the square-root formula says (Mathis 1997; MSS/RTT sqrt(3/2p)), and CUBIC no
   * less than NewReno.
   */
  @Rfc("9438 4.3")
  @ParameterizedTest(name = "{0} %")
  @CsvSource({"0.5", "1", "2"})
  void cubicIsAsFriendlyAsRenoWhereWindowsAreSmall(double loss) throws TcpException {
    double cubic = 0;
    double newReno = 0;
    int seeds = 5;
    for (long seed = 1; seed <= seeds; seed++) {
      cubic += megabits(BYTES, transfer("cubic", losing(loss, seed), BYTES, seed)) / seeds;
      newReno += megabits(BYTES, transfer("newreno", losing(loss, seed), BYTES, seed)) / seeds;
    }
    double formula = 1448 * 8 / 0.0101 * Math.sqrt(1.5 / (loss / 100)) / 1e6;
    String figures = cubic + " and " + newReno + " of " + formula + " Mbit/s";
    System.out.printf("GoodputTest at %s %%: cubic and newreno %s%n", loss, figures);
    assertThat(newReno / formula).as(figures).isBetween(0.85, 1.15);
    assertThat(cubic / newReno).as(figures).isBetween(1.0, 1.4);
  }

  /** Where a third is lost, old timestamp echoes once made the timeout grow for ever. */
  @Rfc("6298 3")
  @ParameterizedTest(name = "{0} %")
  @CsvSource({"5, 40", "30, 40", "33, 30"})
  void noTransferStalls(double loss, int seeds) throws TcpException {
    double slowest = 0;
    for (long seed = 1; seed <= seeds; seed++) {
      String name = seed % 2 == 0 ? "cubic" : "newreno";
      slowest = Math.max(slowest, transfer(name, badWire(loss, seed), 200_000, seed));
    }
    // a connection may wait for its longest interval a few times, but not give up nor hang
    assertThat(slowest).as("seconds of the slowest of %s", seeds).isLessThan(1800);
  }
}
