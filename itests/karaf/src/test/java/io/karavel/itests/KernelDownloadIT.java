package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/**
 * curl on Linux downloads the endless answer of chargen (RFC 864) through a TAP while modules are
 * swapped, and every byte is the one that belongs there. {@code -Dkaravel.megabytes=1000
 * -Dkaravel.swaps=10} is the whole of it; curl takes {@code -Dkaravel.rate} (10M) a second. While
 * it downloads, {@code tcp:show} and Linux's {@code ss -ti} say the same of its connection.
 */
public class KernelDownloadIT {
  private static final long BYTES = Integer.getInteger("karavel.megabytes", 30) * 1_000_000L;
  private static final int SWAPS = Integer.getInteger("karavel.swaps", 1);
  private static final String RATE = System.getProperty("karavel.rate", "10M");
  private static final List<String> MODULES = List.of("tcp", "ip", "nic-tap", "timer", "services");

  private static final int FIRST = ' ';
  private static final int CHARACTERS = 95;
  private static final int LINE = 72;

  private final TapAppliance appliance = new TapAppliance("kernel-download");
  private Process curl;
  private volatile long downloaded;
  private volatile boolean swapped;
  private volatile String problem;

  @Before
  public void startTheAppliance() {
    appliance.start("curl", "ss");
  }

  @After
  public void stopTheAppliance() {
    if (curl != null) {
      curl.destroyForcibly();
    }
    appliance.close();
  }

  /** The byte of chargen's answer at a position. */
  private static int expected(long position) {
    int column = (int) (position % (LINE + 2));
    if (column >= LINE) {
      return column == LINE ? '\r' : '\n';
    }
    return FIRST + (int) ((position / (LINE + 2) + column) % CHARACTERS);
  }

  private void download() {
    byte[] piece = new byte[1 << 16];
    long taken = 0;
    try (InputStream in = curl.getInputStream()) {
      while (taken < BYTES || !swapped) {
        int count = in.read(piece);
        if (count < 0) {
          problem = "curl ended after " + taken + " bytes";
          return;
        }
        for (int i = 0; i < count; i++) {
          if (piece[i] != expected(taken + i)) {
            problem = "a wrong byte at " + (taken + i);
            return;
          }
        }
        taken += count;
        downloaded = taken;
      }
    } catch (IOException e) {
      problem = e.toString();
    }
  }

  /** The numbers of what Linux and the appliance say of the connection while bytes go. */
  private void showTheSame() {
    Matcher id =
        Pattern.compile("(?m)^(\\d+)\t")
            .matcher(appliance.shell("tcp:list --no-format --state ESTABLISHED --local :19"));
    assertTrue("a connection of port 19", id.find());
    String before = appliance.in("ss", "-tinH", "dport", "=", ":19");
    String ours = appliance.shell("tcp:show --json " + id.group(1));
    String after = appliance.in("ss", "-tinH", "dport", "=", ":19");
    String all = before + "then " + ours + "then " + after;
    System.out.println("while curl downloads: " + all);
    long sent = since(ours, "iss", "sndUna");
    assertTrue(all, linux(before, "bytes_received") > 0);
    // what has been acknowledged a second ago, and what has arrived
    assertTrue(all, sent >= linux(before, "bytes_received"));
    assertTrue(all, sent <= linux(after, "bytes_received"));
    // Linux, which has opened it, counts its SYN
    assertEquals(all, linux(after, "bytes_acked"), since(ours, "irs", "rcvNxt") + 1);
    assertEquals(all, linux(after, "mss"), ours(ours, "sndMss"));
    String scales = ours(ours, "rcvWindShift") + "," + ours(ours, "sndWindShift");
    assertTrue(all, after.contains("wscale:" + scales + " "));
    assertTrue(all, ours.matches("(?s).*\"timestamps\"\\s*:\\s*\"?true.*"));
    assertTrue(all, ours.matches("(?s).*\"sack\"\\s*:\\s*\"?true.*"));
    long limit = ours(ours, "sndWnd") + 1; // a probe of a window that is shut
    assertTrue(all, (ours(ours, "sndNxt") - ours(ours, "sndUna") & 0xffff_ffffL) <= limit);
  }

  /** How far one number of the sequence space lies behind the SYN. */
  private static long since(String shown, String initial, String sequence) {
    return ours(shown, sequence) - ours(shown, initial) - 1 & 0xffff_ffffL;
  }

  private static long ours(String shown, String name) {
    return number(shown, "\"" + name + "\"\\s*:\\s*\"?([0-9]+)");
  }

  private static long linux(String shown, String name) {
    return number(shown, "\\s" + name + ":([0-9]+)");
  }

  private static long number(String text, String pattern) {
    Matcher found = Pattern.compile(pattern).matcher(text);
    assertTrue(pattern + " in " + text, found.find());
    return Long.parseLong(found.group(1));
  }

  @Test
  public void curlGetsEveryByteOnceWhileModulesAreSwapped() throws Exception {
    curl =
        new ProcessBuilder(
                appliance.command(
                    "curl",
                    "--silent",
                    "--http0.9",
                    "--limit-rate",
                    RATE,
                    "http://" + TapAppliance.ADDRESS + ":19/"))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Thread reader = new Thread(this::download, "curl");
    reader.start();
    Poll.until("curl downloads", () -> downloaded, bytes -> bytes > 0 || problem != null);
    showTheSame();
    // its SYN and its request may have waited for a busy machine, and no module was swapped yet
    long timeouts = appliance.nstat("TcpExtTCPTimeouts");
    for (int i = 0; i < SWAPS && problem == null; i++) {
      for (String module : MODULES) {
        String swap =
            i % 2 == 0
                ? "net:module-swap --watch 0s " + module + " " + appliance.jar(module, "0.1.1")
                : "net:module-rollback " + module;
        String said = appliance.shell(swap);
        assertTrue(said, said.contains("committed"));
      }
    }
    swapped = true;
    reader.join(TimeUnit.MINUTES.toMillis(10));
    assertEquals(null, problem);
    assertTrue("downloaded " + downloaded, downloaded >= BYTES);
    System.out.println(
        "curl got "
            + downloaded
            + " bytes, all of them right, over "
            + SWAPS * MODULES.size()
            + " swaps; TCPTimeouts of Linux +"
            + (appliance.nstat("TcpExtTCPTimeouts") - timeouts));
    // a sender's count: what Linux sends is the request, and acknowledgements
    assertEquals("TCPTimeouts", timeouts, appliance.nstat("TcpExtTCPTimeouts"));
  }
}
