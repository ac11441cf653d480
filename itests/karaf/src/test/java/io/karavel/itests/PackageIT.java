package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Test;

/**
 * The Debian package: installed for real, into a copy-on-write view of this machine's file system;
 * started by its unit's command line as the unit's user with the unit's one capability (systemd
 * itself does not run here, so its restarting is not shown); pinged through its TAP, bridged and
 * routed to a veth; stopped and purged without a trace.
 */
public class PackageIT {
  private static final Path CHECKOUT = Path.of(System.getProperty("checkout"));

  @Test
  public void isInstalledStartedReachedStoppedAndPurgedWithoutATrace() throws Exception {
    Launcher launcher = new Launcher(CHECKOUT);
    assumeTrue("needs root", launcher.call(List.of("id", "-u")).output.equals("0\n"));
    for (String tool : List.of("dpkg", "unshare", "setpriv", "ip", "curl", "ping", "pgrep")) {
      assumeTrue(
          "needs " + tool, launcher.call(List.of("sh", "-c", "command -v " + tool)).status == 0);
    }
    assumeTrue("needs /dev/net/tun", Files.exists(Path.of("/dev/net/tun")));
    Launcher.Outcome outcome =
        launcher.call(
            List.of(
                CHECKOUT.resolve("itests/karaf/src/test/sh/package.sh").toString(),
                debianPackage().toString()));
    assertEquals(outcome.toString(), 0, outcome.status);
    assertTrue(outcome.toString(), outcome.output.endsWith("package: purged without a trace\n"));
  }

  private static Path debianPackage() throws IOException {
    try (Stream<Path> files = Files.list(CHECKOUT.resolve("karaf-distribution/target"))) {
      return files.filter(file -> file.toString().endsWith(".deb")).findFirst().orElseThrow();
    }
  }
}
