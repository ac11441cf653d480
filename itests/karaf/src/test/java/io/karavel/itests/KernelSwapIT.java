package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/**
 * Modules are replaced while a Linux peer behind a TAP streams; the peer says how long nothing
 * came. {@code -Dkaravel.swaps}, {@code -Dkaravel.streams} and {@code -Dkaravel.idle} make it
 * larger; with {@code -Dkaravel.pauses=true} the pauses must be within their bounds.
 */
public class KernelSwapIT {
  private static final int SWAPS = Integer.getInteger("karavel.swaps", 2);
  private static final int STREAMS = Integer.getInteger("karavel.streams", 4);
  private static final int IDLE = Integer.getInteger("karavel.idle", 20);
  private static final boolean PAUSES = Boolean.getBoolean("karavel.pauses");
  private static final List<String> MODULES = List.of("timer", "nic-tap", "ip", "tcp", "services");

  private final TapAppliance appliance = new TapAppliance("kernel-swap");

  @Before
  public void startTheAppliance() throws Exception {
    appliance.start();
    appliance.startPeer(STREAMS, IDLE);
  }

  @After
  public void stopTheAppliance() {
    appliance.close();
  }

  @Test
  public void aLinuxPeerLosesNothingAndDoesNotTimeOutWhenModulesAreSwapped() throws Exception {
    long timeoutsBefore = appliance.nstat("TcpExtTCPTimeouts");
    long retransmittedBefore = appliance.nstat("TcpRetransSegs");
    long probesBefore = appliance.nstat("TcpExtTCPLossProbes");
    Map<String, List<Long>> pauses = new TreeMap<>();
    for (int i = 0; i < SWAPS; i++) {
      for (String module : MODULES) {
        String swap =
            i % 2 == 0
                ? "net:module-swap --watch 0s " + module + " " + appliance.jar(module)
                : "net:module-rollback " + module;
        long beginNanos = System.nanoTime();
        String said = appliance.shell(swap);
        assertTrue(said, said.contains("committed"));
        pauses.computeIfAbsent(module, m -> new ArrayList<>()).add(longest(beginNanos));
      }
    }
    report("net:module-swap", pauses);
    System.out.println(
        "at the peer: TCPTimeouts +"
            + (appliance.nstat("TcpExtTCPTimeouts") - timeoutsBefore)
            + ", TcpRetransSegs +"
            + (appliance.nstat("TcpRetransSegs") - retransmittedBefore)
            + ", TCPLossProbes +"
            + (appliance.nstat("TcpExtTCPLossProbes") - probesBefore));
    endThePeer();
    if (PAUSES) {
      assertEquals("TCPTimeouts", timeoutsBefore, appliance.nstat("TcpExtTCPTimeouts"));
      bounds(pauses, 10, 50, 150);
    }
  }

  @Test
  public void aLinuxPeerLosesNothingWhenBundlesAreUpdated() throws Exception {
    Map<String, List<Long>> pauses = new TreeMap<>();
    for (int i = 0; i < SWAPS; i++) {
      for (String module : MODULES) {
        long beginNanos = System.nanoTime();
        appliance.shell("bundle:update io.karavel." + module);
        pauses.computeIfAbsent(module, m -> new ArrayList<>()).add(longest(beginNanos));
      }
    }
    report("bundle:update", pauses);
    endThePeer();
    if (PAUSES) {
      bounds(pauses, 150, 150, 1000);
    }
  }

  private void endThePeer() throws Exception {
    String said = appliance.endPeer();
    System.out.println("the peer: " + said + " bytes, " + STREAMS + " streams, " + IDLE + " idle");
  }

  private long longest(long sinceNanos) {
    return appliance.gaps.stream()
        .filter(gap -> gap[0] - sinceNanos >= 0)
        .mapToLong(gap -> gap[1])
        .max()
        .orElse(0);
  }

  private static void report(String what, Map<String, List<Long>> pauses) {
    pauses.forEach((module, nanos) -> System.out.println(what + " " + module + figures(nanos)));
    System.out.println(what + " of all" + figures(all(pauses)));
  }

  private static List<Long> all(Map<String, List<Long>> pauses) {
    return pauses.values().stream().flatMap(List::stream).toList();
  }

  private static String figures(List<Long> nanos) {
    return String.format(
        ": longest time without a byte at the peer, %d times: p50 %.1f ms, p99 %.1f ms, max %.1f"
            + " ms",
        nanos.size(), millis(nanos, 50), millis(nanos, 99), millis(nanos, 100));
  }

  private static double millis(List<Long> nanos, int percent) {
    List<Long> sorted = nanos.stream().sorted().toList();
    int index = (int) Math.ceil(sorted.size() * percent / 100.0) - 1;
    return sorted.get(Math.max(0, index)) / 1e6;
  }

  private static void bounds(Map<String, List<Long>> pauses, int p50, int p99, int max) {
    List<Long> nanos = all(pauses);
    assertTrue("p50 at most " + p50 + " ms", millis(nanos, 50) <= p50);
    assertTrue("p99 at most " + p99 + " ms", millis(nanos, 99) <= p99);
    assertTrue("always below " + max + " ms", millis(nanos, 100) < max);
  }
}
