package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.After;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Test;

/**
 * Captures of the real appliance as tshark and capinfos read them: files, and live pcapng that ssh
 * carries into tshark's standard input; several at once, with discards and states as comments, and
 * after a capture that had no room for everything.
 */
public class CaptureIT {
  private static final Path CHECKOUT = Path.of(System.getProperty("checkout"));

  /** The least that captureRingBytes may be. */
  private static final int SMALL_RING = 65_536;

  /** Each in 41 fragments, there and back: twice what a small ring holds. */
  private static final String FLOOD = "ip:ping -c 100 -i 0 -s 60000 10.77.0.1";

  private static Path directory;
  private static Launcher launcher;
  private static Ssh ssh;

  private final List<Process> started = new ArrayList<>();

  @BeforeClass
  public static void startTheAppliance() throws Exception {
    launcher = new Launcher(CHECKOUT);
    for (String tool : List.of("ssh", "tshark", "dumpcap", "capinfos")) {
      assumeTrue(
          "needs " + tool, launcher.call(List.of("sh", "-c", "command -v " + tool)).status == 0);
    }
    directory = Path.of("target", "launcher", "capture").toAbsolutePath();
    int port = Distribution.freePort();
    Launcher.Outcome outcome =
        launcher.run(
            "--background",
            "--clean",
            "--dir",
            directory.toString(),
            "--ssh-port",
            Integer.toString(port),
            "--forward-port",
            Integer.toString(Distribution.freePort()));
    assertEquals(outcome.toString(), 0, outcome.status);
    ssh = Ssh.ofLauncher(launcher, directory, port);
  }

  @AfterClass
  public static void stopTheAppliance() {
    if (directory != null) {
      Launcher.Outcome stopped = launcher.run("--dir", directory.toString(), "--stop");
      assertEquals(stopped.toString(), 0, stopped.status);
    }
  }

  @Before
  public void aRingAsConfigured() {
    run("net:config-reset diagnostics.captureRingBytes");
  }

  @After
  public void endProcesses() {
    started.forEach(Process::destroyForcibly);
  }

  private static String run(String line) {
    Ssh.Answer answer = ssh.execute(line);
    assertTrue(line + " " + answer, answer.succeeded);
    return answer.output;
  }

  /** What a stopped capture says of itself. */
  private record Ended(long packets, long lost, String file) {
    private static final Pattern SAID =
        Pattern.compile(
            "\"packets\" : (\\d+).*\"lost\" : (\\d+).*\"file\" : \"([^\"]*)\"", Pattern.DOTALL);

    static Ended of(String name) {
      Matcher said = SAID.matcher(run("net:capture --json stop " + name));
      assertTrue(name, said.find());
      return new Ended(Long.parseLong(said.group(1)), Long.parseLong(said.group(2)), said.group(3));
    }
  }

  /** Starts a capture into a file; its name. */
  private static String start(String file, String filter) {
    return run("net:capture --no-format -w " + file + " start " + filter).split("\t", 2)[0];
  }

  /** The name of the running capture with such a filter, when it runs. */
  private static String running(String filter) throws Exception {
    Pattern row = Pattern.compile("(?m)^(capture\\d+)\trunning\t[^\t]*\t[^\t]*\t" + filter + "\t");
    String list =
        Poll.until(
            "the capture of " + filter + " runs",
            () -> run("net:capture --no-format list"),
            rows -> row.matcher(rows).find());
    Matcher found = row.matcher(list);
    assertTrue(found.find());
    return found.group(1);
  }

  /** A tool that reads captures, to its end; it must not complain. */
  private static List<String> read(String... command) {
    Launcher.Outcome outcome = launcher.call(List.of(command));
    assertEquals(outcome.toString(), 0, outcome.status);
    assertNoComplaint(outcome.errors);
    return outcome.output.lines().collect(Collectors.toList());
  }

