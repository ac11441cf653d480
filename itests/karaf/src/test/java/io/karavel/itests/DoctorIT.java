package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.inject.Inject;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** What net:doctor finds in the real appliance is mended by the command that it names. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class DoctorIT {
  @Inject private BundleContext context;
  @Inject private SessionFactory sessions;
  @Inject private BootFinished bootFinished;
  private Console console;

  @Configuration
  public static Option[] appliance() {
    return Distribution.options();
  }

  @Before
  public void begin() throws Exception {
    console = new Console(sessions);
    Poll.until(
        "the stack serves",
        () -> console.run("ip:ping -c 1 -W 1 10.77.0.1"),
        output -> !output.isEmpty());
  }

  private String found(String finding) throws Exception {
    return console
        .run("net:doctor --no-format --now --sample 50")
        .lines()
        .filter(line -> line.startsWith(finding + "\t"))
        .findFirst()
        .orElse("");
  }

  /** Waits for a finding and runs its command, which must make it go away. */
  private void isMended(String finding, String symptom) throws Exception {
    String line = Poll.until(finding + " is found", () -> found(finding), f -> !f.isEmpty());
    String[] cells = line.split("\t");
    assertEquals(line, 5, cells.length);
    assertTrue(line, cells[2].contains(symptom));
    console.run(cells[4]);
    Poll.until("'" + cells[4] + "' has mended it", () -> found(finding), String::isEmpty);
  }

  @Test
  public void aModuleThatWasStoppedIsStartedAgain() throws Exception {
    for (Bundle bundle : context.getBundles()) {
      if ("io.karavel.timer".equals(bundle.getSymbolicName())) {
        bundle.stop();
      }
    }
    isMended("module-missing", "has no module");
  }

  @Test
  public void aWrongFileIsPutRight() throws Exception {
    Path file = Path.of(System.getProperty("karaf.etc"), "io.karavel.ip.cfg");
    byte[] good = Files.readAllBytes(file);
    try {
      Files.write(file, "defaultTtl = 256\n".getBytes(StandardCharsets.UTF_8));
      isMended("configuration-refused", "defaultTtl = '256' is refused");
    } finally {
      Files.write(file, good);
    }
  }

  @Test
  public void aChangeThatWaitsIsConfirmed() throws Exception {
    console.run("net:config-set --confirm 300s keepalive.probes=9");
    try {
      isMended("change-unconfirmed", "goes back in");
    } finally {
      console.run("net:config-reset keepalive.probes");
    }
  }

  @Test
  public void aWireThatIsMadeBadIsMadeGoodAgain() throws Exception {
    console.run("nic:impair --delay 1ms main0");
    isMended("impaired-wire", "main0");
  }
}
