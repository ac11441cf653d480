package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/**
 * curl on Linux downloads the endless answer of chargen (RFC 864) through a TAP while modules are
 * swapped, and every byte is the one that belongs there. {@code -Dkaravel.megabytes=1000
 * -Dkaravel.swaps=10} is the whole of it; curl takes {@code -Dkaravel.rate} (10M) a second.
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
    appliance.start("curl");
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
