package io.karavel.scripts.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.diagnostics.internal.impairment.BadWires;
import io.karavel.engine.DropReason;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.tcp.TcpSocket;
import io.karavel.testkit.BulkTransfer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An interface made bad while connections run, and mended again. */
class BadWireTest {
  private static final String WIRE = "wire0";

  private final Bench bench = new Bench(Map.of());
  private final BadWires wires = new BadWires(bench.ground);

  @Test
  void delayIsAddedInBothDirectionsAndGoneWhenItIsMended() throws Exception {
    wires.impair("main", WIRE, ImpairmentSettings.NONE.withDelay(20_000_000, 0));
    TcpSocket[] ends = bench.passive();
    // the cable's own millisecond and twice twenty
    assertThat(bench.main.connections(info -> info.id() == ends[0].id())).hasSize(1);
    Object rtt = bench.main.tcpControl().info(ends[0].id()).details().get("minRtt");
    assertThat(rtt).isEqualTo("41.000 ms");
    wires.impair("main", WIRE, ImpairmentSettings.NONE);
    assertThat(wires.inForce("main")).isEmpty();
    TcpSocket[] later = new TcpSocket[] {bench.peer.tcp().connect(Bench.SERVER)};
    bench.network.advance(Duration.ofMillis(2));
    assertThat(later[0].state().isSynchronized()).isTrue();
  }

  @Test
  void bytesStayExactOverAWireThatLosesRepeatsReordersAndDamages() throws Exception {
    TcpSocket[] ends = bench.passive();
    wires.impair(
        "main",
        WIRE,
        ImpairmentSettings.NONE
            .withLoss(1)
            .withDuplication(1)
            .withCorruption(1)
            .withReordering(2, 3_000_000)
            .withDelay(1_000_000, 200_000)
            .withSeed(5));
    BulkTransfer transfer = new BulkTransfer(ends[0], ends[1], 2_000_000, 3, true);
    bench.network.afterEachEvent(transfer::pump);
    transfer.pump();
    bench.until(transfer::isDone);
    assertThat(bench.main.drops(DropReason.IMPAIRMENT_LOSS)).isPositive();
    assertThat(bench.main.drops(DropReason.TCP_CHECKSUM)).isPositive();
    wires.close();
    bench.network.advance(Duration.ofSeconds(1));
    assertThat(bench.main.packetBuffersOut()).isZero();
  }

  @Test
  void anInterfaceThatIsNotThereIsRefusedWithThoseThatAre() {
    assertThatThrownBy(() -> wires.impair("main", "eth7", ImpairmentSettings.NONE.withLoss(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("stack main has no interface 'eth7'; it has wire0");
  }
}
