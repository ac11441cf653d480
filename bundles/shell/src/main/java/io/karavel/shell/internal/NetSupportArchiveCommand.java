package io.karavel.shell.internal;

import io.karavel.control.Appliance;
import io.karavel.control.Masking;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code net:support-archive}. */
@Service
@Command(
    scope = "net",
    name = "support-archive",
    description = "Packs status, configuration without secrets, counters, threads and log",
    detailedDescription = "Example: net:support-archive --sample 5000")
public final class NetSupportArchiveCommand extends ReportingCommand {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  private static final long PATIENCE_MILLIS = 10_000;
  private static final String PREFIX = "karavel-support-";
  private static final String SUFFIX = ".zip";

  /** Archives that stay; older ones go. */
  private static final int KEPT = 5;

  /** What is asked of each stack, and the name of the file with the answer. */
  private static final Map<String, String> QUESTIONS = questions();

  @Option(
      name = "--sample",
      description = "Milliseconds between the two counts, 0 to 60000",
      valueToShowInHelp = "1000")
  @Completion(
      value = StringsCompleter.class,
      values = {"1000", "5000", "10000"})
  int sampleMillis = 1000;

  @Option(
      name = "--log-kbytes",
      description = "Most kilobytes of the end of the log, 0 to 65536",
      valueToShowInHelp = "1024")
  @Completion(
      value = StringsCompleter.class,
      values = {"0", "1024", "16384"})
  int logKbytes = 1024;

  Rates.Pause pause = Thread::sleep;

  /** Runs a command and gives what it prints, or why it failed. */
  @FunctionalInterface
  interface Runner {
    String run(String command);
  }

  Runner runner = this::runInSession;
  Path data = Path.of(System.getProperty("karaf.data", "."));
  Path log = Path.of(System.getProperty("karaf.log", data.resolve("log").toString()), "karaf.log");

  private ZipOutputStream zip;

  /** For the shell. */
  public NetSupportArchiveCommand() {}

  private static Map<String, String> questions() {
    Map<String, String> questions = new LinkedHashMap<>();
    questions.put("status", "net:status --json --sample 0");
    questions.put("drops", "net:drops --json --sample 0 --limit 0");
    questions.put("events", "net:events --json --limit 1000");
    questions.put("devices", "nic:list --json");
    questions.put("addresses", "ip:address-list --json --limit 0");
    questions.put("routes", "ip:route-list --json --limit 1000");
    questions.put("neighbours", "ip:neighbour-list --json --limit 1000");
    questions.put("connections", "tcp:list --json --limit 1000");
    questions.put("tcp", "tcp:summary --json");
    questions.put("timers", "timer:stats --json");
    return questions;
  }

  @Override
  boolean changes() {
    return true; // a file with much about the appliance comes to be
  }

  @Override
  void run() throws Exception {
    checkRange("--sample", sampleMillis, 0, 60000);
    checkRange("--log-kbytes", logKbytes, 0, 65536);
    Appliance appliance = appliance();
    Path directory = data.resolve("support");
    Files.createDirectories(directory);
    Path file = directory.resolve(PREFIX + STAMP.format(clock.instant()) + SUFFIX);
    Path part =
        Files.createTempFile(
            directory,
            PREFIX,
            ".part",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      try (OutputStream out = Files.newOutputStream(part)) {
        zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
        pack(appliance);
        zip.finish();
      }
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
    removeOld(directory);
    new Report()
        .with("file", file.toString())
        .with("bytes", Files.size(file))
        .print(
            file + " (" + Files.size(file) + " bytes); it is readable by this user alone", form());
  }

  private void pack(Appliance appliance) throws Exception {
    SupportFiles files = new SupportFiles(services(), context);
    counters(appliance, 1);
    add("threads.txt", SupportFiles.threads());
    add("system.txt", SupportFiles.system());
    add("bundles.txt", files.bundles());
    for (Map.Entry<String, String> configuration : files.configurations().entrySet()) {
      add("configuration/" + configuration.getKey() + ".cfg", configuration.getValue());
    }
    add("log/karaf.log", SupportFiles.tail(log, logKbytes * 1024L));
    for (String name : appliance.stacks()) {
      for (Map.Entry<String, String> question : QUESTIONS.entrySet()) {
        String command = question.getValue().replaceFirst(" ", " --stack " + name + " ");
        add(name + "/" + question.getKey() + ".json", runner.run(command));
      }
    }
    pause.millis(sampleMillis);
    counters(appliance, 2);
  }

  private void counters(Appliance appliance, int number) throws IOException {
    for (String name : appliance.stacks()) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      Values.print(
          new PrintStream(bytes, true, StandardCharsets.UTF_8),
          json ->
              Values.json(
                  json,
                  new Report()
                      .with("time", clock.instant())
                      .with("counters", appliance.counters(name))
                      .facts()));
      add(name + "/counters-" + number + ".json", bytes.toString(StandardCharsets.UTF_8));
    }
  }

  private void add(String name, String text) throws IOException {
    ZipEntry entry = new ZipEntry("karavel-support/" + name);
    entry.setTime(clock.instant().toEpochMilli());
    zip.putNextEntry(entry);
    zip.write(Masking.typed(text).getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
  }

  private static void removeOld(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> archives =
          files
              .filter(file -> file.getFileName().toString().startsWith(PREFIX))
              .filter(file -> file.getFileName().toString().endsWith(SUFFIX))
              .sorted()
              .toList();
      for (Path old : archives.subList(0, Math.max(0, archives.size() - KEPT))) {
        Files.deleteIfExists(old);
      }
    }
  }

  /** On a thread of its own: a session inside another one's command would print to the outer. */
  private String runInSession(String command) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Thread thread = new Thread(() -> runInSession(command, out), "support-archive");
    thread.setDaemon(true);
    thread.start();
    try {
      thread.join(PATIENCE_MILLIS);
      if (thread.isAlive()) {
        thread.interrupt();
        return command + ": no answer within " + PATIENCE_MILLIS + " ms\n";
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private void runInSession(String command, PrintStream out) {
    try (Session inner =
        session.getFactory().create(new ByteArrayInputStream(new byte[0]), out, out)) {
      inner.execute(command);
    } catch (Exception e) {
      out.println(command + ": " + e.getMessage());
    }
  }
}
