package io.karavel.engine.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.internal.lane.CrashReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written down of a crash, and how much of it is kept. */
class QuarantineTest {
  @TempDir private Path folder;

  private static CrashReport report(byte[] frame) {
    return new CrashReport(
        "main",
        0,
        "nic:tap0",
        "io.karavel.tcp 0.1.0",
        "java.lang.IllegalStateException: boom\n",
        "a fresh instance goes on",
        frame == null ? null : ByteBuffer.wrap(frame),
        frame == null ? "" : "main0",
        true,
        List.of("module tcp: at work"));
  }

  private Quarantine quarantine(int limit) {
    return quarantine(() -> limit);
  }

  private Quarantine quarantine(IntSupplier limit) {
    return new Quarantine(
        folder.resolve("quarantine"),
        limit,
        Clock.fixed(Instant.parse("2026-03-01T12:00:00Z"), ZoneOffset.UTC));
  }

  private List<String> files() {
    try (Stream<Path> files = Files.list(folder.resolve("quarantine"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aReportAndTheFrameAreWritten() throws Exception {
    Quarantine quarantine = quarantine(10);
    byte[] frame = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 8, 0, 42};
    quarantine.crashed(report(frame));
    assertThat(quarantine.awaitWritten()).isTrue();
    assertThat(files())
        .containsExactly(
            "20260301-120000-000-1-main-nic_tap0.pcapng",
            "20260301-120000-000-1-main-nic_tap0.txt");
    assertThat(Files.readString(folder.resolve("quarantine").resolve(files().get(1))))
        .contains("boom", "15 bytes from main0", "module tcp: at work", "a fresh instance goes on");
    byte[] pcapng = Files.readAllBytes(folder.resolve("quarantine").resolve(files().get(0)));
    assertThat(pcapng).startsWith(0x0A, 0x0D, 0x0D, 0x0A).containsSequence(frame);
  }

  @Test
  void theOldestBeyondTheLimitGo() throws Exception {
    Quarantine quarantine = quarantine(2);
    for (int i = 0; i < 5; i++) {
      quarantine.crashed(report(new byte[] {1}));
    }
    assertThat(quarantine.awaitWritten()).isTrue();
    assertThat(files())
        .containsExactly(
            "20260301-120000-000-4-main-nic_tap0.pcapng",
            "20260301-120000-000-4-main-nic_tap0.txt",
            "20260301-120000-000-5-main-nic_tap0.pcapng",
            "20260301-120000-000-5-main-nic_tap0.txt");
  }

  @Test
  void quarantineReportsHoldForThoseThatAreThereAlready() throws Exception {
    AtomicInteger limit = new AtomicInteger(5);
    Quarantine quarantine =
        quarantine(
            () -> {
              if (Files.isDirectory(folder.resolve("quarantine")) && files().size() == 5) {
                limit.set(2);
              }
              return limit.get();
            });
    for (int i = 0; i < 5; i++) {
      quarantine.crashed(report(null));
    }
    assertThat(quarantine.awaitWritten()).isTrue();
    assertThat(files())
        .containsExactly(
            "20260301-120000-000-4-main-nic_tap0.txt", "20260301-120000-000-5-main-nic_tap0.txt");
  }

  @Test
  void aLimitOfNoneWritesNone() throws Exception {
    Quarantine quarantine = quarantine(0);
    quarantine.crashed(report(null));
    assertThat(quarantine.awaitWritten()).isTrue();
    assertThat(folder.resolve("quarantine")).doesNotExist();
  }
}
