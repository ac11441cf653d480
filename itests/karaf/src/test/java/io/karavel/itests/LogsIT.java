package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.karavel.control.Audit;
import io.karavel.control.AuditRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logs of the appliance roll over and stay within their bound. Their files are made small for
 * it, by their own configuration; how many there may be is as shipped.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class LogsIT {
  private static final int FILE_BYTES = 50 << 10;

  /** More than a line has, so that the one that fills a file still fits. */
  private static final int LINE_BYTES = 3 << 10;

  private static final int LOG_FILES = 8;
  private static final int AUDIT_FILES = 10;
  private static final int LINES = 3000;
  private static final Logger LOG = LoggerFactory.getLogger(LogsIT.class);
  private static final Path FOLDER =
      Path.of(System.getProperty("karaf.log", System.getProperty("karaf.data", ".") + "/log"));

  @Inject private SessionFactory sessions;
  @Inject private BootFinished bootFinished;
  @Inject private Audit audit;

  @Configuration
  public static Option[] appliance() {
    return Distribution.options();
  }

  private static List<Path> files(String name) throws IOException {
    try (Stream<Path> all = Files.list(FOLDER)) {
      return all.filter(file -> file.getFileName().toString().startsWith(name))
          .sorted(Comparator.comparing(Path::toString))
          .collect(Collectors.toList());
    }
  }

  private static String content(String name) throws IOException {
    StringBuilder all = new StringBuilder();
    for (Path file : files(name)) {
      all.append(Files.readString(file));
    }
    return all.toString();
  }

  private static List<Long> sizes(String name) throws IOException {
    List<Long> sizes = new ArrayList<>();
    for (Path file : files(name)) {
      sizes.add(Files.size(file));
    }
    return sizes;
  }

  private static void expectBounded(String name, int most, String newest) throws Exception {
    Poll.within(240, "the last line is there", () -> content(name), all -> all.contains(newest));
    List<Long> sizes = sizes(name);
    assertEquals(files(name) + " " + sizes, most, sizes.size());
    for (long size : sizes) {
      assertTrue(files(name) + " " + sizes, size <= FILE_BYTES + LINE_BYTES);
    }
    System.out.println("logs: " + name + " has " + sizes.size() + " files of " + sizes);
  }

  @Test
  public void theLogRollsOverStaysWithinItsBoundAndKeepsTheNewest() throws Exception {
    rollOver("karaf", "rolling", LOG_FILES, (i, more) -> LOG.info("line n={} {}", i, more));
  }

  @Test
  public void theAuditLogRollsOverStaysWithinItsBoundAndKeepsTheNewest() throws Exception {
    rollOver("audit", "audit", AUDIT_FILES, this::record);
    // in a row: none in the middle is lost
    List<Integer> numbers = new ArrayList<>();
    Matcher number = Pattern.compile("arguments=\"n=(\\d+) ").matcher(content("audit"));
    while (number.find()) {
      numbers.add(Integer.parseInt(number.group(1)));
    }
    numbers.sort(Comparator.naturalOrder());
    int first = LINES - numbers.size();
    assertTrue(numbers.toString(), first > 0);
    for (int i = 0; i < numbers.size(); i++) {
      assertEquals(numbers.toString(), first + i, (int) numbers.get(i));
    }
  }

  private void record(int i, String more) {
    audit.record(
        new AuditRecord(
            Instant.now(), "tester", "main", "nic:set", "n=" + i + more, AuditRecord.DONE, ""));
  }

  /** Something that writes a line with a number and more. */
  private interface Writer {
    void write(int number, String more);
  }

  private void rollOver(String name, String appender, int most, Writer writer) throws Exception {
    new Console(sessions)
        .run(
            "config:property-set -p org.ops4j.pax.logging log4j2.appender."
                + appender
                + ".policies.size.size "
                + FILE_BYTES);
    Poll.until(
        "the file is rolled over by its new size",
        () -> {
          write(writer, 200);
          return files(name).size();
        },
        count -> count > 1);
    write(writer, LINES);
    expectBounded(name, most, "n=" + (LINES - 1) + " ");
  }

  private static void write(Writer writer, int lines) {
    for (int i = 0; i < lines; i++) {
      writer.write(i, " " + "x".repeat(i % 1000));
    }
  }
}
