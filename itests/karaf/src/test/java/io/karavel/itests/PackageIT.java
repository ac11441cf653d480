package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Test;

/**
 * The Debian package: installed for real, into a copy-on-write view of this machine's file system.
 */
public class PackageIT {
  private static final Path CHECKOUT = Path.of(System.getProperty("checkout"));
  private static final int NOT_HERE = 77;

  private final Launcher launcher = new Launcher(CHECKOUT).patient(450);

  /**
   * Started by its unit's command line as the unit's user with the unit's one capability; pinged
   * through its TAP, bridged and routed to a veth as docs/appliance.md says; stopped and purged.
   */
  @Test
  public void isInstalledStartedReachedStoppedAndPurgedWithoutATrace() throws Exception {
    Launcher.Outcome outcome = run("package.sh", "setpriv", "curl", "pgrep", "ssh");
    assertEquals(outcome.toString(), 0, outcome.status);
    assertTrue(outcome.toString(), outcome.output.endsWith("package: purged without a trace\n"));
  }

  @Test
  public void systemdStartsItAtTheInstallationAndAgainWhenItWasKilledAndStopsIt() throws Exception {
    assumeTrue("needs systemd", Files.exists(Path.of("/lib/systemd/systemd")));
    Launcher.Outcome outcome = run("supervised.sh", "systemctl", "pgrep", "ssh-keygen");
    assumeTrue("systemd does not boot here: " + outcome, outcome.status != NOT_HERE);
    assertEquals(outcome.toString(), 0, outcome.status);
    for (String said :
        List.of("killed, and started again by systemd", "stopped and started", "purged")) {
      assertTrue(outcome.toString(), outcome.output.contains("package: " + said));
    }
  }

  private Launcher.Outcome run(String script, String... tools) throws IOException {
    assumeTrue("needs root", launcher.call(List.of("id", "-u")).output.equals("0\n"));
    List<String> all = new ArrayList<>(List.of("dpkg", "unshare", "ip", "ping"));
    all.addAll(List.of(tools));
    for (String tool : all) {
      assumeTrue(
          "needs " + tool, launcher.call(List.of("sh", "-c", "command -v " + tool)).status == 0);
    }
    assumeTrue("needs /dev/net/tun", Files.exists(Path.of("/dev/net/tun")));
    return launcher.call(
        List.of(
            CHECKOUT.resolve("itests/karaf/src/test/sh").resolve(script).toString(),
            debianPackage().toString()));
  }

  private static Path debianPackage() throws IOException {
    try (Stream<Path> files = Files.list(CHECKOUT.resolve("karaf-distribution/target"))) {
      return files.filter(file -> file.toString().endsWith(".deb")).findFirst().orElseThrow();
    }
  }
}
