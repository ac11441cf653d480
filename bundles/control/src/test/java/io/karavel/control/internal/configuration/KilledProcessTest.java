package io.karavel.control.internal.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.ConfigurationRecord;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that changes keys as fast as it can is killed with SIGKILL at a random moment, {@code
 * -Dkaravel.kills} times (10) one after the other on the same files.
 */
class KilledProcessTest {
  private static final int KILLS = Integer.getInteger("karavel.kills", 10);
  private static final long FIRST = 2000;

  @TempDir Path directory;

  @Test
  void whatItLeavesIsTheLastChangeItAcknowledgedOrTheNextWhole() throws Exception {
    SplittableRandom random = new SplittableRandom(Long.getLong("karavel.seed", 1));
    Files.createDirectories(directory.resolve("etc"));
    Files.writeString(directory.resolve("etc/io.karavel.tcp.cfg"), "synRetries = 4\n");
    long next = FIRST;
    int interrupted = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      long acknowledged = killed(next, random.nextInt(1, 60));
      assertThat(acknowledged).isGreaterThanOrEqualTo(next);
      interrupted += Files.exists(directory.resolve("data/journal")) ? 1 : 0;
      EtcStore store = new EtcStore(directory.resolve("etc"));
      Transactions transactions = ChangingProcess.start(store, directory.resolve("data"));
      Map<String, String> tcp = store.read(ChangingProcess.TCP);
      long now = Long.parseLong(tcp.get("maxOrphans"));
      assertThat(now).isBetween(acknowledged, acknowledged + 1);
      assertThat(tcp)
          .containsEntry("maxTimeWait", Long.toString(now))
          .containsEntry("synRetries", "4");
      assertThat(store.read(ChangingProcess.IP))
          .containsEntry("neighbourStaleMs", Long.toString(now));
      history(transactions.changes(), now);
      next = now + 1;
    }
    System.out.printf(
        "%d changes, killed %d times, %d times in the middle of one%n",
        next - FIRST, KILLS, interrupted);
  }

  /** Starts it and kills it some time after its first change; the last that it acknowledged. */
  private long killed(long first, int afterMillis) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ChangingProcess.class.getName(),
                directory.toString(),
                Long.toString(first))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader reader = process.inputReader()) {
      assertThat(reader.readLine()).isEqualTo("started");
      long last = Long.parseLong(reader.readLine());
      process.waitFor(afterMillis, TimeUnit.MILLISECONDS); // it runs on
      process.toHandle().destroyForcibly(); // Process would close what it has printed
      process.waitFor();
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        last = line.isEmpty() ? last : Long.parseLong(line);
      }
      return last;
    }
  }

  /** Every change that is in force is there once, in its order, up to the limit. */
  private static void history(List<ConfigurationRecord> latestFirst, long now) {
    List<ConfigurationRecord> applied =
        latestFirst.stream().filter(r -> r.result().equals(ConfigurationRecord.APPLIED)).toList();
    assertThat(applied).hasSizeGreaterThanOrEqualTo((int) Math.min(now - FIRST + 1, 20));
    for (int i = 0; i < applied.size(); i++) {
      assertThat(applied.get(i).text()).isEqualTo(Long.toString(now - i));
      assertThat(applied.get(i).changes()).hasSize(3);
    }
  }
}