  /**
   * Besides what it says of itself, a tool says nothing when nothing is wrong. Where the input
   * ends, dumpcap has tshark say so without a word.
   */
  private static void assertNoComplaint(String errors) {
    String complaint =
        errors
            .lines()
            .filter(line -> !line.isBlank())
            .filter(line -> !line.startsWith("Running as user"))
            .filter(line -> !line.matches("Capturing on '(-|Standard input)'|tshark: *"))
            .filter(line -> !line.matches(" \\*\\* \\(tshark:.*Capture (started|stopped)\\..*"))
            .filter(line -> !line.matches(" \\*\\* \\(tshark:.*MESSAGE.*File: .*"))
            .filter(line -> !line.matches("\\d+ packets? captured"))
            .collect(Collectors.joining("\n"));
    assertEquals("", complaint);
  }

  /** A file read by both tools: as many frames as the capture says; its comments. */
  private static String comments(Ended ended) {
    List<String> info = read("capinfos", "-T", "-r", "-m", "-c", ended.file());
    assertEquals(ended.file() + "," + ended.packets(), info.get(0));
    return comments(read(tshark("-r", ended.file())), ended);
  }

  private static String comments(List<String> lines, Ended ended) {
    assertEquals(ended.packets(), lines.size());
    return lines.stream()
        .map(line -> line.split("\t", -1)[2])
        .filter(comment -> !comment.isEmpty())
        .collect(Collectors.joining("\n"));
  }

  private static String[] tshark(String... input) {
    List<String> command = new ArrayList<>(List.of("tshark", "-n", "-l"));
    command.addAll(List.of(input));
    for (String word :
        "-T fields -e frame.number -e _ws.col.Protocol -e frame.comment".split(" ")) {
      command.add(word);
    }
    return command.toArray(new String[0]);
  }

  /** A live capture in tshark: its lines as they come, and what it complains of at the end. */
  private final class Live {
    final Process tshark;
    final List<String> lines = new ArrayList<>();
    final CompletableFuture<String> errors;
    final Thread reader;

    Live(String filter, String... input) throws IOException {
      List<Process> pipeline =
          ProcessBuilder.startPipeline(
              List.of(
                  ssh.builder("net:capture -i main0 -w - start " + filter),
                  new ProcessBuilder(tshark(input))));
      started.addAll(pipeline);
      tshark = pipeline.get(1);
      errors =
          CompletableFuture.supplyAsync(() -> text(tshark.errorReader(StandardCharsets.UTF_8)));
      reader =
          new Thread(
              () ->
                  tshark
                      .inputReader(StandardCharsets.UTF_8)
                      .lines()
                      .forEach(
                          line -> {
                            synchronized (lines) {
                              lines.add(line);
                            }
                          }));
      reader.start();
    }

    List<String> lines() {
      synchronized (lines) {
        return List.copyOf(lines);
      }
    }

    /** When the capture ends, Karaf closes the connection whatever ssh has not passed on yet. */
    void catchUp(String filter) throws Exception {
      Poll.until(
          "tshark has caught up",
          this::lines,
          all ->
              run("net:capture --no-format list")
                  .contains("\t" + filter + "\t" + all.size() + "\t"));
    }

    /** When it has ended, as the capture did. */
    List<String> end() throws Exception {
      assertTrue("tshark ends", tshark.waitFor(120, TimeUnit.SECONDS));
      reader.join(60_000);
      assertNoComplaint(errors.get(60, TimeUnit.SECONDS));
      assertEquals(0, tshark.exitValue());
      return lines();
    }
  }

