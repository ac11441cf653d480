package io.karavel.engine.internal;

import io.karavel.capture.PcapngWriter;
import io.karavel.engine.internal.lane.CrashReport;
import io.karavel.engine.internal.lane.CrashReports;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what is known of crashes into a directory: a report and, where a frame was the cause, the
 * frame as pcapng. The oldest beyond the limit are deleted. Its thread ends when there is nothing
 * to write.
 */
final class Quarantine implements CrashReports {
  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);
  private static final int WAITING = 64;

  private final Path folder;
  private final IntSupplier limit;
  private final Clock clock;
  private final ThreadPoolExecutor writer;
  private int number;

  /** Keeps at most {@code limit} reports; 0 writes none. */
  Quarantine(Path folder, IntSupplier limit, Clock clock) {
    this.folder = folder;
    this.limit = limit;
    this.clock = clock;
    writer =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING),
            task -> {
              Thread thread = new Thread(task, "karavel-quarantine");
              thread.setDaemon(true);
              return thread;
            },
            // a storm of crashes: the first ones tell what there is to tell
            new ThreadPoolExecutor.DiscardPolicy());
    writer.allowCoreThreadTimeOut(true);
  }

  @Override
  public void crashed(CrashReport report) {
    if (limit.getAsInt() > 0) {
      writer.execute(() -> write(report, clock.instant()));
    }
  }

  void close() {
    writer.shutdown();
  }

  /** Waits until everything is written; for tests. */
  boolean awaitWritten() throws InterruptedException {
    writer.shutdown();
    return writer.awaitTermination(10, TimeUnit.SECONDS);
  }

  private void write(CrashReport report, Instant now) {
    try {
      Files.createDirectories(folder);
      String name =
          TIME.format(now)
              + "-"
              + ++number
              + "-"
              + report.stack()
              + "-"
              + report.slot().replaceAll("[^A-Za-z0-9.-]", "_");
      if (report.frame() != null) {
        frame(folder.resolve(name + ".pcapng"), report, now);
      }
      Files.writeString(folder.resolve(name + ".txt"), text(report, now));
      forgetOldest();
      LOG.warn("Crash report: {}", folder.resolve(name + ".txt"));
    } catch (IOException | RuntimeException e) {
      LOG.error("A crash report could not be written: {}", e.toString());
    }
  }

  private static void frame(Path file, CrashReport report, Instant now) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        PcapngWriter pcapng = new PcapngWriter(out, "Karavel quarantine")) {
      int at =
          pcapng.addInterface(
              report.interfaceName(),
              "stack " + report.stack(),
              report.ethernet() ? PcapngWriter.LINKTYPE_ETHERNET : PcapngWriter.LINKTYPE_RAW,
              0);
      long epochNanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
      pcapng.packet(
          at,
          epochNanos,
          PcapngWriter.Direction.INBOUND,
          report.frame(),
          report.frame().remaining(),
          report.bundle() + " crashed while it served this frame");
    }
  }

  private static String text(CrashReport report, Instant now) {
    StringBuilder text = new StringBuilder(4096);
    text.append("time      ").append(now).append('\n');
    text.append("stack     ").append(report.stack()).append(", lane ").append(report.lane());
    text.append("\nslot      ").append(report.slot()).append('\n');
    text.append("module    ").append(report.bundle()).append('\n');
    text.append("outcome   ").append(report.outcome()).append('\n');
    text.append("frame     ");
    if (report.frame() == null) {
      text.append("none");
    } else {
      text.append(report.frame().remaining()).append(" bytes from ").append(report.interfaceName());
    }
    text.append("\n\n").append(report.trace()).append("\nThe latest events of the lane:\n");
    report.events().forEach(event -> text.append("  ").append(event).append('\n'));
    return text.toString();
  }

  private void forgetOldest() throws IOException {
    List<Path> reports = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.filter(file -> file.toString().endsWith(".txt")).sorted().forEach(reports::add);
    }
    for (int i = 0; i < reports.size() - limit.getAsInt(); i++) {
      Path oldest = reports.get(i);
      Files.deleteIfExists(oldest);
      String name = oldest.getFileName().toString();
      Files.deleteIfExists(oldest.resolveSibling(name.replaceAll("\\.txt$", ".pcapng")));
    }
  }
}
