package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.inject.Inject;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;

/** Captures, traces, the loss laboratory and bad wires in the real appliance, by command. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class DiagnosticsIT {
  private static final int SECONDS = 40;

  @Inject private SessionFactory sessions;
  @Inject private BootFinished bootFinished;
  private final ExecutorService other = Executors.newSingleThreadExecutor();
  private Console console;

  @Configuration
  public static Option[] appliance() {
    return Distribution.options();
  }

  @Before
  public void waitUntilTheStackServes() throws Exception {
    console = new Console(sessions);
    Poll.until(
        "the stack serves",
        () -> console.run("ip:ping -c 1 -W 1 10.77.0.1"),
        output -> !output.isEmpty());
  }

  @After
  public void endThreads() {
    other.shutdownNow();
  }

  private Future<String> meanwhile(String command) {
    return other.submit(() -> new Console(sessions).run(command));
  }

  private void daytime() throws Exception {
    String time = console.run("tcp:connect --stack host 10.77.0.2 13");
    assertTrue(time, time.matches("(?s).*\\d\\d:\\d\\d.*"));
  }

  @Test
  public void aCaptureShowsWhatPassesAndEndsAtItsBound() throws Exception {
    Future<String> shown = meanwhile("net:capture -i main0 -c 4 --time 30 start icmp");
    Poll.until(
        "the capture runs",
        () -> console.run("net:capture --no-format list"),
        list -> list.contains("\trunning\t"));
    console.run("ip:ping -c 2 -i 0.1 10.77.0.1");
    String lines = shown.get(SECONDS, TimeUnit.SECONDS);
    assertEquals(lines, 4, lines.lines().filter(line -> line.contains("ICMP type")).count());
    assertTrue(lines, lines.contains("main0 > IP 10.77.0.2 > 10.77.0.1: ICMP type 8"));
    assertTrue(console.run("net:capture --no-format list").contains("\tpackets\t"));
  }

  @Test
  public void aCaptureWritesAFileThatBeginsAsPcapngDoes() throws Exception {
    String started = console.run("net:capture --no-format -w it.pcapng start arp or icmp");
    String name = started.split("\t", 2)[0];
    Path file = Path.of(started.split("\t", 2)[1].trim());
    console.run("ip:ping -c 2 -i 0.1 10.77.0.1");
    console.run("net:capture stop " + name);
    byte[] bytes = Files.readAllBytes(file);
    assertTrue(file + " has " + bytes.length + " bytes", bytes.length > 300);
    assertEquals(0x0A, bytes[0]);
    assertEquals(0x0D, bytes[1]);
    Files.delete(file);
  }

  @Test
  public void theFileOfACaptureEndsAtItsBytes() throws Exception {
    String started = console.run("net:capture --no-format --bytes 3000 -w full.pcapng start icmp");
    Path file = Path.of(started.split("\t", 2)[1].trim());
    console.run("ip:ping -c 100 -i 0.01 10.77.0.1");
    Poll.until(
        "the capture has ended by its bytes",
        () -> console.run("net:capture --no-format list"),
        list -> list.contains("\tbytes\t") && !list.contains("\trunning\t"));
    // a frame more at most, and what pcapng says of each and of the interfaces
    long size = Files.size(file);
    assertTrue(file + " has " + size + " bytes", size > 3000 && size < 3000 + 60 * 100 + 1600);
    Files.delete(file);
  }

  @Test
  public void aConnectionIsDrawnFromItsFirstSynToItsEnd() throws Exception {
    Future<String> drawn = meanwhile("tcp:trace --local :13 --time 30");
    String diagram = connectUntilDone(drawn);
    assertTrue(diagram, diagram.contains("us 10.77.0.2:13"));
    for (String part : new String[] {"SYN seq 0", "SYN ACK seq 0 ack 1", "ESTABLISHED", "FIN"}) {
      assertTrue(part + " in " + diagram, diagram.contains(part));
    }
  }

  /** The first connection after the command has begun to watch is the one that it is about. */
  private String connectUntilDone(Future<String> watching) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!watching.isDone() && System.nanoTime() < end) {
      daytime();
    }
    return watching.get(1, TimeUnit.SECONDS);
  }

  @Test
  public void aLostSynAckComesAgainAsPredicted() throws Exception {
    Future<String> report =
        meanwhile("net:lab --local :13 --message ack --times 1 --time 30 --no-format lose");
    String steps = connectUntilDone(report);
    assertTrue(steps, steps.contains("SYN-ACK"));
    assertTrue(steps, steps.contains("lost (LABORATORY_LOSS)"));
    console.failure("net:lab --connection 99999999 --message fin1 lose");
  }

  @Test
  public void aListenerSaysWhyItIsThere() throws Exception {
    String id = console.run("tcp:list --listening --no-format").split("\t", 2)[0].strip();
    String why = console.run("tcp:why " + id);
    assertTrue(why, why.contains("is LISTEN"));
    assertTrue(why, why.contains("the application listens (call)"));
  }

  @Test
  public void aWireIsMadeBadAndMended() throws Exception {
    console.run("nic:impair --delay 30ms main0");
    String bad = console.run("ip:ping -c 3 -i 0.05 10.77.0.1");
    assertTrue(bad, quickest(bad) >= 60);
    assertTrue(console.run("nic:impair --no-format").startsWith("main0\t30"));
    console.run("nic:impair --off main0");
    assertFalse(console.run("nic:impair --no-format").contains("main0"));
    Poll.until(
        "the delay is gone",
        () -> console.run("ip:ping -c 3 -i 0.05 10.77.0.1"),
        good -> quickest(good) < 60);
  }

  /** The shortest round trip of a ping, in milliseconds; a busy machine only lengthens them. */
  private static double quickest(String ping) {
    return java.util.regex.Pattern.compile("time=([\\d.]+) ms")
        .matcher(ping)
        .results()
        .mapToDouble(found -> Double.parseDouble(found.group(1)))
        .min()
        .orElseThrow(() -> new AssertionError("no answer: " + ping));
  }
}
