package io.karavel.simulation.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * How many mutants of the core the simulation kills of those that the packet scripts kill: {@code
 * -Dkaravel.mutants=100 [-Dkaravel.order=1] [-Dkaravel.seeds=300]}. Not part of a build: it takes
 * many minutes, most of them for the scripts, whose verdicts are kept in {@code
 * target/mutants-scripts.txt}. {@code -Dkaravel.onlyMutant=3,17} tries some alone, {@code
 * -Dkaravel.mutantsIn='Handshake|FastOpen'} those of some classes.
 */
@EnabledIfSystemProperty(named = "karavel.mutants", matches = "\\d+")
class MutantsTest {
  private static final int WANTED = Integer.getInteger("karavel.mutants", 100);
  private static final long ORDER = Long.getLong("karavel.order", 1);
  private static final long SEEDS = Long.getLong("karavel.seeds", 300);
  private static final double SHARE = 0.95;

  @Test
  void theSimulationKillsWhatThePacketScriptsKill() throws Exception {
    List<String[]> killed = new ArrayList<>();
    int tried = 0;
    int next = Integer.getInteger("karavel.firstMutant", 0);
    boolean over = false;
    Path measured = Files.createTempFile("karavel-reached", ".bin");
    Files.delete(measured);
    while (!over && killed.size() < WANTED) {
      boolean progress = false;
      Process worker = worker(measured, next, WANTED - killed.size(), SEEDS);
      try (BufferedReader reader = worker.inputReader(StandardCharsets.UTF_8)) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          if (!line.startsWith(MutantWorker.RESULT + "\t")) {
            continue;
          }
          String[] fields = line.split("\t");
          progress = true;
          next = Integer.parseInt(fields[1]);
          System.out.println(line);
          if (fields.length == 4 && fields[3].equals("hangs")) {
            continue; // the scripts; that is kept, and the next worker tries the seeds
          }
          tried++;
          next++;
          if (!fields[3].equals("-")) {
            killed.add(fields);
          }
        }
      }
      over = worker.waitFor() == 0 || !progress;
    }
    List<String> survivors =
        killed.stream()
            .filter(fields -> fields[4].equals("-"))
            .map(fields -> fields[1] + " " + fields[2] + " (killed by " + fields[3] + ")")
            .toList();
    Files.deleteIfExists(measured);
    double share = 1 - (double) survivors.size() / killed.size();
    System.out.printf(
        "%d mutants tried, %d killed by the packet scripts, %.1f %% of these by %d seeds%n",
        tried, killed.size(), 100 * share, SEEDS);
    survivors.forEach(survivor -> System.out.println("survives: " + survivor));
    assertThat(killed).hasSizeGreaterThanOrEqualTo(WANTED);
    assertThat(share).as(String.join("\n", survivors)).isGreaterThanOrEqualTo(SHARE);
  }

  /** A JVM for mutants from the first on, until so many as wanted are killed by scripts. */
  static Process worker(Path measured, int first, int wanted, long seeds) throws IOException {
    String own = Mutants.locationOf(MutantsTest.class);
    String scripts = own.replace("/simulation/", "/scripts/");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.add("-javaagent:" + agent());
    command.add("-Dkaravel.scripts=" + scripts);
    command.add("-Dkaravel.verdicts=" + verdicts());
    command.add("-Dkaravel.measured=" + measured);
    command.add("-Dkaravel.mutantsIn=" + Mutants.IN);
    command.add("-cp");
    command.add(scripts + ":" + System.getProperty("java.class.path"));
    command.add(MutantWorker.class.getName());
    command.add(Long.toString(ORDER));
    command.add(Integer.toString(first));
    command.add(Integer.toString(wanted));
    command.add(Long.toString(seeds));
    if (System.getProperty("karavel.onlyMutant") != null) {
      command.add(System.getProperty("karavel.onlyMutant"));
    }
    return new ProcessBuilder(command).redirectError(errors()).start();
  }

  private static ProcessBuilder.Redirect errors() {
    Path own = Path.of(Mutants.locationOf(MutantsTest.class));
    return ProcessBuilder.Redirect.appendTo(own.resolveSibling("mutants-errors.txt").toFile());
  }

  private static Path verdicts() {
    return Path.of(Mutants.locationOf(MutantsTest.class)).resolveSibling("mutants-scripts.txt");
  }

  /** A jar whose manifest alone makes the worker an agent of its own JVM. */
  private static Path agent() throws IOException {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.putValue("Premain-Class", MutantWorker.class.getName());
    attributes.putValue("Can-Redefine-Classes", "true");
    Path jar = Files.createTempFile("karavel-mutants", ".jar");
    jar.toFile().deleteOnExit();
    try (OutputStream out = Files.newOutputStream(jar)) {
      new JarOutputStream(out, manifest).close();
    }
    return jar;
  }
}
