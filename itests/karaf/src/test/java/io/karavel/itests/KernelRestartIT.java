package io.karavel.itests;

import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/**
 * {@code ./run --stop --keep} and {@code ./run} while Linux streams through a TAP: no connection is
 * lost, no byte differs, and every stream moves again soon after the start, however long the gap
 * was. {@code -Dkaravel.streams} and {@code -Dkaravel.idle} make it larger.
 */
public class KernelRestartIT {
  private static final int STREAMS = Integer.getInteger("karavel.streams", 20);
  private static final int IDLE = Integer.getInteger("karavel.idle", 80);
  private static final long GAP_NANOS = Duration.ofSeconds(2).toNanos();

  private final TapAppliance appliance = new TapAppliance("kernel-restart");

  @Before
  public void startTheAppliance() throws Exception {
    appliance.start();
    appliance.startPeer(KernelEcho.class, STREAMS, IDLE);
  }

  @After
  public void stopTheAppliance() {
    appliance.close();
  }

  /** When each stream moved again after the gap that a moment lies in. */
  private Map<Long, Long> moved(long inNanos) {
    Map<Long, Long> moved = new TreeMap<>();
    appliance.gaps.stream()
        .filter(gap -> gap[1] >= GAP_NANOS && gap[0] > inNanos && gap[0] - gap[1] < inNanos)
        .forEach(gap -> moved.put(gap[2], gap[0]));
    return moved;
  }

  @Test
  public void everyStreamMovesAgainWithinTenSecondsOfTheStart() throws Exception {
    long stopNanos = System.nanoTime();
    appliance.run("--stop", "--keep");
    long startNanos = System.nanoTime();
    appliance.startAgain();
    long upNanos = System.nanoTime();
    Poll.until("every stream moves", () -> moved(startNanos).size(), count -> count == STREAMS);
    double[] after =
        moved(startNanos).values().stream()
            .mapToDouble(n -> (n - upNanos) / 1e9)
            .sorted()
            .toArray();
    System.out.printf(
        "restart with %d streams and %d idle connections: stop %.1f s, start %.1f s; streams moved"
            + " %.1f to %.1f s after the start was done, half of them by %.1f s%n",
        STREAMS,
        IDLE,
        (startNanos - stopNanos) / 1e9,
        (upNanos - startNanos) / 1e9,
        after[0],
        after[STREAMS - 1],
        after[STREAMS / 2]);
    System.out.println("the peer: " + appliance.endPeer() + " bytes");
    // where a start takes more than twenty seconds, the machine is slower than that
    double most = Math.max(10, (upNanos - startNanos) / 2e9);
    assertTrue("the last one after " + after[STREAMS - 1] + " s", after[STREAMS - 1] < most);
  }
}
