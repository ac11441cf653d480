package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.karavel.itests.hang.HangingBundle;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/**
 * A module hangs while a Linux peer behind a TAP streams: another lane goes on with the same
 * device, status, doctor and events tell of it, the peer misses nothing and sees no reset, and no
 * descriptor is left when the thread has ended.
 */
public class HungKernelIT {
  private static final String NAME = "hung-kernel";
  private static final String TUN = "/dev/net/tun";
  private static final String NOWHERE = "/dev/null";
  private static final String LEFT_BEHIND = "threads of hung lanes that were left behind";
  private static final int STREAMS = 20;
  private static final int IDLE = 30;
  private static final int PERIOD_MILLIS = 20;

  private final TapAppliance appliance = new TapAppliance(NAME);

  @Before
  public void startTheAppliance() throws Exception {
    appliance.start();
    appliance.startPeer(KernelCrowd.class, STREAMS, IDLE, PERIOD_MILLIS);
  }

  @After
  public void stopTheAppliance() {
    appliance.close();
  }

  /** A bundle of the class and those in it. */
  private static Path bundle() throws IOException {
    Manifest manifest = new Manifest();
    Attributes headers = manifest.getMainAttributes();
    headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.putValue("Bundle-ManifestVersion", "2");
    headers.putValue("Bundle-SymbolicName", "test.hanging");
    headers.putValue("Bundle-Activator", HangingBundle.class.getName());
    headers.putValue("Import-Package", "org.osgi.framework,io.karavel.engine");
    Path jar = Files.createTempFile(Path.of("target").toAbsolutePath(), "hanging", ".jar");
    String name = HangingBundle.class.getName().replace('.', '/');
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      for (String entry : List.of(name + ".class", name + "$Hanging.class")) {
        out.putNextEntry(new ZipEntry(entry));
        try (InputStream in = HangingBundle.class.getClassLoader().getResourceAsStream(entry)) {
          in.transferTo(out);
        }
      }
    }
    return jar;
  }

  private long pid() throws IOException {
    return Long.parseLong(Files.readString(appliance.directory().resolve("karaf.pid")).strip());
  }

  /** How many descriptors of the appliance lead somewhere. */
  private static int open(long pid, String where) throws IOException {
    List<Path> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      files.forEach(all::add);
    }
    int count = 0;
    for (Path descriptor : all) {
      if (Files.isSymbolicLink(descriptor)
          && Files.readSymbolicLink(descriptor).toString().equals(where)) {
        count++;
      }
    }
    return count;
  }

  private String status() {
    return appliance.shell("net:status --sample 0");
  }

  /** All that was due is back at the peer, and neither side has reset anything. */
  private void goesOn(String when) throws Exception {
    System.out.println(when + ": " + appliance.askPeer("mark"));
    String counters = appliance.shell("net:counters --no-format --zeros --sample 0 --limit 0 Tcp.");
    for (String counter : List.of("Tcp.EstabResets", "Tcp.OutRsts")) {
      assertTrue(counters, Pattern.compile(counter + "\\s+0\\s").matcher(counters).find());
    }
  }

  @Test
  public void theSameDeviceGoesOnAndThePeerMissesNothing() throws Exception {
    long pid = pid();
    appliance.shell("config:property-set -p io.karavel.engine hangMillis 500");
    int devices = open(pid, TUN);
    int nowhere = open(pid, NOWHERE);
    assertTrue("a TAP is open", devices > 0);
    assertFalse(status().contains(LEFT_BEHIND));
    goesOn("before");
    appliance.shell("bundle:install -s " + bundle().toUri());
    Poll.within(
        60, "the lane is replaced", this::status, said -> said.contains(LEFT_BEHIND + ": 1"));
    goesOn("while a thread hangs");
    assertEquals("the device is the same one", devices, open(pid, TUN));
    assertEquals("its old number leads nowhere", nowhere + 1, open(pid, NOWHERE));
    String events = appliance.shell("net:events --kind lane");
    assertTrue(events, events.contains("slot hanging (test.hanging"));
    String doctor = appliance.shell("net:doctor");
    assertTrue(doctor, doctor.contains("lane-hung") && doctor.contains("net:restart --keep"));
    appliance.shell("bundle:stop test.hanging");
    Poll.within(60, "the thread has ended", this::status, said -> !said.contains(LEFT_BEHIND));
    Poll.within(
        60, "its number is given back", () -> open(pid, NOWHERE), count -> count == nowhere);
    assertEquals(devices, open(pid, TUN));
    goesOn("after it came back");
    System.out.println("the peer: " + appliance.endPeer() + " bytes");
  }
}
