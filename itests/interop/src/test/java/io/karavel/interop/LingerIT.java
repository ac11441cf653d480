package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.interop.SegmentLog.Entry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A close that lingers (SO_LINGER above 0), ours and the kernel's: it waits until the other end has
 * acknowledged the FIN or the time is over; then the connection goes on as an orphan, without RST.
 */
@Requires({"nft", "tcpdump"})
@SuppressWarnings("try") // a loss is there to be ended, not to be asked anything
class LingerIT {
  private static RoutedWire wire;
  private static SharedWire shared;

  private final OneOfManyTests test = shared.test();
  private final int port = test.port;

  @BeforeAll
  static void open() {
    wire = RoutedWire.create("tcp.orphanRetries=6");
    wire.kernel.sysctl("net/ipv4/tcp_orphan_retries", "6");
    shared = SharedWire.start(wire, 8500, OneOfManyTests.PATIENCE);
    RoutedWire.Pair warm = wire.open(true, 8479);
    closeLingering(true, warm, 5);
    closeLingering(false, warm, 5);
  }

  @AfterAll
  static void close() {
    shared.close();
  }

  /** Seconds that the close took. */
  private static double closeLingering(boolean ours, RoutedWire.Pair pair, int linger) {
    if (ours) {
      wire.stack.ask("option " + pair.ourId() + " lingerSeconds " + linger);
      return Double.parseDouble(wire.stack.values("close-stream " + pair.ourId()).get("seconds"));
    }
    wire.sockets.ask("linger " + pair.kernelName() + " " + linger);
    return Double.parseDouble(wire.sockets.values("close " + pair.kernelName()).get("seconds"));
  }

  private void assertNobodyReset() {
    assertThat(wire.segments.of(port, true, Entry::isReset)).as(test.describe()).isEmpty();
    assertThat(wire.segments.of(port, false, Entry::isReset)).as(test.describe()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void itEndsWithTheAcknowledgementOfTheFin(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    double seconds;
    try (RoutedWire.Loss loss = wire.lose(ours, port, RoutedWire.FIN)) {
      Thread mender = new Thread(() -> mendAfterThreeFins(ours, loss), "mender");
      mender.start();
      seconds = closeLingering(ours, pair, 30);
    }
    test.awaitState(ours, "FIN-WAIT-2");
    test.awaitState(!ours, "CLOSE-WAIT");
    // the three lost ones go at 0, 0.2 and 0.6 s, the next, which arrives, at 1.4 s
    assertThat(seconds).as(test.describe()).isBetween(0.6, 20.0);
    assertNobodyReset();
  }

  private void mendAfterThreeFins(boolean ours, RoutedWire.Loss loss) {
    test.awaitSent(ours, Entry::isFin, 3);
    loss.mend();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whenTheTimeIsOverItGoesOnAsAnOrphan(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    try (RoutedWire.Loss loss = wire.lose(ours, port, RoutedWire.FIN)) {
      double begun = System.currentTimeMillis() / 1e3;
      double seconds = closeLingering(ours, pair, 1);
      assertThat(seconds)
          .as(test.describe())
          .isBetween(0.99, 1.2 + test.tolerance(begun, System.currentTimeMillis() / 1e3));
      test.awaitState(ours, "FIN-WAIT-1");
      int repeated = wire.segments.of(port, ours, Entry::isFin).size();
      test.awaitSent(ours, Entry::isFin, repeated + 1);
    }
    test.awaitState(ours, "FIN-WAIT-2");
    test.awaitState(!ours, "CLOSE-WAIT");
    assertNobodyReset();
  }

  /** What was written before the close arrives, although nobody waits for it any more. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void dataBehindAClosedWindowStillArrives(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    long written =
        ours
            ? wire.stack.number("fill " + pair.ourId(), "written")
            : wire.sockets.number("fill " + pair.kernelName(), "written");
    assertThat(closeLingering(ours, pair, 1)).as(test.describe()).isGreaterThan(0.99);
    test.awaitState(ours, "FIN-WAIT-1");
    // one byte more than there are: the end comes behind them
    assertThat(
            ours
                ? wire.sockets.values("read " + pair.kernelName() + " " + (written + 1))
                : wire.stack.values("read " + pair.ourId() + " " + (written + 1)))
        .as(test.describe())
        .containsEntry("read", Long.toString(written));
    test.awaitState(ours, "FIN-WAIT-2");
    assertNobodyReset();
  }
}
