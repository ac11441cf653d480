package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupportArchiveTest {
  @TempDir Path data;
  private final Shell shell = new Shell();
  private final List<String> commands = new ArrayList<>();

  private NetSupportArchiveCommand command() throws Exception {
    NetSupportArchiveCommand command = new NetSupportArchiveCommand();
    command.data = data;
    command.log = data.resolve("karaf.log");
    command.pause = shell.pauses::add;
    command.runner =
        line -> {
          commands.add(line);
          return "{ \"password\" : \"geheim\" }";
        };
    return command;
  }

  private Map<String, String> unzip(Path file) throws Exception {
    Map<String, String> files = new TreeMap<>();
    try (InputStream in = Files.newInputStream(file);
        ZipInputStream zip = new ZipInputStream(in, StandardCharsets.UTF_8)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        files.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return files;
  }

  @Test
  void everythingIsInItAndNoSecret() throws Exception {
    Files.writeString(data.resolve("karaf.log"), "x".repeat(5000) + "\ntoken=geheim\nlast\n");
    String said = shell.run(command(), "--no-format", "--log-kbytes", "1", "--sample", "250");
    Path file = Path.of(said.substring(0, said.indexOf('\t')));
    assertThat(file).exists().hasFileName("karavel-support-20260301-120000.zip");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    Map<String, String> files = unzip(file);
    assertThat(files)
        .containsKeys(
            "karavel-support/main/status.json",
            "karavel-support/main/counters-1.json",
            "karavel-support/main/counters-2.json",
            "karavel-support/host/connections.json",
            "karavel-support/threads.txt",
            "karavel-support/system.txt",
            "karavel-support/bundles.txt");
    assertThat(files.get("karavel-support/log/karaf.log")).isEqualTo("token=***\nlast\n");
    assertThat(files.get("karavel-support/threads.txt")).contains("SupportFiles.threads");
    assertThat(files.values()).noneMatch(text -> text.contains("geheim"));
    assertThat(shell.pauses).containsExactly(250L);
    assertThat(commands).contains("net:status --stack main --json --sample 0");
  }

  @Test
  void onlyTheNewestFiveStay() throws Exception {
    Path directory = Files.createDirectories(data.resolve("support"));
    for (int i = 1; i <= 7; i++) {
      Files.createFile(directory.resolve("karavel-support-2026010" + i + "-000000.zip"));
    }
    Files.createFile(directory.resolve("mine.zip"));
    assertThat(shell.run(command())).contains("readable by this user alone");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "karavel-support-20260104-000000.zip",
              "karavel-support-20260105-000000.zip",
              "karavel-support-20260106-000000.zip",
              "karavel-support-20260107-000000.zip",
              "karavel-support-20260301-120000.zip",
              "mine.zip");
    }
  }
}
