package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/**
 * Every module is replaced by every means while a Linux peer behind a TAP has a crowd of
 * connections, some of which stream: no reset, no byte lost or changed, and what was parked is
 * drained. A table tells what each swap was at the peer.
 *
 * <p>{@code -Dkaravel.streams=1000 -Dkaravel.idle=9000 -Dkaravel.swaps=1000} is the whole of it;
 * {@code -Dkaravel.means} and {@code -Dkaravel.modules} choose some, with commas. With {@code
 * -Dkaravel.pauses=true} the pauses of swaps and updates must be within their bounds, less the
 * times in which a processor of the machine did not run; each is printed.
 */
public class KernelSwapIT {
  private static final int SWAPS = Integer.getInteger("karavel.swaps", 5);
  private static final int STREAMS = Integer.getInteger("karavel.streams", 100);
  private static final int IDLE = Integer.getInteger("karavel.idle", 900);
  private static final int PERIOD_MILLIS = Integer.getInteger("karavel.periodMillis", 200);
  private static final String MEANS = System.getProperty("karavel.means", "");
  private static final String MODULES = System.getProperty("karavel.modules", "");
  private static final boolean PAUSES = Boolean.getBoolean("karavel.pauses");

  private static final Pattern FIGURE = Pattern.compile("([A-Za-z]+)=([0-9]+)");
  private static final Pattern GAP = Pattern.compile("([0-9]+):([0-9]+)");
  private static final List<String> AT_THE_PEER =
      List.of("TCPTimeouts", "TCPLossProbes", "RetransSegs", "EstabResets", "OutRsts");

  private final TapAppliance appliance = new TapAppliance("kernel-swap");
  private Ssh.Terminal console;
  private SwapMeans means;
  private Machine machine;

  @Before
  public void startTheAppliance() throws Exception {
    appliance.start("ssh");
    appliance.startPeer(KernelCrowd.class, STREAMS, IDLE, PERIOD_MILLIS);
    console = appliance.terminal();
    means = new SwapMeans(appliance, console);
    machine = PAUSES ? Machine.watched() : null;
  }

  @After
  public void stopTheAppliance() {
    if (machine != null) {
      machine.close();
    }
    if (console != null) {
      console.close();
    }
    appliance.close();
  }

  @Test
  public void aLinuxPeerLosesNothingByWhateverMeansModulesAreReplaced() throws Exception {
    List<SwapFigures> table = new ArrayList<>();
    for (SwapMeans.Kind kind : means.all()) {
      SwapFigures whole = new SwapFigures(kind.name, "all");
      for (String module : kind.modules) {
        if (isWanted(kind) && (MODULES.isEmpty() || isIn(module, MODULES))) {
          SwapFigures figures = swap(kind, module);
          System.out.println(figures.row());
          whole.add(figures);
        }
      }
      table.add(whole);
    }
    System.out.println(SwapFigures.HEADER);
    table.forEach(whole -> System.out.println(whole.row()));
    System.out.println(
        "the peer: " + appliance.endPeer() + " bytes, " + STREAMS + " streams, " + IDLE + " idle");
    if (PAUSES) {
      bounds(table);
    }
  }

  /** What changes nothing is only there to compare with, and to be asked for. */
  private static boolean isWanted(SwapMeans.Kind kind) {
    return MEANS.isEmpty() ? !kind.name.equals(SwapMeans.NOTHING) : isIn(kind.name, MEANS);
  }

  private static boolean isIn(String name, String wanted) {
    return List.of(wanted.split(",")).contains(name);
  }

  private SwapFigures swap(SwapMeans.Kind kind, String module) throws Exception {
    SwapFigures figures = new SwapFigures(kind.name, module);
    Map<String, Long> here = counters();
    Map<String, Long> there = mark();
    for (int time = 0; time * kind.swaps < SWAPS; time++) {
      figures.time("told", kind.means.apply(module, time));
      Map<String, Long> now = mark();
      List.of("probe", "net", "stream", "own")
          .forEach(name -> figures.time(name, now.getOrDefault(name, -1L)));
      if (PAUSES) {
        System.out.printf(
            Locale.ROOT,
            "%s %s %d: probe %.1f, net %.1f, stream %.1f, own %.1f ms%n",
            kind.name,
            module,
            time + 1,
            now.get("probe") / 1e6,
            now.get("net") / 1e6,
            now.get("stream") / 1e6,
            now.get("own") / 1e6);
      }
      for (String name : AT_THE_PEER) {
        figures.count(name, now.get(name) - there.get(name));
      }
      there = now;
    }
    if (SWAPS % 2 == 1 && kind.name.equals("module-swap")) {
      kind.means.apply(module, SWAPS); // back, as it was
    }
    Map<String, Long> after =
        Poll.until(
            "all that was parked is drained",
            this::counters,
            now -> now.get("Lane.ParkedFrames").equals(now.get("Lane.DrainedFrames")));
    figures.count("parked", after.get("Lane.ParkedFrames") - here.get("Lane.ParkedFrames"));
    figures.count("drained", after.get("Lane.DrainedFrames") - here.get("Lane.DrainedFrames"));
    figures.count("resets", figures.count("EstabResets") + figures.count("OutRsts"));
    for (String name : List.of("Tcp.EstabResets", "Tcp.OutRsts")) {
      figures.count("resets", after.get(name) - here.get(name));
    }
    assertEquals(figures.row(), 0, figures.count("resets"));
    assertEquals(figures.row(), figures.count("parked"), figures.count("drained"));
    return figures;
  }

  /** What the peer has noticed since the last time, when all that was due is back. */
  private Map<String, Long> mark() throws Exception {
    Map<String, Long> figures = new LinkedHashMap<>();
    String answer = appliance.askPeer("mark");
    Matcher figure = FIGURE.matcher(answer);
    while (figure.find()) {
      figures.put(figure.group(1), Long.parseLong(figure.group(2)));
    }
    if (machine != null) {
      figures.put("net", longestWhileTheMachineRan(answer, figures.get("probe")));
    }
    return figures;
  }

  private long longestWhileTheMachineRan(String answer, long probe) {
    long longest = Math.min(probe, KernelCrowd.LONG_NANOS);
    Matcher gap = GAP.matcher(answer);
    while (gap.find()) {
      long ran = machine.ran(Long.parseLong(gap.group(1)), Long.parseLong(gap.group(2)));
      longest = Math.max(longest, ran);
    }
    return longest;
  }

  /** Those of the appliance. */
  private Map<String, Long> counters() throws Exception {
    Map<String, Long> counters = new LinkedHashMap<>();
    for (String line :
        means.run("net:counters --no-format --zeros --sample 0 --limit 0").split("\n")) {
      String[] columns = line.strip().split("\\s+");
      if (columns.length > 1 && columns[1].matches("[0-9]+")) {
        counters.put(columns[0], Long.parseLong(columns[1]));
      }
    }
    return counters;
  }

  private static void bounds(List<SwapFigures> table) {
    SwapFigures swaps = table.get(0);
    assertEquals("TCPTimeouts", 0, swaps.count("TCPTimeouts"));
    assertTrue(swaps.row(), swaps.millis("net", 50) <= 10);
    assertTrue(swaps.row(), swaps.millis("net", 99) <= 50);
    assertTrue(swaps.row(), swaps.millis("net", 100) < 150);
    SwapFigures updates = table.get(1);
    assertTrue(updates.row(), updates.millis("net", 99) <= 150);
  }
}
