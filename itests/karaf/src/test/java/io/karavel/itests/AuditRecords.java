package io.karavel.itests;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The audit records of our commands, by command and outcome: those to be, and those there are. */
final class AuditRecords {
  private static final Pattern RECORD =
      Pattern.compile("command=\"((?:net|nic|ip|tcp|timer):[\\w-]+)\" outcome=\"(\\w+)\"");
  private static final AtomicInteger NUMBERS = new AtomicInteger(999_000_000);

  private final ManagedAppliance appliance;
  private final Map<String, Integer> expected;

  /** Begins with those there are. */
  AuditRecords(ManagedAppliance appliance) throws Exception {
    this.appliance = appliance;
    awaitWritten();
    expected = read();
  }

  /** One more is to be. */
  void add(String command, String outcome) {
    expected.merge(command + " " + outcome, 1, Integer::sum);
  }

  /** Those that are to be are there, and no others. */
  void assertAll() throws Exception {
    awaitWritten();
    add("tcp:kill", "failed");
    assertEquals(expected, read());
  }

  /** The log is written behind what is done: a last record shows that all before are there. */
  private void awaitWritten() throws Exception {
    String number = Integer.toString(NUMBERS.getAndIncrement());
    appliance.admin().execute("tcp:kill -f " + number);
    Poll.until("the last record is written", this::log, log -> log.contains(number));
  }

  private String log() throws IOException {
    Path log = appliance.directory.resolve("data/log/audit.log");
    return Files.readString(log);
  }

  private Map<String, Integer> read() throws IOException {
    Map<String, Integer> records = new TreeMap<>();
    Matcher record = RECORD.matcher(log());
    while (record.find()) {
      records.merge(record.group(1) + " " + record.group(2), 1, Integer::sum);
    }
    return records;
  }
}