  private static String text(BufferedReader reader) {
    try (reader) {
      return reader.lines().collect(Collectors.joining("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void liveInto(String... input) throws Exception {
    Live live = new Live("port 13", input);
    String name = running("port 13");
    run("tcp:connect --stack host 10.77.0.2 13");
    Poll.until("tshark shows it while it runs", live::lines, lines -> lines.size() >= 6);
    live.catchUp("port 13");
    Ended ended = Ended.of(name);
    assertEquals(0, ended.lost());
    List<String> lines = live.end();
    assertTrue(lines.toString(), lines.get(0).startsWith("1\tTCP\t"));
    String comments = comments(lines, ended);
    assertTrue(
        comments, comments.matches("(?s).*SYN-RECEIVED.*ESTABLISHED.*(FIN-WAIT-1|CLOSE-WAIT).*"));
  }

  @Test
  public void tsharkReadsALiveCaptureFromItsStandardInput() throws Exception {
    liveInto("-r", "-");
  }

  @Test
  public void dumpcapTakesALiveCaptureForAnInterface() throws Exception {
    liveInto("-i", "-");
  }

  @Test
  public void whatACommandPrintsIsSeenWhileItRuns() throws Exception {
    Process pings = ssh.builder("ip:ping -c 1000 -i 1 10.77.0.1").start();
    started.add(pings);
    BufferedReader lines = pings.inputReader(StandardCharsets.UTF_8);
    assertTrue(lines.readLine().startsWith("PING 10.77.0.1"));
    assertTrue(lines.readLine().contains("icmp_seq=1 "));
    assertTrue(pings.isAlive());
  }

  @Test
  public void severalAtOnceEachHaveTheirFramesWithDiscardsAndStates() throws Exception {
    String pings = start("pings.pcapng", "icmp");
    String daytime = start("daytime.pcapng", "port 13");
    Live live = new Live("icmp or port 13", "-r", "-");
    String both = running("icmp or port 13");
    Process lab = ssh.builder("net:lab --local :13 --message ack --time 30 lose").start();
    started.add(lab);
    run("ip:ping -c 3 -i 0.1 10.77.0.1");
    // the first that comes after the laboratory has begun loses its ACK
    while (lab.isAlive()) {
      run("tcp:connect --stack host 10.77.0.2 13");
    }
    String lost = text(lab.inputReader(StandardCharsets.UTF_8));
    assertTrue(lost, lost.contains("lost (LABORATORY_LOSS)"));
    // where a FIN brings the lost ACK, one segment leads through ESTABLISHED: another comes to it
    run("tcp:connect --stack host 10.77.0.2 13");
    Ended pinged = Ended.of(pings);
    Ended told = Ended.of(daytime);
    Ended seen = Ended.of(both);
    assertEquals(6, pinged.packets());
    assertEquals("", comments(pinged));
    String states = comments(told);
    for (String part : List.of("dropped: LABORATORY_LOSS", "SYN-RECEIVED", "ESTABLISHED")) {
      assertTrue(part + " in " + states, states.contains(part));
    }
    assertEquals(pinged.packets() + told.packets(), seen.packets());
    assertEquals(states, comments(live.end(), seen));
  }

  @Test
  public void aFileIsGoodAfterTheRingHadNoRoom() {
    run("net:config-set diagnostics.captureRingBytes=" + SMALL_RING);
    String name = start("flood.pcapng", "icmp");
    run(FLOOD);
    Ended ended = Ended.of(name);
    assertTrue(ended.toString(), ended.lost() > 0 && ended.packets() > 0);
    comments(ended);
    System.out.println("measured: " + ended);
  }

  @Test
  public void aLiveCaptureIsGoodAfterNobodyTookIt() throws Exception {
    run("net:config-set diagnostics.captureRingBytes=" + SMALL_RING);
    Live live = new Live("icmp", "-r", "-");
    String name = running("icmp");
    signal("STOP", live.tshark);
    run(FLOOD); // is not held up, though ssh, its window and the ring are full
    signal("CONT", live.tshark);
    run("ip:ping -c 3 -i 0.1 10.77.0.1");
    live.catchUp("icmp");
    Ended ended = Ended.of(name);
    assertTrue(ended.toString(), ended.lost() > 0 && ended.packets() > 0);
    comments(live.end(), ended);
    System.out.println("measured: " + ended);
  }

  private static void signal(String signal, Process process) {
    assertEquals(
        0, launcher.call(List.of("kill", "-" + signal, Long.toString(process.pid()))).status);
  }

  /** What is left of the last run; a capture writes over no file. */
  @Before
  public void noFilesOfOthers() throws IOException {
    for (String file : List.of("pings", "daytime", "flood")) {
      Files.deleteIfExists(directory.resolve("data/captures/" + file + ".pcapng"));
    }
  }
}
